"""An address to which mail came back, and which works again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation

from ..models import Identity


def mark_deliverable(identity: Identity, actor: Actor, *, at: datetime | None = None) -> None:
    """Letters may be written to it again. Does nothing where they may already."""
    instant = at or clock.now(identity.organisation)
    with transaction.atomic():
        marked = Identity.objects.filter(pk=identity.pk, undeliverable_at__isnull=False)
        if not marked.update(undeliverable_at=None):
            return
        record(identity.organisation, "identity.deliverable", identity.customer, actor, at=instant,
               identity_id=identity.pk)  # fmt: skip
    identity.undeliverable_at = None


def heard_from(organisation: Organisation, sort: str, value: str, actor: Actor, *, at: datetime) -> None:
    """They wrote from this address after mail to it had come back (a full mailbox emptied, a provider mended): it is
    tried again. Were it forged, the next letter comes back and it is marked anew."""
    marked = Identity.objects.filter(organisation=organisation, sort=sort, value=value, undeliverable_at__lt=at)
    for identity in marked.select_related("organisation", "customer__organisation"):
        mark_deliverable(identity, actor, at=at)

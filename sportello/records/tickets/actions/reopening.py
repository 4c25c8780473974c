"""How long closed tickets of an organisation open again by their customers' words."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy.models import Organisation

MOST = 365


def set_reopen_days(organisation: Organisation, days: int | None, actor: Actor) -> None:
    """Set the organisation's own days, 0 to 365 (0: a reply after the closing always opens a new ticket); None: as each
    procedure says. It counts for tickets already closed too."""
    if days is not None and not 0 <= days <= MOST:
        raise Refusal(_("Choose from 0 to %(most)s days.") % {"most": MOST}, field="reopen_days")
    with transaction.atomic():
        if Organisation.objects.filter(pk=organisation.pk).exclude(reopen_days=days).update(reopen_days=days):
            record(organisation, "organisation.reopening_set", organisation, actor, days=days)
    organisation.reopen_days = days

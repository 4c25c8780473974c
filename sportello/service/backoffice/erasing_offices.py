"""An erasure by order of law reaches the words of approvals, checklists, cases and forwardings too."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from sportello.foundation.files.dropping import drop
from sportello.foundation.files.models import Blob
from sportello.foundation.journal.reader import Read
from sportello.records.customers.models import Erasure
from sportello.records.customers.queries import together
from sportello.records.tickets.models import Ticket

from .models import (
    ApprovalFile,
    ApprovalText,
    ApprovalVerdict,
    Checklist,
    ChecklistItem,
    Forwarding,
    ForwardingExtension,
    UnknownCase,
)

_AT_ONCE = 100


def erase(event: Read) -> None:
    """A durable reaction to `customer.erased`; safe to repeat."""
    tombstone = Erasure.objects.select_related("organisation", "customer").get(pk=event.payload["erasure_id"])
    with override(tombstone.organisation.first_language):
        said = _("[erased by order of law]")
    last = 0
    for _batch in range(1_000):
        ids = list(
            Ticket.objects.filter(customer__in=together(tombstone.customer), pk__gt=last)
            .order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]
        )  # fmt: skip
        if not ids:
            return
        last = ids[-1]
        with transaction.atomic():
            _empty(ids, said)


def _empty(ids: list[int], said: str) -> None:
    """What was decided and by whom stays; what was said about the customer goes."""
    wordings = ApprovalText.objects.filter(approval__ticket__in=ids)
    files = ApprovalFile.objects.filter(wording__in=wordings)
    blobs = list(Blob.objects.filter(pk__in=files.values("blob")))
    files.delete()
    wordings.update(text=said, reason=said, to=[], cc=[])
    ApprovalVerdict.objects.filter(wording__approval__ticket__in=ids).exclude(words="").update(words=said)
    Forwarding.objects.filter(ticket__in=ids).exclude(beyond_reason="").update(beyond_reason=said)
    Forwarding.objects.filter(ticket__in=ids).exclude(recall_reason="").update(recall_reason=said)
    ForwardingExtension.objects.filter(forwarding__ticket__in=ids).update(reason=said)
    UnknownCase.objects.filter(ticket__in=ids).update(case=said, needed=said, meanwhile="", words=said)
    by_hand = Checklist.objects.filter(ticket__in=ids, template__isnull=True)
    ChecklistItem.objects.filter(checklist__in=by_hand).update(text=said)
    by_hand.update(name=said)
    for blob in blobs:
        drop(blob)

"""An erasure ordered by law, in the register of complaints: words go; numbers, stages, amounts, findings stay counted.

What was learned stays only as it was written for the annual report, which names nobody.
"""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from sportello.foundation.journal.reader import Read
from sportello.records.customers.models import Customer, Erasure
from sportello.records.customers.queries import together
from sportello.records.tickets.models import Ticket

from ..models import (
    Complaint,
    ComplaintReply,
    ComplaintStage,
    CorrectiveAction,
    Instance,
    OfferedRemedy,
    ShopRequest,
)

_AT_ONCE: Final = 100


def open_matters(customer: Customer) -> str:
    """A reason to keep: a body beyond us has the matter, and we must be able to answer it (GDPR art. 17(3)(e))."""
    states = (Instance.State.OPENED, Instance.State.HEARD)
    if Instance.objects.filter(complaint__ticket__customer__in=together(customer), state__in=states).exists():
        return _("A complaint of this customer is before another body: wait until it has ended.")
    return ""


def erase_complaints(event: Read) -> None:
    """A durable reaction to `customer.erased`; safe to repeat."""
    rows = Erasure.objects.select_related("organisation", "customer")
    tombstone = rows.filter(pk=event.payload["erasure_id"]).first()
    if tombstone is None:
        return
    with override(tombstone.organisation.first_language):
        said = _("[erased by order of law]")
    last = 0
    for _batch in range(1_000):
        found = Ticket.objects.filter(customer__in=together(tombstone.customer), pk__gt=last).order_by("pk")
        ids = list(found.values_list("pk", flat=True)[:_AT_ONCE])
        if not ids:
            return
        last = ids[-1]
        _empty(ids, said)


@transaction.atomic
def _empty(ids: list[int], said: str) -> None:
    on_it = {"complaint__ticket__in": ids}
    Complaint.objects.filter(ticket__in=ids).exclude(annulled_why="").update(annulled_why=said)
    ComplaintStage.objects.filter(**on_it).exclude(text="").update(text=said)
    ComplaintReply.objects.filter(**on_it).update(blocks={})
    ComplaintReply.objects.filter(**on_it).exclude(left_out_why="").update(left_out_why=said)
    OfferedRemedy.objects.filter(**on_it).update(text="", reason=said)
    OfferedRemedy.objects.filter(**on_it).exclude(decision_reason="").update(decision_reason=said)
    Instance.objects.filter(**on_it).update(reference="", result_text="")
    CorrectiveAction.objects.filter(**on_it).update(lesson=said, action=said)
    CorrectiveAction.objects.filter(**on_it).exclude(effect="").update(effect=said)
    ShopRequest.objects.filter(ticket__in=ids).update(contract=said[:100], goods="")

"""An erasure ordered by law, in the channels: raw mail, what was held back, letters as they left, and deliveries.

With the order, in its transaction, it is marked what is theirs: afterwards nobody could tell. The worker then empties
row after row. The counted life stays: every mail keeps its state, every delivery what became of it; in place of the
bytes lies a note with their digest, the date and the order.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from sportello.foundation.files.dropping import drop
from sportello.foundation.journal.actions import Happened
from sportello.foundation.journal.reader import Read
from sportello.records.customers.models import Customer, Erasure, Identity
from sportello.records.customers.queries import together

from .emptying import Order, What, empty_row, letters_of, mails_of, mark_rows
from .models import (
    Dispatch,
    ErasedRow,
    IncomingMail,
    Mailbox,
    WaitingReply,
)

State = IncomingMail.State
_AT_ONCE = 500
_BATCH = 50
#: Mail on nobody's ticket; what is on a ticket goes with the ticket's customer.
_APART = (State.QUARANTINED, State.MACHINE, State.DUPLICATE)


def letters_on_their_way(customer: Customer) -> str:
    """A reason to keep: a letter that is being sent must be able to be repeated as it was."""
    waiting = Dispatch.objects.filter(state__in=("queued", "sending", "in_doubt"))
    if waiting.filter(message__entry__ticket__customer__in=together(customer)).exists():
        return _("A message to this customer is still being sent: wait until it has arrived or failed.")
    return ""


# With the order ------------------------------


def mark(happened: Happened) -> None:
    """Reaction to `customer.erased`, in its transaction, while identities still say whose mail is whose."""
    erasure = Erasure.objects.select_related("customer", "organisation").get(pk=happened.payload["erasure_id"])
    ids = together(erasure.customer)
    order = _order(erasure)
    theirs = Q(entry__ticket__customer__in=ids)
    mails = mails_of(theirs)
    addresses = [
        value.lower() for value in
        Identity.objects.filter(customer__in=ids, sort__in=("email", "pec")).values_list("value", flat=True)
    ]  # fmt: skip
    boxes = list(Mailbox.objects.filter(organisation=erasure.organisation).values_list("pk", flat=True))
    apart = IncomingMail.objects.filter(mailbox__in=boxes, state__in=_APART)
    mails.update(apart.filter(sender__in=addresses).values_list("pk", flat=True))
    raws = IncomingMail.objects.filter(pk__in=mails).values_list("raw_id", flat=True)
    mails.update(apart.filter(raw__in=list(raws)).values_list("pk", flat=True))
    mark_rows(order, What.INCOMING, mails)
    for what, rows in letters_of(theirs):
        mark_rows(order, what, rows)


def _order(erasure: Erasure) -> Order:
    with override(erasure.organisation.first_language):
        said = _("[erased by order of law]")
    return Order(erasure.organisation, erasure.ordered_at, said, "erased by order of law", erasure.ground,
                 erasure=erasure)  # fmt: skip


# Afterwards ------------------------------


def erase_channels(event: Read) -> None:
    """A durable reaction to `customer.erased`; safe to repeat and to be cut anywhere."""
    erasure = Erasure.objects.select_related("organisation", "customer").get(pk=event.payload["erasure_id"])
    _drop_waiting(together(erasure.customer))
    marks = ErasedRow.objects.filter(erasure=erasure, erased_at__isnull=True).order_by("pk")
    order = _order(erasure)
    for _batch in range(100_000):
        found = list(marks.values_list("pk", flat=True)[:_BATCH])
        if not found:
            return
        for mark_id in found:
            _one(mark_id, order)


def _one(mark_id: int, order: Order) -> None:
    with transaction.atomic():
        row = ErasedRow.objects.select_for_update(of=("self",), no_key=True).get(pk=mark_id)
        if row.erased_at is None:
            row.organisation = order.organisation
            empty_row(row, order)


def _drop_waiting(customers: list[int]) -> None:
    """Replies to them that have not left."""
    with transaction.atomic():
        for waiting in WaitingReply.objects.filter(ticket__customer__in=customers)[:_AT_ONCE]:
            blobs = [file.blob for file in waiting.files.select_related("blob")]
            waiting.delete()
            for blob in blobs:
                drop(blob)


def erased_prints(collector_mailbox: int, organisation_id: int, prints: set[str]) -> dict[int, str]:
    """Mail of a mailbox → the digest its bytes had, for those of `prints` that were erased: what the provider still has
    must not come back."""
    rows = ErasedRow.objects.filter(organisation=organisation_id, what=What.INCOMING, sha256__in=prints)
    known = dict(rows.values_list("row_id", "sha256"))
    if not known:
        return {}
    own = IncomingMail.objects.filter(pk__in=known, mailbox=collector_mailbox).values_list("pk", flat=True)
    return {mail_id: known[mail_id] for mail_id in own}

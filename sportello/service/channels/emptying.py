"""What mail, letters and deliveries are when their words and bytes have gone: by order of law, or by a disposal.

The counted life stays: every mail keeps its state, every delivery what became of it. In place of the bytes lies a note
anybody can open as a mail, with their digest, the date and the ground; `ErasedRow` keeps the digest, so that what a
provider still has does not come back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from sportello.foundation.files.actions import keep
from sportello.foundation.files.dropping import drop
from sportello.foundation.files.models import Blob
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.customers.models import Erasure
from sportello.records.tickets.models import Message, Ticket

from .models import (
    Attempt,
    CertifiedLetter,
    CertifiedMail,
    Delivery,
    Dispatch,
    ErasedRow,
    IncomingMail,
    OutTrayMail,
    WaitingReply,
)

What = ErasedRow.What
_State = IncomingMail.State
_AT_ONCE = 500


@dataclass(frozen=True)
class Order:
    """On what ground words go. `said` stands where a subject stood; `head` and `ground` on the note for the bytes."""

    organisation: Organisation
    at: datetime
    said: str
    head: str
    ground: str
    #: Exactly one of them: an erasure's row, or the number of a disposal list.
    erasure: Erasure | None = None
    disposal: int | None = None
    files_after: timedelta = field(default=timedelta(0))


def mails_of(tickets: Q) -> set[int]:
    """Mail on the tickets that `tickets` (a condition on messages) says, the receipts of what was sent from them, and
    the duplicates of both. Three queries: joined by OR they would read the whole table."""
    messages = Message.objects.filter(tickets).values("pk")
    found = set(IncomingMail.objects.filter(message__in=messages).values_list("pk", flat=True))
    dispatches = Dispatch.objects.filter(message__in=messages).values("pk")
    found.update(CertifiedMail.objects.filter(dispatch__in=dispatches).values_list("mail_id", flat=True))
    found.update(IncomingMail.objects.filter(duplicate_of__in=list(found)).values_list("pk", flat=True))
    return found


def letters_of(tickets: Q) -> list[tuple[str, list[int]]]:
    """What left from these tickets, by kind: letters, the out-tray, deliveries."""
    messages = Message.objects.filter(tickets, direction__in=("out", "ask"))
    dispatches = Dispatch.objects.filter(message__in=messages.values("pk")).values("pk")
    named = list(messages.exclude(rfc_id="").values_list("organisation_id", "rfc_id"))
    trays = OutTrayMail.objects.filter(
        organisation__in={organisation for organisation, _id in named}, rfc_id__in=[rfc_id for _org, rfc_id in named]
    )
    return [
        (What.LETTER, list(CertifiedLetter.objects.filter(dispatch__in=dispatches).values_list("pk", flat=True))),
        (What.TRAY, list(trays.values_list("pk", flat=True))),
        (What.DELIVERY, list(Delivery.objects.filter(dispatch__in=dispatches).values_list("pk", flat=True))),
    ]


def still_leaving(ticket: Ticket) -> bool:
    """Whether a letter of it is being sent, or waits to be: it must be able to be repeated as it was."""
    waiting = Dispatch.objects.filter(state__in=("queued", "sending", "in_doubt"), message__entry__ticket=ticket)
    return waiting.exists() or WaitingReply.objects.filter(ticket=ticket).exists()


def empty_ticket(ticket: Ticket, order: Order) -> int:
    """Everything of one ticket, in the caller's transaction; how many mails and letters went. Twice is once."""
    on_it = Q(entry__ticket=ticket)
    mark_rows(order, What.INCOMING, mails_of(on_it))
    for what, ids in letters_of(on_it):
        mark_rows(order, what, ids)
    went = 0
    marks = ErasedRow.objects.filter(organisation=order.organisation, disposal=order.disposal, erased_at__isnull=True)
    for mark in marks.order_by("pk"):
        empty_row(mark, order)
        went += mark.what != What.DELIVERY
    return went


def mark_rows(order: Order, what: str, ids: Iterable[int]) -> None:
    """Whose words are to go; what was marked before stays as it is."""
    ErasedRow.objects.bulk_create(
        (
            ErasedRow(organisation_id=order.organisation.pk, erasure=order.erasure, disposal=order.disposal, what=what,
                      row_id=row_id, ordered_at=order.at)
            for row_id in sorted(ids)
        ),
        batch_size=_AT_ONCE,
        ignore_conflicts=True,
    )  # fmt: skip


def empty_row(mark: ErasedRow, order: Order) -> None:
    """One marked row, in the caller's transaction."""
    old = _EMPTIED[mark.what](mark.row_id, order)
    mark.erased_at = clock.now(order.organisation)
    if old is not None:
        mark.sha256, mark.size = old.sha256, old.size
    mark.save(update_fields=["erased_at", "sha256", "size"])
    if old is not None:
        drop(old, after=order.files_after)


def _incoming(row_id: int, order: Order) -> Blob | None:
    mail = IncomingMail.objects.select_for_update(of=("self",), no_key=True).select_related("raw", "mailbox").get(
        pk=row_id
    )
    old: Blob = mail.raw
    mail.raw = _stone(order, old)
    mail.sender = mail.envelope_from = mail.rfc_id = mail.error = mail.peer = mail.peer_name = ""
    mail.subject, mail.envelope_to = order.said[:300], mail.mailbox.address
    mail.cause_facts, mail.authenticity = {}, {}
    if mail.state in (_State.QUARANTINED, _State.PENDING):
        mail.state, mail.cause, mail.next_attempt_at = _State.MACHINE, "erased", None
        mail.settled_at = mail.settled_at or clock.server_now()
    mail.save()
    CertifiedMail.objects.filter(mail=mail).update(
        sender="", subject="", about="", error_text="", identifier="", msgid="", signature_facts={}
    )
    if order.erasure is not None:
        record(order.organisation, "mail.erased", mail, SYSTEM, erasure_id=order.erasure.pk)
    return old


def _letter(row_id: int, order: Order) -> Blob | None:
    letter = CertifiedLetter.objects.select_related("raw").get(pk=row_id)
    old: Blob = letter.raw
    letter.raw = _stone(order, old)
    letter.save(update_fields=["raw"])
    return old


def _tray(row_id: int, order: Order) -> Blob | None:
    mail = OutTrayMail.objects.select_related("raw").get(pk=row_id)
    old: Blob = mail.raw
    mail.raw = _stone(order, old)
    mail.recipients, mail.subject = [], order.said
    mail.save(update_fields=["raw", "recipients", "subject"])
    return old


def _delivery(row_id: int, order: Order) -> Blob | None:
    """What became of it stays; to whom, and what their server said, goes."""
    delivery = Delivery.objects.get(pk=row_id)
    # each recipient of a dispatch once: no two of them may become the same
    Delivery.objects.filter(pk=delivery.pk).update(address=f"#{delivery.pk}", answer="")
    Dispatch.objects.filter(pk=delivery.dispatch_id).update(answer="")
    Attempt.objects.filter(dispatch=delivery.dispatch_id).update(words="")
    return None


_EMPTIED: dict[str, Callable[[int, Order], Blob | None]] = {
    What.INCOMING: _incoming, What.LETTER: _letter, What.TRAY: _tray, What.DELIVERY: _delivery,
}  # fmt: skip


def _stone(order: Order, old: Blob) -> Blob:
    """What lies in place of the bytes: a mail anybody can open, which says what was here and why it is not."""
    at = order.at.isoformat(timespec="seconds")
    lines = (
        f"Subject: [{order.head}]", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit", "Auto-Submitted: auto-generated", "",
        f"SHA-256: {old.sha256}", f"Bytes: {old.size}", f"Ordered: {at}", f"Ground: {order.ground}", "",
    )  # fmt: skip
    return keep(order.organisation, "\r\n".join(lines).encode())

"""An erasure ordered by law, in the channels: raw mail, what was held back, letters as they left, and deliveries.

With the order, in its transaction, it is marked what is theirs: afterwards nobody could tell. The worker then empties
row after row. The counted life stays: every mail keeps its state, every delivery what became of it; in place of the
bytes lies a note with their digest, the date and the order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from sportello.foundation.files.actions import keep
from sportello.foundation.files.models import Blob
from sportello.foundation.journal.actions import Happened, record
from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.journal.reader import Read
from sportello.foundation.tenancy import clock
from sportello.records.customers.models import Customer, Erasure, Identity
from sportello.records.customers.queries import together
from sportello.records.tickets.actions.erasing import drop_blob
from sportello.records.tickets.models import Message

from .models import (
    Attempt,
    CertifiedLetter,
    CertifiedMail,
    Delivery,
    Dispatch,
    ErasedRow,
    IncomingMail,
    Mailbox,
    OutTrayMail,
    WaitingReply,
)

What = ErasedRow.What
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
    on_tickets = {"message__entry__ticket__customer__in": ids}
    mails = set(IncomingMail.objects.filter(**on_tickets).values_list("pk", flat=True))
    addresses = [
        value.lower() for value in
        Identity.objects.filter(customer__in=ids, sort__in=("email", "pec")).values_list("value", flat=True)
    ]  # fmt: skip
    boxes = list(Mailbox.objects.filter(organisation=erasure.organisation).values_list("pk", flat=True))
    apart = IncomingMail.objects.filter(mailbox__in=boxes, state__in=_APART)
    mails.update(apart.filter(sender__in=addresses).values_list("pk", flat=True))
    raws = IncomingMail.objects.filter(pk__in=mails).values_list("raw_id", flat=True)
    mails.update(apart.filter(raw__in=list(raws)).values_list("pk", flat=True))
    _mark(erasure, What.INCOMING, mails)
    _mark(erasure, What.LETTER, _ids(CertifiedLetter.objects.filter(
        **{f"dispatch__{name}": value for name, value in on_tickets.items()})))  # fmt: skip
    # what left to an office about them too
    sent = Message.objects.filter(entry__ticket__customer__in=ids, direction__in=("out", "ask")).exclude(rfc_id="")
    trays = OutTrayMail.objects.filter(organisation=erasure.organisation, rfc_id__in=sent.values("rfc_id"))
    _mark(erasure, What.TRAY, _ids(trays))
    _mark(erasure, What.DELIVERY, _ids(Delivery.objects.filter(
        **{f"dispatch__{name}": value for name, value in on_tickets.items()})))  # fmt: skip


def _ids(rows: QuerySet[CertifiedLetter] | QuerySet[OutTrayMail] | QuerySet[Delivery]) -> list[int]:
    return list(rows.values_list("pk", flat=True))


def _mark(erasure: Erasure, what: str, ids: Iterable[int]) -> None:
    ErasedRow.objects.bulk_create(
        (
            ErasedRow(organisation_id=erasure.organisation_id, erasure=erasure, what=what, row_id=row_id,
                      ordered_at=erasure.ordered_at)
            for row_id in sorted(ids)
        ),
        batch_size=_AT_ONCE,
        ignore_conflicts=True,
    )  # fmt: skip


# Afterwards ------------------------------


def erase_channels(event: Read) -> None:
    """A durable reaction to `customer.erased`; safe to repeat and to be cut anywhere."""
    erasure = Erasure.objects.select_related("organisation", "customer").get(pk=event.payload["erasure_id"])
    _drop_waiting(together(erasure.customer))
    marks = ErasedRow.objects.filter(erasure=erasure, erased_at__isnull=True).order_by("pk")
    with override(erasure.organisation.first_language):
        for _batch in range(100_000):
            found = list(marks.values_list("pk", flat=True)[:_BATCH])
            if not found:
                return
            for mark_id in found:
                _one(mark_id, erasure)


def _one(mark_id: int, erasure: Erasure) -> None:
    with transaction.atomic():
        row = ErasedRow.objects.select_for_update(of=("self",), no_key=True).get(pk=mark_id)
        if row.erased_at is not None:
            return
        row.organisation = erasure.organisation
        old = _EMPTIED[row.what](row, erasure)
        row.erased_at = clock.now(erasure.organisation)
        if old is not None:
            row.sha256, row.size = old.sha256, old.size
        row.save(update_fields=["erased_at", "sha256", "size"])
        if old is not None:
            drop_blob(old)


def _incoming(mark: ErasedRow, erasure: Erasure) -> Blob | None:
    mail = IncomingMail.objects.select_for_update(of=("self",), no_key=True).select_related("raw", "mailbox").get(
        pk=mark.row_id
    )
    old: Blob = mail.raw
    mail.raw = _stone(erasure, old)
    mail.sender = mail.envelope_from = mail.rfc_id = mail.error = mail.peer = mail.peer_name = ""
    mail.subject, mail.envelope_to = _said()[:300], mail.mailbox.address
    mail.cause_facts, mail.authenticity = {}, {}
    if mail.state in (State.QUARANTINED, State.PENDING):
        mail.state, mail.cause, mail.next_attempt_at = State.MACHINE, "erased", None
        mail.settled_at = mail.settled_at or clock.server_now()
    mail.save()
    CertifiedMail.objects.filter(mail=mail).update(
        sender="", subject="", about="", error_text="", identifier="", msgid="", signature_facts={}
    )
    record(erasure.organisation, "mail.erased", mail, SYSTEM, erasure_id=erasure.pk)
    return old


def _letter(mark: ErasedRow, erasure: Erasure) -> Blob | None:
    letter = CertifiedLetter.objects.select_related("raw").get(pk=mark.row_id)
    old: Blob = letter.raw
    letter.raw = _stone(erasure, old)
    letter.save(update_fields=["raw"])
    return old


def _tray(mark: ErasedRow, erasure: Erasure) -> Blob | None:
    mail = OutTrayMail.objects.select_related("raw").get(pk=mark.row_id)
    old: Blob = mail.raw
    mail.raw = _stone(erasure, old)
    mail.recipients, mail.subject = [], _said()
    mail.save(update_fields=["raw", "recipients", "subject"])
    return old


def _delivery(mark: ErasedRow, erasure: Erasure) -> Blob | None:
    """What became of it stays; to whom, and what their server said, goes."""
    delivery = Delivery.objects.get(pk=mark.row_id)
    # each recipient of a dispatch once: no two of them may become the same
    Delivery.objects.filter(pk=delivery.pk).update(address=f"#{delivery.pk}", answer="")
    Dispatch.objects.filter(pk=delivery.dispatch_id).update(answer="")
    Attempt.objects.filter(dispatch=delivery.dispatch_id).update(words="")
    return None


_EMPTIED: dict[str, Callable[[ErasedRow, Erasure], Blob | None]] = {
    What.INCOMING: _incoming, What.LETTER: _letter, What.TRAY: _tray, What.DELIVERY: _delivery,
}  # fmt: skip


def _said() -> str:
    return _("[erased by order of law]")


def _stone(erasure: Erasure, old: Blob) -> Blob:
    """What lies in place of the bytes: a mail anybody can open, which says what was here and why it is not."""
    at = erasure.ordered_at.isoformat(timespec="seconds")
    lines = (
        "Subject: [erased by order of law]", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit", "Auto-Submitted: auto-generated", "",
        f"SHA-256: {old.sha256}", f"Bytes: {old.size}", f"Ordered: {at}", f"Ground: {erasure.ground}", "",
    )  # fmt: skip
    return keep(erasure.organisation, "\r\n".join(lines).encode())


def _drop_waiting(customers: list[int]) -> None:
    """Replies to them that have not left."""
    with transaction.atomic():
        for waiting in WaitingReply.objects.filter(ticket__customer__in=customers)[:_AT_ONCE]:
            blobs = [file.blob for file in waiting.files.select_related("blob")]
            waiting.delete()
            for blob in blobs:
                drop_blob(blob)


def erased_prints(collector_mailbox: int, organisation_id: int, prints: set[str]) -> dict[int, str]:
    """Mail of a mailbox → the digest its bytes had, for those of `prints` that were erased: what the provider still has
    must not come back."""
    rows = ErasedRow.objects.filter(organisation=organisation_id, what=What.INCOMING, sha256__in=prints)
    known = dict(rows.values_list("row_id", "sha256"))
    if not known:
        return {}
    own = IncomingMail.objects.filter(pk__in=known, mailbox=collector_mailbox).values_list("pk", flat=True)
    return {mail_id: known[mail_id] for mail_id in own}

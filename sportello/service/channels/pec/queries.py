"""What screens ask about certified mail: the envelope a message came in; the receipts of a message, and what they
prove of each recipient. The messages come from what the person may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sportello.records.tickets.models import Message
from sportello.service.channels.models import (
    CertifiedLetter,
    CertifiedMail,
    CertifiedOutcome,
    Delivery,
    Dispatch,
    IncomingMail,
)

from .words import SIGNATURE_CODES, error_word, kind_word

#: Receipts of one message that are shown: fifty recipients with four each.
_MOST = 400


@dataclass(frozen=True)
class CertifiedRow:
    """An envelope or receipt. Instants are aware; `certified_at` is the legal one; `size` in bytes."""

    id: int
    mail_id: int
    kind: str
    word: str
    error: str
    error_text: str
    about: str
    sender: str
    issuer: str
    identifier: str
    msgid: str
    certified_at: datetime | None
    received_at: datetime
    signature: str
    signature_word: str
    signature_more: str
    signer: str
    sha256: str
    size: int
    row: CertifiedMail


@dataclass(frozen=True)
class OutcomeRow:
    """What receipts prove about one recipient. `certified` is False for an ordinary address: it is only accepted."""

    address: str
    state: str
    label: str
    answer: str
    accepted_at: datetime | None
    warned_at: datetime | None
    warned_again_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None
    in_doubt: bool


@dataclass(frozen=True)
class Evidence:
    """All there is about one message. `letter` are the bytes that left; None for an incoming one, or not yet sent."""

    message: Message
    dispatch: Dispatch | None
    letter: CertifiedLetter | None
    rows: tuple[CertifiedRow, ...]
    outcomes: tuple[OutcomeRow, ...]

    @property
    def is_there(self) -> bool:
        """Whether it is certified mail at all, also before anything is proved."""
        return self.dispatch is not None or bool(self.rows)

    @property
    def has_proof(self) -> bool:
        """Whether there is anything to give as proof."""
        return self.letter is not None or bool(self.rows)


def evidence_of(message: Message) -> Evidence:
    """What is certified about a message of a ticket, receipts by their legal instant."""
    certified = CertifiedMail.objects.select_related("mail__raw")
    if message.is_incoming:
        mail = IncomingMail.objects.filter(message=message).exclude(state=IncomingMail.State.MACHINE)
        rows = certified.filter(mail__in=mail, dispatch__isnull=True).order_by("pk")[:1]
        return Evidence(message, None, None, tuple(_row(one) for one in rows), ())
    dispatch = Dispatch.objects.filter(message=message, channel="pec").first()
    if dispatch is None:
        return Evidence(message, None, None, (), ())
    letter = CertifiedLetter.objects.filter(dispatch=dispatch).select_related("raw").first()
    bound = sorted(
        (_row(one) for one in certified.filter(dispatch=dispatch).order_by("pk")[:_MOST]),
        key=lambda one: (one.certified_at or one.received_at, one.id),
    )
    deliveries = Delivery.objects.filter(dispatch=dispatch).select_related("certified").order_by("pk")
    return Evidence(message, dispatch, letter, tuple(bound), tuple(_outcome(one) for one in deliveries))


def _row(one: CertifiedMail) -> CertifiedRow:
    facts = one.signature_facts
    return CertifiedRow(
        id=one.pk,
        mail_id=one.mail_id,
        kind=one.kind,
        word=kind_word(one.kind),
        error=error_word(one.error),
        error_text=one.error_text,
        about=one.about,
        sender=one.sender,
        issuer=one.issuer,
        identifier=one.identifier,
        msgid=one.msgid,
        certified_at=one.certified_at,
        received_at=one.mail.received_at,
        signature=one.signature,
        signature_word=str(one.get_signature_display()),
        signature_more=str(SIGNATURE_CODES.get(str(facts.get("code", "")), "")),
        signer=str(facts.get("signer", "")),
        sha256=one.mail.raw.sha256,
        size=one.mail.raw.size,
        row=one,
    )


def _outcome(delivery: Delivery) -> OutcomeRow:
    proved: CertifiedOutcome = getattr(delivery, "certified", None) or CertifiedOutcome()
    return OutcomeRow(
        address=delivery.address,
        state=delivery.state,
        label=str(delivery.get_state_display()),
        answer=delivery.answer if delivery.state == Delivery.State.FAILED or proved.in_doubt else "",
        accepted_at=proved.accepted_at,
        warned_at=proved.warned_at,
        warned_again_at=proved.warned_again_at,
        delivered_at=proved.delivered_at,
        failed_at=proved.failed_at,
        in_doubt=proved.in_doubt,
    )

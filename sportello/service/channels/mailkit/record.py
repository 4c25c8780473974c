"""What the parser says about a message. Plain frozen data; every text is free of NUL bytes and lone
surrogates.

Message ids are kept with their angle brackets, as `<left@right>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

MachineKind = Literal["auto_reply", "bulk", "list", "report", "quiet"]
"""auto_reply: a program answered; bulk: a program wrote to many; list: a person wrote through a list;
report: delivery, reading, abuse or PEC receipt; quiet: perhaps a person, but nothing automatic may answer."""

BounceReason = Literal["bad_address", "mailbox_full", "size", "policy", "temporary", "other", "feedback"]
"""feedback: it was delivered, and its recipient or their provider complained (RFC 5965)."""

SignatureState = Literal["", "signed_not_checked", "encrypted"]
"""What the message says of itself; nobody verified it. Sealed words are readable by their recipient's key only."""

SignatureKind = Literal["", "smime", "pgp"]


@dataclass(frozen=True, slots=True)
class Address:
    """A name and an address as written; either may be empty."""

    name: str
    address: str


def first_author(authors: tuple[Address, ...]) -> Address:
    """Who is answered when several are named: the first with an address."""
    for author in authors:
        if "@" in author.address:
            return author
    return authors[0] if authors else Address("", "")


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file. `content_type` is what the bytes are, `declared_type` what the sender said."""

    filename: str
    content_type: str
    declared_type: str
    size: int
    sha256: str
    content_id: str
    """Without angle brackets; empty when none. `data-cid` in the record's html points here."""
    inline: bool
    content: bytes


@dataclass(frozen=True, slots=True)
class MachineSign:
    """Why we think that no person wrote this message, or that no program may answer it.

    code: auto_submitted, precedence, vendor, list, no_return_path, auto_subject, read_receipt, feedback,
    bounce, pec_receipt, suppressed, no_reply_sender.
    """

    code: str
    kind: MachineKind
    header: str
    value: str


@dataclass(frozen=True, slots=True)
class BouncedRecipient:
    """What became of one recipient (RFC 3464; RFC 8098). `status` is an enhanced code such as 5.1.1, or empty."""

    address: str
    action: str
    """failed, delayed, delivered, relayed, expanded; of a receipt of reading displayed, deleted, …; empty when the
    report does not say."""
    status: str
    diagnostic: str
    reason: BounceReason
    hard: bool


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report on a letter: of delivery, of reading, of a complaint. `original_ids`: Message-IDs of the letter, best
    first."""

    original_ids: tuple[str, ...]
    recipients: tuple[BouncedRecipient, ...]
    hard: bool


@dataclass(frozen=True, slots=True)
class CertifiedRecipient:
    """A recipient of a PEC. `sort`: certificato (another PEC box) or esterno (ordinary mail: it is only accepted)."""

    address: str
    sort: str


@dataclass(frozen=True, slots=True)
class Certified:
    """What a PEC provider certifies of an envelope, or by a receipt (daticert.xml; RFC 6109). Empty: not said.

    `error` is the provider's code (nessuno, no-dest, no-dominio, virus, altro), or ours: daticert_missing and
    daticert_malformed, and then all but `kind` comes from headers and proves nothing.
    """

    kind: str
    error: str
    sender: str
    recipients: tuple[CertifiedRecipient, ...]
    reply_to: str
    subject: str
    issuer: str
    at: datetime | None
    """The certified instant, aware."""
    identifier: str
    """The provider's number, the same in everything about one message."""
    msgid: str
    """Message-ID of the message it is about, with its angle brackets; as the data tells it."""
    header_msgid: str
    """The same as the header (X-Riferimento-Message-ID) tells it."""
    receipt_form: str
    """completa, breve, sintetica."""
    about: str
    """The one recipient a receipt is about."""
    error_text: str
    """The provider's words."""

    @property
    def is_readable(self) -> bool:
        """Whether the provider's data could be read; ordinary mail has none to read."""
        return not self.error.startswith("daticert_")


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One event of a calendar part (RFC 5545)."""

    method: str
    """REQUEST, CANCEL, REPLY, …; empty when the calendar does not say."""
    summary: str
    starts: str
    """`2026-11-12 10:00` on the clock of `zone`, or `2026-11-12` for a whole day; empty when missing."""
    ends: str
    zone: str
    """As written: a name, UTC, or empty for the reader's own clock."""
    place: str
    organiser: Address
    description: str
    uid: str


@dataclass(frozen=True, slots=True)
class MailRecord:
    """A message, read."""

    from_: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    delivered_to: tuple[str, ...]
    """Delivered-To, X-Original-To, Envelope-To, X-Envelope-To, Resent-To: addresses in order of
    appearance."""
    subject: str
    date: datetime | None
    """Aware, with the sender's offset; None when missing or unreadable."""
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    text: str
    html: str
    """Sanitised; pictures from the net are held back in `data-remote-src`, embedded ones named in
    `data-cid`."""
    reply_text: str
    quoted_text: str
    signature: str
    attachments: tuple[Attachment, ...]
    auto_submitted: bool
    """A program wrote it: automatic reply, bulk mail or report."""
    machine: MachineSign | None
    bounce: Bounce | None
    pec: str | None
    """Kind of certified message (posta-certificata, anomalia, accettazione, avvenuta-consegna, …) or None."""
    language: str
    """ISO 639-1 code, or empty when the text is too short to tell."""
    return_path: str | None
    """Envelope sender; empty string for the null sender, None when not known."""
    loop_marks: tuple[str, ...]
    """Values of X-Sportello-Loop."""
    received_count: int
    size: int
    """Bytes of the raw message."""
    sha256: str
    """Of the raw message."""
    defects: tuple[str, ...]
    """Codes of what was wrong and mended, in the order it was met."""
    certified: Certified | None = None
    """Of a certified message: then the rest of the record is the message inside its envelope, and `size` and
    `sha256` are the envelope's."""
    signature_state: SignatureState = ""
    signature_kind: SignatureKind = ""
    calendar: tuple[CalendarEvent, ...] = ()
    authentication: tuple[tuple[int, str], ...] = ()
    """Authentication-Results as written, each with the number of Received above it: whom to believe is for
    `authenticity.believed`. Of a certified message those of its envelope."""

    @property
    def sender(self) -> Address:
        """The first author with an address; else the first name; else nobody."""
        return first_author(self.from_)

    @property
    def may_be_answered_automatically(self) -> bool:
        """Whether a receipt may go out without a person deciding it (RFC 3834 section 2)."""
        return self.machine is None and self.bounce is None and "@" in self.sender.address

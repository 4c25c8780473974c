"""Step 2, certified: receipts of a PEC box. What is bound to a PEC of ours tells it what became of it; a receipt never
opens a ticket, and one nobody can bind or read goes to a colleague."""

from __future__ import annotations

from typing import Any

from sportello.foundation.core.text import one_line
from sportello.foundation.files.actions import read
from sportello.foundation.tenancy import clock
from sportello.service.channels.mailkit import pec, pec_signature
from sportello.service.channels.mailkit.record import Certified
from sportello.service.channels.models import CertifiedMail, Delivery, Mailbox
from sportello.service.channels.pec import binding, receipts, trust

from .mail import Arrived, Settled, State

UNBOUND, UNREADABLE, UNKNOWN, BAD_SIGNATURE = "pec_unbound", "pec_unreadable", "pec_unknown", "pec_signature"
#: Why receipts are held.
CAUSES = (UNBOUND, UNREADABLE, UNKNOWN, BAD_SIGNATURE)


def is_receipt(mail: Arrived) -> bool:
    """Whether it is a receipt of a PEC box. In an ordinary mailbox anybody may write such headers: machine mail."""
    certified = mail.record.certified
    return mail.channel == Mailbox.Channel.PEC and certified is not None and pec.is_receipt(mail.record.pec)


def held_for(mail: Arrived) -> str:
    """Why a colleague has to look at a receipt (code), or empty. Who released it has looked."""
    certified = mail.record.certified
    if certified is None or mail.released in CAUSES:
        return ""
    if not certified.is_readable:
        return UNREADABLE
    if binding.bind(mail.organisation, certified) is None:
        return UNKNOWN if mail.record.pec not in pec.KINDS else UNBOUND
    if _signature(mail).state == "broken" or (trust.trusted() and _signature(mail).state != "valid"):
        return BAD_SIGNATURE
    return ""


def same_before(mail: Arrived) -> int | None:
    """The incoming mail that told the same before."""
    certified = mail.record.certified
    told = binding.told_before(mail.organisation, certified) if certified is not None else None
    return told.mail_id if told is not None and told.mail_id != mail.row.pk else None


def settle(mail: Arrived, cause: str, facts: dict[str, Any]) -> Settled:
    """Keep what it certifies; unless it is held (`cause`), write what it proves of the message it is about."""
    certified = mail.record.certified
    if certified is None:
        return Settled(State.MACHINE, cause, facts)
    bound = binding.bind(mail.organisation, certified)
    if bound is None:
        keep(mail)
        return Settled(State.QUARANTINED if cause else State.MACHINE, cause or certified.kind[:40], facts)
    dispatch = receipts.locked(bound.dispatch)
    delivery = receipts.about(dispatch, certified)
    keep(mail, bound, delivery)
    if not cause:
        receipts.apply(dispatch, certified, delivery, mail_id=mail.row.pk, at=mail.row.received_at)
    told = {**facts, "dispatch_id": dispatch.pk, "bound": bound.how}
    state = State.QUARANTINED if cause else State.MACHINE
    ticket = None if cause else dispatch.message.entry.ticket
    return Settled(state, cause or certified.kind[:40], told, dispatch.message, ticket=ticket)


def keep(mail: Arrived, bound: binding.Binding | None = None, delivery: Delivery | None = None) -> None:
    """The row of what is certified about a message of a PEC box: envelope, ordinary mail, receipt. Once a message."""
    certified = mail.record.certified
    if certified is None or mail.channel != Mailbox.Channel.PEC:
        return
    signature = _signature(mail)
    CertifiedMail.objects.update_or_create(
        organisation=mail.organisation,
        mail=mail.row,
        defaults={
            **columns(certified),
            "kind": (mail.record.pec or certified.kind)[:60],
            "signature": signature.state,
            "signature_facts": {"code": signature.code, "signer": signature.signer, "issuer": signature.issuer},
            "bound": bound.how if bound is not None else "",
            "dispatch": bound.dispatch if bound is not None else None,
            "delivery": delivery,
        },
    )


def keep_envelope(mail: Arrived, settled: Settled) -> None:
    """What is certified about what is no receipt: receipts are kept by `settle`."""
    if settled.state != State.DUPLICATE and not is_receipt(mail):
        keep(mail)


def columns(certified: Certified) -> dict[str, Any]:
    """What is kept of what is certified, as `CertifiedMail` has it."""
    return {
        "error": certified.error[:60],
        "error_text": certified.error_text,
        "sender": one_line(certified.sender, 320),
        "subject": one_line(certified.subject, 500),
        "issuer": one_line(certified.issuer, 200),
        "identifier": certified.identifier[:500],
        "msgid": (certified.msgid or certified.header_msgid)[:500],
        "receipt_form": certified.receipt_form[:20],
        "about": certified.about.lower()[:320],
        "certified_at": certified.at,
    }


def _signature(mail: Arrived) -> pec_signature.Signature:
    certified = mail.record.certified
    known = mail.__dict__.get("_pec_signature")
    if isinstance(known, pec_signature.Signature):
        return known
    at = certified.at if certified is not None and certified.at is not None else clock.server_now()
    found = pec_signature.check(read(mail.row.raw), trust.trusted(), at)
    mail.__dict__["_pec_signature"] = found  # asked three times of one message
    return found

"""Taking a message: bytes safe on disk and a row for each mailbox, committed, before anybody is told "250"."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sportello.foundation.core.text import one_line
from sportello.foundation.files.actions import keep, keep_all
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import MACHINE
from sportello.foundation.tenancy import clock
from sportello.foundation.watch import meters
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.models import IncomingMail, Mailbox

#: How the null sender of reports (RFC 5321 section 4.5.5) is written in a row; empty means "not known".
NULL_SENDER = "<>"


@dataclass(frozen=True)
class Addressed:
    """A recipient of the envelope that is ours."""

    mailbox: Mailbox
    address: str


@dataclass(frozen=True)
class Earlier:
    """Mail that lay on a server before we fetched it: when it came there, on the organisation's clock, and whether it
    is archive."""

    at: datetime
    is_archive: bool = False


@dataclass(frozen=True)
class Peer:
    """Who handed a message to our door: the address of the other end, and the name it gave (HELO)."""

    address: str
    name: str


def take(
    raw: bytes,
    recipients: Iterable[Addressed],
    *,
    door: str,
    envelope_from: str | None,
    earlier: Earlier | None = None,
    peer: Peer | None = None,
) -> list[IncomingMail]:
    """Store `raw` once for every mailbox among `recipients`: all or, raising, none.

    `envelope_from`: MAIL FROM, empty for the null sender, None where the door does not know it. Raises DatabaseError
    when the database is away and OSError when the disk is full: then the sender must keep the message.
    """
    chosen = _one_a_mailbox(recipients)
    with transaction.atomic():
        stored = [_store(raw, each, door, envelope_from, earlier, peer) for each in chosen]
    meters.add(meters.MAIL_TAKEN, door, by=len(stored))
    return stored


def _one_a_mailbox(recipients: Iterable[Addressed]) -> list[Addressed]:
    """One address for each mailbox: the one with our token, which says more than the plain one."""
    chosen: dict[int, Addressed] = {}
    for each in recipients:
        before = chosen.get(each.mailbox.pk)
        if before is None or (_has_token(each) and not _has_token(before)):
            chosen[each.mailbox.pk] = each
    return [chosen[key] for key in sorted(chosen)]


def _has_token(each: Addressed) -> bool:
    return tokens.mailbox_of(each.address) != each.address


def take_fetched(mailbox: Mailbox, door: str, found: Sequence[tuple[bytes, Earlier]]) -> list[IncomingMail]:
    """Store messages that lay in a mailbox, a row for each, in their order: all or, raising, none. A first import has
    tens of thousands, so that a batch takes few statements: blobs and rows are written together."""
    organisation, now = mailbox.organisation, clock.server_now()
    with transaction.atomic():
        blobs = keep_all(organisation, [raw for raw, _earlier in found])
        mails = IncomingMail.objects.bulk_create(
            IncomingMail(
                organisation=organisation, mailbox=mailbox, raw=blob, door=door, envelope_to=mailbox.address,
                received_at=earlier.at, stored_at=now, is_archive=earlier.is_archive,
            )
            for blob, (_raw, earlier) in zip(blobs, found, strict=True)
        )  # fmt: skip
        for mail in mails:
            record(organisation, "mail.received", mail, MACHINE, at=mail.received_at, mailbox_id=mailbox.pk, door=door)
    meters.add(meters.MAIL_TAKEN, door, by=len(mails))
    meters.add(meters.FETCHED, str(mailbox.pk), by=len(mails))
    return mails


def _store(
    raw: bytes, each: Addressed, door: str, envelope_from: str | None, earlier: Earlier | None, peer: Peer | None
) -> IncomingMail:
    organisation = each.mailbox.organisation
    stranger = peer if peer is not None and _is_stranger(peer.address) else Peer("", "")
    mail = IncomingMail.objects.create(
        organisation=organisation,
        mailbox=each.mailbox,
        raw=keep(organisation, raw),
        door=door,
        envelope_from=_envelope_sender(envelope_from),
        envelope_to=one_line(each.address, 320),
        received_at=earlier.at if earlier else clock.now(organisation),
        stored_at=clock.server_now(),
        is_archive=earlier is not None and earlier.is_archive,
        peer=stranger.address,
        peer_name=one_line(stranger.name, 255),
    )
    record(organisation, "mail.received", mail, MACHINE, at=mail.received_at, mailbox_id=each.mailbox.pk, door=door)
    return mail


def _is_stranger(address: str) -> bool:
    """Whether SPF can say something of it: a relay of one's own network has taken the message from somebody else."""
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


def _envelope_sender(given: str | None) -> str:
    if given is None:
        return ""
    return one_line(given.strip().strip("<>"), 320) or NULL_SENDER

"""Up to where a folder has been read. A position moves in the transaction that writes the rows of what was read, after
the bytes are safe on disk: cut anywhere, a message is stored once or fetched again, never skipped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from sportello.foundation.core.text import one_line
from sportello.foundation.files import store as blobs
from sportello.foundation.files.models import Blob
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.tenancy import clock
from sportello.service.channels.email.taking import Earlier, take_fetched
from sportello.service.channels.erasing import erased_prints
from sportello.service.channels.models import CollectedMessage, Collector, FolderPosition, IncomingMail

from . import dates
from .server import Listed, Server

State = CollectedMessage.State
_ERROR = 300
#: Keys asked of the database at once.
_MANY = 1_000


class Overtaken(Exception):
    """Another process read this folder meanwhile: look again from where it is now."""


@dataclass(frozen=True)
class Fetched:
    """A message with its bytes. `again`: the mail we had made of it under another key."""

    listed: Listed
    raw: bytes
    sha256: str
    again: IncomingMail | None = None


@dataclass(frozen=True)
class Counted:
    stored: int
    again: int


def current(collector: Collector, folder: str, uidvalidity: int) -> FolderPosition:
    """The position of this epoch, begun when it is new; every other of the collector ends."""
    with transaction.atomic():
        Collector.objects.select_for_update(no_key=True).get(pk=collector.pk)
        position, _made = FolderPosition.objects.get_or_create(
            organisation_id=collector.organisation_id, collector=collector, folder=folder, uidvalidity=uidvalidity,
            defaults={"began_at": clock.server_now()},
        )  # fmt: skip
        others = FolderPosition.objects.filter(collector=collector, ended_at__isnull=True).exclude(pk=position.pk)
        if others.update(ended_at=clock.server_now()):
            record(collector.organisation, "collector.renumbered", collector, SYSTEM, uidvalidity=uidvalidity)
        if position.ended_at is not None:
            position.ended_at = None
            position.save(update_fields=["ended_at"])
    return position


def unknown(position: FolderPosition, keys: Sequence[str]) -> list[str]:
    """Those of `keys` without a row, in their order."""
    known: set[str] = set()
    for begin in range(0, len(keys), _MANY):
        rows = CollectedMessage.objects.filter(position=position, key__in=keys[begin : begin + _MANY])
        known.update(rows.values_list("key", flat=True))
    return [key for key in keys if key not in known]


def recognised(position: FolderPosition, server: Server, found: Iterable[tuple[Listed, bytes]]) -> list[Fetched]:
    """Which of these messages we have already: the folder was numbered anew, or somebody moved them away and back.

    The same bytes alone do not say it: a sender may repeat a message without a Message-ID. So a mail is known again
    only when the place we had it from is empty now, and once for each mail.
    """
    prints = [(listed, raw, hashlib.sha256(raw).hexdigest()) for listed, raw in found]
    free = _free_mails(position, server, {sha256 for _listed, _raw, sha256 in prints})
    fetched = []
    for listed, raw, sha256 in prints:
        candidates = free.get(sha256)
        fetched.append(Fetched(listed, raw, sha256, candidates.pop(0) if candidates else None))
    return fetched


def _free_mails(position: FolderPosition, server: Server, prints: set[str]) -> dict[str, list[IncomingMail]]:
    """By digest: mails of this collector whose newest place does not hold them any more, oldest first."""
    mailbox_id = position.collector.mailbox_id
    erased = erased_prints(mailbox_id, position.organisation_id, prints)
    # step by step, each by its index: of a mailbox that is brought in, nothing is known and the first step ends it
    raws = Blob.objects.filter(organisation=position.organisation_id, sha256__in=prints).values_list("pk", flat=True)
    known = set(IncomingMail.objects.filter(mailbox=mailbox_id, raw__in=list(raws)).values_list("pk", flat=True))
    known |= set(erased)
    if not known:
        return {}
    rows = (
        CollectedMessage.objects.filter(mail__in=known, position__collector=position.collector_id)
        .select_related("mail__raw", "position").order_by("pk")
    )  # fmt: skip
    newest = {row.mail_id: row for row in rows}
    here = [row.key for row in newest.values() if row.position_id == position.pk]
    there = server.are_there(here) if here else set()
    free: dict[str, list[IncomingMail]] = {}
    for row in newest.values():
        if row.mail is not None and not (row.position_id == position.pk and row.key in there):
            free.setdefault(erased.get(row.mail.pk, row.mail.raw.sha256), []).append(row.mail)
    return free


def store(position: FolderPosition, found: Sequence[Fetched], *, moves: bool = True) -> Counted:
    """Write rows for these messages and move the position above them, in one transaction. Raises Overtaken when the
    position is not where it was; `moves=False` for what lies below it (a comparison found it, or it came at last)."""
    collector = position.collector
    organisation = collector.organisation
    for one in found:
        if one.again is None:
            blobs.put(organisation.pk, one.raw)  # fsynced here, so that the transaction is short
    with transaction.atomic():
        row = _locked(position)
        known = set(
            CollectedMessage.objects.filter(position=row, key__in=[one.listed.key for one in found])
            .exclude(state=State.LEFT).values_list("key", flat=True)
        )  # fmt: skip
        fresh = [one for one in found if one.listed.key not in known]
        new = [one for one in fresh if one.again is None]
        taken = take_fetched(
            collector.mailbox, collector.protocol, [(one.raw, _earlier(collector, one)) for one in new]
        )
        made = {one.listed.key: mail for one, mail in zip(new, taken, strict=True)}
        if not moves:
            _forget_left(row, fresh)
        CollectedMessage.objects.bulk_create(
            CollectedMessage(
                organisation_id=organisation.pk, position=row, key=one.listed.key,
                mail=one.again or made[one.listed.key], state=State.AGAIN if one.again else State.STORED,
                size=len(one.raw), taken_at=clock.server_now(),
            )
            for one in fresh
        )  # fmt: skip
        if moves:
            _move(position, row, [one.listed.key for one in found])
        if new:
            Collector.objects.filter(pk=collector.pk).update(last_new_at=clock.server_now())
    return Counted(len(new), len(fresh) - len(new))


def pass_by(position: FolderPosition, keys: Sequence[str]) -> None:
    """These are gone from the server before we could have them: the position moves above them."""
    with transaction.atomic():
        _move(position, _locked(position), keys)


def leave(position: FolderPosition, listed: Listed, error: str, *, moves: bool = True) -> None:
    """One that cannot be fetched stays on the server, on the page of who looks after it, and the others go on."""
    with transaction.atomic():
        row = _locked(position)
        left, made = CollectedMessage.objects.get_or_create(
            organisation_id=row.organisation_id, position=row, key=listed.key,
            defaults={"state": State.LEFT, "size": listed.size, "taken_at": clock.server_now(), "attempts": 1,
                      "error": one_line(error, _ERROR)},
        )  # fmt: skip
        if not made and left.state == State.LEFT:
            left.attempts, left.error = left.attempts + 1, one_line(error, _ERROR)
            left.save(update_fields=["attempts", "error"])
        if moves:
            _move(position, row, [listed.key])


def _locked(position: FolderPosition) -> FolderPosition:
    """The row as it is, locked; Overtaken when it moved since it was read."""
    row = FolderPosition.objects.select_for_update(no_key=True).get(pk=position.pk)
    if row.last_uid != position.last_uid:
        raise Overtaken
    return row


def _move(position: FolderPosition, row: FolderPosition, keys: Sequence[str]) -> None:
    """Above these keys; UIDLs have no order, there the rows are the position."""
    if row.uidvalidity:
        row.last_uid = max([row.last_uid, *(int(key) for key in keys)])
    row.waiting = max(0, row.waiting - len(keys))
    row.save(update_fields=["last_uid", "waiting"])
    position.last_uid, position.waiting = row.last_uid, row.waiting


def _forget_left(row: FolderPosition, fresh: Sequence[Fetched]) -> None:
    """What came at last takes the place of its "left" row."""
    keys = [one.listed.key for one in fresh]
    CollectedMessage.objects.filter(position=row, key__in=keys, state=State.LEFT).delete()


def _earlier(collector: Collector, one: Fetched) -> Earlier:
    """When it came to the server: terms run from then, however long we were away. Never later than now."""
    organisation = collector.organisation
    now = clock.now(organisation)
    moved = timedelta(seconds=organisation.clock_offset_seconds)
    cut_off = collector.cut_off_at or datetime(1970, 1, 1, tzinfo=UTC)
    came = one.listed.at or dates.arrived(one.raw)
    if came is None or not 1970 <= came.year < 2100:
        return Earlier(now)
    return Earlier(min(came + moved, now), is_archive=came < cut_off)

"""One look into a folder: what is new is fetched in bounded batches, stored, and only then the position moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from sportello.foundation.files.store import is_whole
from sportello.foundation.tenancy import clock
from sportello.service.channels.models import CollectedMessage, Collector, FolderPosition

from . import positions
from .imap import ImapServer
from .pop3 import Pop3Server
from .server import LARGEST, Access, Listed, Server
from .trouble import ServerTrouble

#: Of one batch; a larger message is a batch of its own.
MESSAGES = 50
BYTES = 8 * 1024 * 1024
#: Sizes asked for at once.
LISTED = 500
#: After so many the caller looks at its other duties.
AT_ONCE = 2_000
#: So often one message may fail while others do not, until it is left on the server.
ATTEMPTS = 5
#: How often the server's whole list is compared with ours, and its copies are cleared.
COMPARE_EVERY = timedelta(hours=1)
#: Messages moved or deleted on the server at once.
CLEARED = 200


@dataclass
class Memory:
    """What one collector remembers between looks: after a failure it goes message by message, and counts."""

    careful: bool = False
    failed: dict[str, int] = field(default_factory=dict)
    cleared_at: datetime | None = None


@dataclass
class Look:
    """What a look did. `more`: there is more than it was allowed to take."""

    stored: int = 0
    again: int = 0
    left: int = 0
    asks: bool = False
    more: bool = False

    @property
    def taken(self) -> int:
        return self.stored + self.again + self.left


def access_of(collector: Collector, **more: Any) -> Access:
    return Access(
        protocol=collector.protocol, host=collector.host, port=collector.port, security=collector.security,
        user=collector.user, folder=collector.folder, proof=collector.proof, collector_id=collector.pk,
        token_url=collector.token_url, client_id=collector.client_id, scope=collector.scope, **more,
    )  # fmt: skip


def connect(access: Access) -> Server:
    """An open connection, signed in, with its folder opened. Raises what `trouble.trouble_of` understands."""
    return Pop3Server(access) if access.protocol == Collector.Protocol.POP3 else ImapServer(access)


def look(
    collector: Collector,
    server: Server,
    memory: Memory | None = None,
    *,
    most: int = AT_ONCE,
    go_on: Callable[[], bool] = lambda: True,
) -> Look:
    """Store what is new, at most `most`, while `go_on()`. Raises what connections and databases raise: what was stored
    until then stays stored."""
    memory = memory or Memory()
    done = Look()
    position = positions.current(collector, collector.folder, server.uidvalidity)
    keys = positions.unknown(position, server.keys(position.last_uid))
    _seen(collector, position, server.count, len(keys))
    if not _cut_off_decided(collector, len(keys)):
        done.asks = True
        return done
    if collector.import_total == 0 and not position.messages.exists():
        Collector.objects.filter(pk=collector.pk).update(import_total=len(keys))
    done.more = len(keys) > most
    for batch in _batches(server, position, keys[:most], done, careful=memory.careful):
        if not go_on():
            done.more = True
            return done
        _take(position, server, batch, memory, done)
    memory.careful = False
    if not done.more:
        # what comes from now on is news, not part of the import
        Collector.objects.filter(pk=collector.pk, import_total__gt=0).update(import_total=0)
    return done


def _cut_off_decided(collector: Collector, waiting: int) -> bool:
    """A folder that was empty when we first came needs no decision: all that comes is new."""
    if collector.cut_off_at is not None:
        return True
    if waiting == 0:
        collector.cut_off_at = datetime(1970, 1, 1, tzinfo=UTC)
        Collector.objects.filter(pk=collector.pk, cut_off_at__isnull=True).update(
            cut_off_at=collector.cut_off_at, asks_cut_off=0
        )
        return True
    Collector.objects.filter(pk=collector.pk).update(asks_cut_off=waiting)
    return False


def _seen(collector: Collector, position: FolderPosition, count: int, waiting: int) -> None:
    now = clock.server_now()
    position.on_server, position.waiting, position.looked_at = count, waiting, now
    position.save(update_fields=["on_server", "waiting", "looked_at"])
    Collector.objects.filter(pk=collector.pk).update(last_contact_at=now)


def _batches(
    server: Server, position: FolderPosition, keys: Sequence[str], done: Look, *, careful: bool
) -> Iterator[list[Listed]]:
    """Groups of at most MESSAGES messages and BYTES bytes, in the folder's order; one by one when `careful`."""
    most = 1 if careful else MESSAGES
    for begin in range(0, len(keys), LISTED):
        asked = keys[begin : begin + LISTED]
        batch: list[Listed] = []
        size = 0
        for one in server.listed(asked):
            if batch and (len(batch) >= most or size + one.size > BYTES):
                yield batch
                batch, size = [], 0
            batch.append(one)
            size += one.size
        if batch:
            yield batch
        # those that vanished before they were listed: nothing of this stretch is left below
        gone = position.uidvalidity and int(asked[-1]) > position.last_uid
        if gone:
            positions.pass_by(position, [asked[-1]])


def _take(
    position: FolderPosition, server: Server, batch: list[Listed], memory: Memory, done: Look, *, moves: bool = True
) -> None:
    first = batch[0]
    if len(batch) == 1 and first.size > LARGEST:
        positions.leave(position, first, _("larger than this installation takes"), moves=moves)
        done.left += 1
        return
    try:
        found = _fetched(server, batch)
    except ServerTrouble as trouble:
        if not _give_up(first, len(batch), memory):
            raise
        positions.leave(position, first, f"{trouble.trouble.code}: {trouble.trouble.words}", moves=moves)
        done.left += 1
        return
    except OSError as error:
        if not _give_up(first, len(batch), memory):
            raise
        positions.leave(position, first, f"{type(error).__name__}: {error}", moves=moves)
        raise  # the connection is gone; the next look begins above this message
    memory.failed.pop(first.key, None)
    counted = positions.store(position, positions.recognised(position, server, found), moves=moves)
    done.stored += counted.stored
    done.again += counted.again


def _fetched(server: Server, batch: list[Listed]) -> list[tuple[Listed, bytes]]:
    """The batch with its bytes. What the server did not give must be gone, else it is asked for again later."""
    told = server.fetch([one.key for one in batch])
    silent = [one.key for one in batch if one.key not in told]
    if silent and server.are_there(silent):
        raise ServerTrouble("server", "the server lists a message and does not give it")
    return [(one, told[one.key]) for one in batch if one.key in told]


def _give_up(first: Listed, many: int, memory: Memory) -> bool:
    """Whether this message, alone, has failed often enough. From now on one by one."""
    memory.careful = True
    if many > 1:
        return False
    memory.failed[first.key] = memory.failed.get(first.key, 0) + 1
    if memory.failed[first.key] < ATTEMPTS:
        return False
    memory.failed.pop(first.key)
    return True


# The whole list ------------------------------


def compare(collector: Collector, server: Server, memory: Memory | None = None) -> Look:
    """Compare all the server has with all we know, and fetch what should be known and is not: what was left behind, and
    what a restored database has forgotten. Does nothing where it was done within COMPARE_EVERY."""
    memory = memory or Memory()
    done = Look()
    position = positions.current(collector, collector.folder, server.uidvalidity)
    now = clock.server_now()
    if position.compared_at is not None and now - position.compared_at < COMPARE_EVERY:
        return done
    keys = server.keys(0)
    known_below = [key for key in keys if not position.uidvalidity or int(key) <= position.last_uid]
    missing = positions.unknown(position, known_below) if position.uidvalidity else []
    left = list(
        CollectedMessage.objects.filter(position=position, state=CollectedMessage.State.LEFT, size__lte=LARGEST)
        .order_by("pk").values_list("key", flat=True)[:CLEARED]
    )  # fmt: skip
    position.on_server, position.missing, position.compared_at = len(keys), len(missing), now
    position.save(update_fields=["on_server", "missing", "compared_at"])
    for one in server.listed([*missing[:AT_ONCE], *left]):
        _take(position, server, [one], memory, done, moves=False)
    if missing:
        rest = len(positions.unknown(position, missing))
        FolderPosition.objects.filter(pk=position.pk).update(missing=rest)
    return done


# The server's copy ------------------------------


def clear(collector: Collector, server: Server, memory: Memory) -> int:
    """Move or delete on the server what the administrator chose to, of what is safely stored; how many.

    Safely stored: the row says so, and the bytes are on our disk now, whole.
    """
    now = clock.server_now()
    if collector.server_copy == Collector.Copy.LEAVE:
        return 0
    if memory.cleared_at is not None and now - memory.cleared_at < COMPARE_EVERY:
        return 0
    position = positions.current(collector, collector.folder, server.uidvalidity)
    rows = (
        CollectedMessage.objects.filter(
            position=position, cleared_at__isnull=True, taken_at__lte=now - timedelta(days=collector.copy_days),
            mail__isnull=False,
        ).exclude(state=CollectedMessage.State.LEFT).select_related("mail__raw").order_by("taken_at", "pk")
    )  # fmt: skip
    safe = [row for row in rows[:CLEARED] if _is_safe(row)]
    if len(safe) < CLEARED:
        memory.cleared_at = now
    there = server.are_there([row.key for row in safe]) if safe else set()
    keys = [row.key for row in safe if row.key in there]
    if keys and collector.server_copy == Collector.Copy.MOVE:
        server.move(keys, collector.copy_folder)
    elif keys:
        server.delete(keys)
    CollectedMessage.objects.filter(pk__in=[row.pk for row in safe]).update(cleared_at=clock.server_now())
    return len(keys)


def _is_safe(row: CollectedMessage) -> bool:
    if row.mail is None:
        return False
    return is_whole(row.organisation_id, row.mail.raw.sha256, row.mail.raw.size)

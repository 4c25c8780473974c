"""Who has what before them at another host: the streams of several hosts tell each other by a table of the database.

A row is a word of presence of one host's browsers, or the sign of life of a host itself (no topic). A host that is the
only one writes its sign of life and nothing else. What stands here is compared with what was written, and what others
wrote with what is held of them: a word that was missed is made good by the next look. The table is not logged: after
a crash or on a new primary it is empty, each finds its own sign gone and writes everything again.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import DatabaseError, InterfaceError, connection

from .hub import Hub
from .presence import Place, Word

log = logging.getLogger(__name__)

#: Seconds between two looks while there are others, and between two signs of life.
LOOK = 0.4
BEAT = 5.0
#: A host that has said nothing for so long is not there: its words go.
SILENT = 20
#: Instants are the database's, taken before the commit: what was said shortly before the last look is read again.
OVERLAP = timedelta(seconds=5)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
#: What is over is swept away after so long.
SWEPT = 60
LONGEST_PAUSE = 5.0

_BEAT = """INSERT INTO live_word (host, topic, user_id, tab, doing) VALUES (%s, '', 0, '', 'here')
ON CONFLICT (host, topic, user_id, tab) DO UPDATE SET said_at = clock_timestamp() RETURNING xmax = 0"""
_OTHERS = """SELECT host FROM live_word WHERE topic = '' AND host <> %s
AND said_at > clock_timestamp() - make_interval(secs => %s)"""
_SAY = """INSERT INTO live_word (host, user_id, topic, tab, doing)
SELECT %s, u, t, b, d FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS said (u, t, b, d)
ON CONFLICT (host, topic, user_id, tab) DO UPDATE SET doing = EXCLUDED.doing, said_at = clock_timestamp()"""
_READ = """SELECT host, user_id, topic, tab, doing, said_at FROM live_word
WHERE topic <> '' AND host = ANY(%s) AND said_at > %s ORDER BY said_at"""
_SWEEP = """DELETE FROM live_word WHERE said_at < clock_timestamp() - make_interval(secs => %s)
AND (doing = 'gone' OR host NOT IN (SELECT host FROM live_word WHERE topic = ''
     AND said_at > clock_timestamp() - make_interval(secs => %s)))"""

#: (user, topic, tab) → what they are doing there.
Words = dict[tuple[int, str, str], str]


class Elsewhere:
    """The words of other hosts, brought to this host's hub, and its own brought to them; a thread with a connection
    of its own. Where nobody listens nothing is asked and nothing written: then there is nobody to be told of either."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.me = secrets.token_hex(8)
        self._written: Words = {}
        self._theirs: dict[str, Words] = {}
        self._others: frozenset[str] = frozenset()
        self._read_to: datetime | None = None
        self._beat_at = self._swept_at = float("-inf")
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="live-elsewhere", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, and take back what was said: others need not wait until this host is missed."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        pause = LOOK
        while not self._stop.wait(pause):
            try:
                if self._hub.everybody():
                    self.step()
                pause = LOOK if self._others else BEAT / 5
            except (DatabaseError, InterfaceError):
                connection.close()  # the hub says that the database is away; here it is enough to come back
                self._beat_at = float("-inf")
                pause = min(pause * 2, LONGEST_PAUSE)
            except Exception:
                log.exception("who is at other hosts could not be told")
                pause = LONGEST_PAUSE
        try:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM live_word WHERE host = %s", [self.me])
        except (DatabaseError, InterfaceError):
            pass  # missed after `SILENT` seconds
        connection.close()

    def step(self) -> None:
        """One look: sign of life when it is due, own words out, others' words in."""
        if time.monotonic() >= self._beat_at + BEAT:
            self._beat()
        if self._others:
            self._say()
            self._hear()

    def _beat(self) -> None:
        now = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute(_BEAT, [self.me])
            (is_new,) = cursor.fetchone()
            cursor.execute(_OTHERS, [self.me, SILENT])
            others = frozenset(host for (host,) in cursor.fetchall())
            if now >= self._swept_at + SWEPT:
                cursor.execute(_SWEEP, [SWEPT, SWEPT])
                self._swept_at = now
        if is_new:
            self._written = {}
        if is_new or others - self._others:
            self._read_to = None
        for host in self._others - others:
            self._forget(host)
        self._others, self._beat_at = others, now

    def _say(self) -> None:
        mine = self._hub.presence.said_here()
        changed = {key: doing for key, doing in mine.items() if self._written.get(key) != doing}
        changed |= {key: "gone" for key in self._written if key not in mine}
        if changed:
            columns = [list(column) for column in zip(*((*key, doing) for key, doing in changed.items()), strict=True)]
            with connection.cursor() as cursor:
                cursor.execute(_SAY, [self.me, *columns])
        self._written = mine

    def _hear(self) -> None:
        since = self._read_to - OVERLAP if self._read_to else LONG_AGO
        with connection.cursor() as cursor:
            cursor.execute(_READ, [list(self._others), since])
            rows = cursor.fetchall()
        if not rows:
            return
        # a word may stand here twice, before and after: the last one holds
        said = {(host, user_id, topic, tab): doing for host, user_id, topic, tab, doing, _at in rows}
        self._bring([
            (host, user_id, Word(topic, doing, tab))
            for (host, user_id, topic, tab), doing in said.items()
            if self._theirs.get(host, {}).get((user_id, topic, tab), "gone") != doing
        ])  # fmt: skip
        # only now are they known: where the database goes away meanwhile, the next look brings them
        self._read_to = rows[-1][-1]
        for (host, *key), doing in said.items():
            known = self._theirs.setdefault(host, {})
            if doing == "gone":
                known.pop((key[0], key[1], key[2]), None)
            else:
                known[key[0], key[1], key[2]] = doing

    def _bring(self, news: Collection[tuple[str, int, Word]]) -> None:
        """Their words as if they were said here: by the same rights, asked of the database now."""
        presence = self._hub.presence
        there = {user_id for _, user_id, word in news if word.doing != "gone"}
        users = get_user_model().objects.filter(is_active=True).in_bulk(there) if there else {}
        viewers = self._hub.page.viewers(list(users.values())) if users else {}
        for host, user_id, word in news:
            viewer = viewers.get(user_id) if word.doing != "gone" else None
            try:
                if viewer is None:
                    raise LookupError(word.topic)
                about = presence.heard(viewer, user_id, word, at=host)
            except LookupError:  # they have gone, or the ticket has gone from their sight since they said it
                about = presence.taken_back(word.topic, Place(user_id, word.tab, host))
            if about is not None:
                self._hub.tell_presence(word.topic, about)

    def _forget(self, host: str) -> None:
        self._theirs.pop(host, None)
        for topic, about in self._hub.presence.lost(host):
            self._hub.tell_presence(topic, about)

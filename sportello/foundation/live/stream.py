"""The live stream as a bare ASGI callable: no middleware, no view; a stream is a coroutine and a queue."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection

from sportello.foundation.journal.reader import Position

from . import wire
from .catching_up import missed
from .doors import Asked, Headers, headers_of, origin_for, read, visitor
from .hub import Hub
from .page import Page, Saying, saying
from .presence import BODY, Word, read_word
from .subscriber import Parcel, Subscriber
from .wire import Message, Receive, Send

log = logging.getLogger(__name__)

PATHS = ("/stream", "/live/stream")
PRESENCE_PATHS = ("/presence", "/live/presence")
#: Seconds between two signs of life: shorter than what proxies and mobile networks take for dead.
BEAT = 15.0
#: A browser that takes nothing for so long (a closed lid: its system still answers for a while) is let go.
STUCK = 60.0
#: How long a long poll waits.
PATIENCE = 25.0
#: Streams of one person: many browsers, not a flood.
STREAMS_EACH = 30
#: Each holds a database connection.
THREADS = 2
SOON = (b"retry-after", b"3")

_T = TypeVar("_T")


class Stream:
    """`page` says what there is to hear, `hub` reads it. GET, and a POST for who is where: nothing is stored here."""

    def __init__(self, page: Page, hub: Hub, *, beat: float = BEAT, patience: float = PATIENCE) -> None:
        self.page, self.hub = page, hub
        self._beat, self._patience = beat, patience
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="live")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = headers_of(scope)
        origin = origin_for(headers)
        asked = read(scope, headers)
        if scope["path"] in PRESENCE_PATHS:
            await self._present(scope, headers, origin, receive, send)
        elif scope["path"] not in PATHS:
            await wire.refuse(send, HTTPStatus.NOT_FOUND)
        elif scope["method"] != "GET":
            await wire.refuse(send, HTTPStatus.METHOD_NOT_ALLOWED)
        elif origin is None:
            await wire.refuse(send, HTTPStatus.FORBIDDEN)
        elif asked is None:
            await wire.refuse(send, HTTPStatus.BAD_REQUEST, origin)
        else:
            await self._admitted(asked, headers, origin, receive, send)

    async def _admitted(self, asked: Asked, headers: Headers, origin: str, receive: Receive, send: Send) -> None:
        try:
            admitted = await self._in_thread(lambda: self._admit(asked, headers))
            if not await self._in_thread(lambda: self.hub.ready.wait(5)):
                raise InterfaceError("the journal cannot be read yet")
        except (DatabaseError, InterfaceError):
            await wire.refuse(send, HTTPStatus.SERVICE_UNAVAILABLE, origin, SOON)
            return
        if isinstance(admitted, HTTPStatus):
            await wire.refuse(send, admitted, origin)
            return
        subscriber, welcome = admitted
        if self.hub.streams_of(subscriber.user_id) >= STREAMS_EACH:
            await wire.refuse(send, HTTPStatus.TOO_MANY_REQUESTS, origin, SOON)
            return
        since = asked.since or self.hub.position_before(asked.ago)
        hello = saying("hello", topics=welcome, refused=[name for name in asked.topics if name not in welcome])
        listening = asyncio.create_task(_until_gone(receive, subscriber))
        self.hub.join(subscriber)
        try:
            if asked.polls:
                # the first question is answered at once: the page compares what it shows with what `hello` says
                await self._poll(subscriber, since, hello, origin, send, waits=asked.since is not None)
            else:
                await self._stream(subscriber, since, hello, origin, send)
        except TimeoutError:
            log.info("a stream of user %s took nothing for %s seconds", subscriber.user_id, STUCK)
        finally:
            self.hub.leave(subscriber)
            listening.cancel()

    async def _present(
        self, scope: Message, headers: Headers, origin: str | None, receive: Receive, send: Send
    ) -> None:
        """A word of presence from a page of ours; answers who else is there, or for `look` who is where."""
        if scope["method"] != "POST":
            return await wire.refuse(send, HTTPStatus.METHOD_NOT_ALLOWED)
        if not origin:  # every browser names its page in a POST: without it, it is none of ours
            return await wire.refuse(send, HTTPStatus.FORBIDDEN)
        word = read_word(await wire.body(receive, BODY))
        if word is None:
            return await wire.refuse(send, HTTPStatus.BAD_REQUEST, origin)
        try:
            told = await self._in_thread(lambda: self._heard(word, headers))
        except (DatabaseError, InterfaceError):
            return await wire.refuse(send, HTTPStatus.SERVICE_UNAVAILABLE, origin, SOON)
        if isinstance(told, HTTPStatus):
            return await wire.refuse(send, told, origin)
        answer = wire.answer(told, self.hub.position)
        await wire.whole(send, HTTPStatus.OK, answer, "application/json", origin)

    def _heard(self, word: Word, headers: Headers) -> Sequence[Saying] | HTTPStatus:
        found = visitor(headers)
        if found is None:
            return HTTPStatus.UNAUTHORIZED
        viewer, presence = self.page.viewer(found.user), self.hub.presence
        if word.doing == "look":
            return presence.all_for(viewer, found.user.pk)
        try:
            about = presence.heard(viewer, found.user.pk, word)
        except LookupError:
            return HTTPStatus.NOT_FOUND
        if about is not None:
            self.hub.tell_presence(word.topic, about)
        return [presence.telling(word.topic, found.user.pk)]

    def _admit(self, asked: Asked, headers: Headers) -> tuple[Subscriber, dict[str, Any]] | HTTPStatus:
        """Who asks and what of it they may hear. What is not theirs does not exist."""
        asked_at = time.monotonic()
        found = visitor(headers)
        if found is None:
            return HTTPStatus.UNAUTHORIZED
        viewer = self.page.viewer(found.user)
        welcome = self.page.admit(viewer, asked.topics)
        if not welcome:
            return HTTPStatus.NOT_FOUND
        subscriber = Subscriber(
            viewer=viewer,
            user_id=found.user.pk,
            session_key=found.session_key,
            rights=self.page.rights(viewer),
            topics=set(welcome),
            asked_at=asked_at,
        )
        return subscriber, welcome

    async def _stream(self, subscriber: Subscriber, since: Position, hello: Saying, origin: str, send: Send) -> None:
        await wire.begin_stream(send, origin)
        await wire.more(send, wire.RETRY + wire.event(hello, since))
        caught_up = await self._catch_up(subscriber, since)
        if caught_up is None:  # the database went away: the browser comes back from where it was
            await wire.finish(send)
            return
        await wire.more(send, wire.parcels(caught_up))
        while not subscriber.over:
            taken = await subscriber.take(self._beat)
            if taken:
                await asyncio.wait_for(wire.more(send, wire.parcels(taken)), STUCK)
            elif not subscriber.over:
                # A comment would do for proxies; an event also tells the page that the line is alive, and moves its
                # position on. Only now and then: at each event it would tell when others' tickets change.
                await asyncio.wait_for(wire.more(send, wire.event(saying("beat"), subscriber.reached)), STUCK)
        last = subscriber.last_words
        await wire.finish(send, wire.event(last) if last else b"")

    async def _poll(
        self, subscriber: Subscriber, since: Position, hello: Saying, origin: str, send: Send, *, waits: bool
    ) -> None:
        caught_up = await self._catch_up(subscriber, since)
        if caught_up is None:
            await wire.refuse(send, HTTPStatus.SERVICE_UNAVAILABLE, origin, SOON)
            return
        told = [one for parcel in caught_up for one in parcel.sayings]
        if not told and not subscriber.over and waits:
            told = [one for parcel in await subscriber.take(self._patience) for one in parcel.sayings]
        if subscriber.last_words:
            told.append(subscriber.last_words)
        body = wire.answer([hello, *told], subscriber.reached)
        await wire.whole(send, HTTPStatus.OK, body, "application/json", origin)

    async def _catch_up(self, subscriber: Subscriber, since: Position) -> list[Parcel] | None:
        known = self.hub.position
        try:
            found = await self._in_thread(lambda: list(missed(self.page, subscriber, since, known)))
        except (DatabaseError, InterfaceError):
            return None
        except Exception:  # one event that cannot be told must not lock its listeners out for ever
            log.exception("what came after %s could not be told: asks again", since)
            found = [Parcel(known, (saying("resync"),))]
        subscriber.catch_up(found[-1].position)
        return [] if subscriber.over else found

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _fresh, work)


def _fresh(work: Callable[[], _T]) -> _T:
    """`work`, which only reads, on a connection that answers: a database that was restarted is no reason to refuse
    anybody, nor one that cut the line under our question."""
    close_old_connections()
    try:
        return work()
    except (OperationalError, InterfaceError):
        connection.close()
        return work()
    finally:
        close_old_connections()


async def _until_gone(receive: Receive, subscriber: Subscriber) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscriber.end()

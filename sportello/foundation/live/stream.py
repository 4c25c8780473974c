"""The live stream as a bare ASGI callable: no middleware, no view; a stream is a coroutine and a queue."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError

from . import admission, wire
from .admission import Admitted, Caller
from .audience import Audience
from .doors import Asked, Headers, headers_of, origin_for, read, session_key, visitors
from .hub import Hub
from .page import Page, Saying, saying
from .presence import BODY, Word, read_word
from .subscriber import Subscriber
from .waiting_room import WaitingRoom, fresh
from .wire import Message, Receive, Send, spread

log = logging.getLogger(__name__)

PATHS = ("/stream", "/live/stream")
PRESENCE_PATHS = ("/presence", "/live/presence")
#: Seconds between two signs of life: shorter than what proxies and mobile networks take for dead.
BEAT = 15.0
#: A browser that takes nothing for so long (a closed lid: its system still answers for a while) is let go.
STUCK = 60.0
LOOK_FOR_STUCK = 5.0
#: So many more or less than when it was last tidied up.
MANY = 100
#: How long a long poll waits.
PATIENCE = 25.0
#: For words of presence; the door has one of its own. Each holds a database connection.
THREADS = 1

_T = TypeVar("_T")


class Stream:
    """`page` says what there is to hear, `hub` reads it; `tidy` is done after many have come or gone: letting them in
    takes several times what they take while they listen. GET, and a POST for who is where: nothing is stored here."""

    def __init__(
        self, page: Page, hub: Hub, *, beat: float = BEAT, patience: float = PATIENCE,
        tidy: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self.page, self.hub = page, hub
        self._beat, self._patience = beat, patience
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="live")
        self._room = WaitingRoom(
            lambda callers: admission.admit(page, hub, callers), lambda admitted: hub.leave(admitted.subscriber)
        )
        self._looks: asyncio.Task[None] | None = None
        self._asked_at = time.monotonic()
        self._tidy, self._tidied_at = tidy, 0

    def quiet(self) -> float:
        """Seconds since somebody last asked for anything; 0 while somebody listens."""
        return 0.0 if self.hub.everybody() else time.monotonic() - self._asked_at

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if self._looks is None:
            self.hub.attend(asyncio.get_running_loop())
            self._looks = asyncio.create_task(self._let_go_of_stuck())
        self._asked_at = time.monotonic()
        headers = headers_of(scope)
        origin = origin_for(headers)
        path, method = scope["path"], scope["method"]
        if path in PRESENCE_PATHS:
            await self._present(method, headers, origin, receive, send)
        elif path not in PATHS:
            await wire.refuse(send, HTTPStatus.NOT_FOUND)
        elif method != "GET":
            await wire.refuse(send, HTTPStatus.METHOD_NOT_ALLOWED)
        elif origin is None:
            await wire.refuse(send, HTTPStatus.FORBIDDEN)
        else:
            asked, key = read(scope, headers), session_key(headers)
            # as long as the stream lives: what the browser sent of itself is most of what it would take
            scope.clear()
            del headers
            if asked is None:
                await wire.refuse(send, HTTPStatus.BAD_REQUEST, origin)
            elif self._room.is_full():
                await self._come_back(send, origin)
            else:
                answer = await self._room.enter(Caller(asked, key))
                if isinstance(answer, Admitted):
                    served = self._serve(answer, asked, origin, receive, send)
                else:
                    served = self._refuse(answer, origin, send)
                del answer, asked, key
                await served

    async def _refuse(self, answer: HTTPStatus | None, origin: str, send: Send) -> None:
        if answer is None:
            await self._come_back(send, origin)
        elif answer is HTTPStatus.TOO_MANY_REQUESTS:
            await wire.refuse(send, answer, origin, wire.soon(3))
        else:
            await wire.refuse(send, answer, origin)

    async def _come_back(self, send: Send, origin: str) -> None:
        await wire.refuse(send, HTTPStatus.SERVICE_UNAVAILABLE, origin, wire.soon(3 + self._room.seconds_to_wait()))

    def _serve(
        self, admitted: Admitted, asked: Asked, origin: str, receive: Receive, send: Send
    ) -> Coroutine[Any, Any, None]:
        """What is awaited as long as the stream lives, and no more: each coroutine between takes half a kilobyte."""
        subscriber = admitted.subscriber
        subscriber.catch_up(admitted.missed.position)
        line = Line(receive, subscriber, self.hub)
        if asked.polls:
            # the first question is answered at once: the page compares what it shows with what `hello` says
            return self._poll(line, admitted, origin, send, waits=asked.since is not None)
        return self._stream(line, admitted, origin, send)

    async def _stream(self, line: Line, admitted: Admitted, origin: str, send: Send) -> None:
        subscriber = admitted.subscriber
        with line:
            await wire.begin_stream(send, origin)
            first = wire.RETRY + wire.event(admitted.hello, admitted.since)
            if not subscriber.over:
                first += wire.parcels([admitted.missed])
            await _more(subscriber, send, first)
            del admitted, first
            while not subscriber.over:
                # not all in one moment, though all have heard the same last
                await subscriber.coming(self._beat * spread(0.8, 1.0))
                taken = subscriber.taken()
                if taken:
                    await _more(subscriber, send, wire.parcels(taken))
                elif not subscriber.over:
                    # A comment would do for proxies; an event also tells the page that the line is alive, and moves its
                    # position on. Only now and then: at each event it would tell when others' tickets change.
                    await _more(subscriber, send, wire.event(_BEAT, self.hub.reached(subscriber)))
            last = subscriber.last_words
            await wire.finish(send, wire.event(last) if last else b"")

    async def _poll(self, line: Line, admitted: Admitted, origin: str, send: Send, *, waits: bool) -> None:
        subscriber = admitted.subscriber
        with line:
            told = [] if subscriber.over else list(admitted.missed.sayings)
            if not told and not subscriber.over and waits:
                told = [one for parcel in await subscriber.take(self._patience) for one in parcel.sayings]
            if subscriber.last_words:
                told.append(subscriber.last_words)
            body = wire.answer([admitted.hello, *told], self.hub.reached(subscriber))
            await wire.whole(send, HTTPStatus.OK, body, "application/json", origin)

    async def _let_go_of_stuck(self) -> None:
        """Whoever has taken nothing for too long: their own wait would be a task and a timer each time."""
        while True:
            await asyncio.sleep(LOOK_FOR_STUCK)
            long_ago = time.monotonic() - STUCK
            everybody = self.hub.everybody()
            if abs(len(everybody) - self._tidied_at) > MANY:
                self._tidied_at = len(everybody)
                await asyncio.get_running_loop().run_in_executor(self._threads, self._tidy)
            for one in everybody:
                if 0 < one.sending_since < long_ago and one.task is not None:
                    one.task.cancel()

    async def _present(
        self, method: str, headers: Headers, origin: str | None, receive: Receive, send: Send
    ) -> None:
        """A word of presence from a page of ours; answers who else is there, or for `look` who is where."""
        if method != "POST":
            return await wire.refuse(send, HTTPStatus.METHOD_NOT_ALLOWED)
        if not origin:  # every browser names its page in a POST: without it, it is none of ours
            return await wire.refuse(send, HTTPStatus.FORBIDDEN)
        word = read_word(await wire.body(receive, BODY))
        if word is None:
            return await wire.refuse(send, HTTPStatus.BAD_REQUEST, origin)
        told = self._still_there(word, headers)
        if told is None:
            try:
                told = await self._in_thread(lambda: self._heard(word, headers))
            except (DatabaseError, InterfaceError):
                return await wire.refuse(send, HTTPStatus.SERVICE_UNAVAILABLE, origin, wire.soon(3))
        if isinstance(told, HTTPStatus):
            return await wire.refuse(send, told, origin)
        answer = wire.answer(told, self.hub.position)
        await wire.whole(send, HTTPStatus.OK, answer, "application/json", origin)

    def _still_there(self, word: Word, headers: Headers) -> Sequence[Saying] | HTTPStatus | None:
        """The usual word, every fifteen seconds from every page: the same as before, of a ticket the session's own
        stream may hear of. That stream is cut when the right to it ends; so nobody else need be asked."""
        subscriber = self.hub.hearing(session_key(headers), word.topic)
        if subscriber is None or not self.hub.presence.goes_on(subscriber.user_id, word):
            return None
        return [self.hub.presence.telling(word.topic, subscriber.user_id)]

    def _heard(self, word: Word, headers: Headers) -> Sequence[Saying] | HTTPStatus:
        key = session_key(headers)
        found = visitors([key]).get(key)
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

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, fresh, work)


_BEAT = saying("beat")


async def _more(subscriber: Subscriber, send: Send, body: bytes) -> None:
    subscriber.sending_since = time.monotonic()
    await wire.more(send, body)
    subscriber.sending_since = 0.0


class Line:
    """Hears when the browser has gone, and ends its stream. What the server returns can be asked to call back: a task
    that waits would be a good part of what an idle stream takes. Where it can only be awaited there is one.

    In the block of a `with` the stream lives; after it the hub tells it nothing more. What is cancelled because the
    browser takes nothing has ended, and no error of anybody's.
    """

    __slots__ = ("_hub", "_receive", "_subscriber", "_waits")

    def __init__(self, receive: Receive, subscriber: Subscriber, hub: Audience) -> None:
        self._receive, self._subscriber, self._hub = receive, subscriber, hub
        self._waits: Any = None
        self._go_on()

    def __enter__(self) -> None:
        self._subscriber.task = asyncio.current_task()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        subscriber = self._subscriber
        self._hub.leave(subscriber)
        subscriber.task = None
        self.let_go()
        is_stuck = isinstance(error, asyncio.CancelledError) and bool(subscriber.sending_since)
        if is_stuck:
            log.info("a stream of user %s took nothing for %s seconds", subscriber.user_id, STUCK)
        return is_stuck

    def _go_on(self) -> None:
        waits: Any = self._receive()
        if not hasattr(waits, "add_done_callback"):
            waits = asyncio.ensure_future(waits)
        self._waits = waits
        waits.add_done_callback(self._heard)

    def _heard(self, waits: Any) -> None:
        if self._waits is None or waits.cancelled():
            return
        self._waits = None
        if waits.exception() is None and waits.result()["type"] != "http.disconnect":
            self._go_on()
        else:
            self._subscriber.end()

    def let_go(self) -> None:
        """The stream has ended: nobody wants to know any more."""
        waits, self._waits = self._waits, None
        if waits is not None:
            waits.cancel()

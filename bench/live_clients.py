"""Many browsers in one process: what `live/static/live/js/source.js` does on the wire, for thousands of streams.

`python -m bench.live_clients` reads one JSON command a line and answers each with one line. Instants are those of the
machine's monotonic clock, so that processes can be compared. A browser that is lost comes back from the last position
it heard after the pause the module takes, waits as long for the first word, and gives way as it does.
"""

from __future__ import annotations

import errno
import heapq
import json
import os
import random
import re
import select
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

#: What the module waits for the first word, in seconds, and the longest pause between two tries.
HELLO_WITHIN = 6.0
LONGEST_PAUSE = 30.0
#: What a browser sends beside: as much as Chromium does.
_HEADERS = (
    'Host: {host}\r\nConnection: keep-alive\r\nsec-ch-ua-platform: "Linux"\r\n'
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36\r\n"
    'sec-ch-ua: "Chromium";v="142", "Not_A Brand";v="99"\r\nsec-ch-ua-mobile: ?0\r\n'
    "Accept: text/event-stream\r\nCache-Control: no-cache\r\nOrigin: {origin}\r\nSec-Fetch-Site: same-site\r\n"
    "Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\nReferer: {origin}/\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: it-IT,it;q=0.9,en;q=0.8\r\nCookie: {cookie}\r\n\r\n"
)
_VERSION = re.compile(rb'data-version="([0-9]+)"')
_SEEN = re.compile(rb"fragment=live&amp;seen=([0-9]+)")
_ID = re.compile(rb"\nid: ([0-9:]+)\n")


@dataclass(eq=False)
class Tab:
    """One browser: its session, what it wants to hear, where it is."""

    number: int
    cookie: str
    topics: str
    sock: socket.socket | None = None
    at: str = ""
    tail: bytes = b""
    greeted: bool = False
    failures: int = 0
    tries: int = 0
    opened_at: float = 0.0
    hello_at: float = 0.0
    first_at: float = 0.0
    heard: int = 0
    statuses: list[int] = field(default_factory=list)


class Crowd:
    """All the browsers of this process, in one loop."""

    def __init__(self, address: tuple[str, int], origin: str, source: str) -> None:
        self.address, self.origin, self.source = address, origin, source
        self.tabs: list[Tab] = []
        self.by_fd: dict[int, Tab] = {}
        self.poll = select.epoll()
        self.timers: list[tuple[float, int, Callable[[], None]]] = []
        self.count = 0
        self.lost = 0
        #: called with (tab, block) for every event when set
        self.on_event: Callable[[Tab, bytes, float], None] | None = None

    # ---- time

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        self.count += 1
        heapq.heappush(self.timers, (time.monotonic() + seconds, self.count, what))

    def turn(self, most: float = 0.05) -> None:
        """One round of the loop."""
        wait = min(most, max(0.0, self.timers[0][0] - time.monotonic())) if self.timers else most
        for fd, event in self.poll.poll(wait, 1024):
            tab = self.by_fd.get(fd)
            if tab is not None:
                self._ready(tab, event)
        now = time.monotonic()
        while self.timers and self.timers[0][0] <= now:
            heapq.heappop(self.timers)[2]()

    # ---- one browser

    def open(self, tab: Tab) -> None:
        sock = socket.socket()
        sock.setblocking(False)
        if self.source:
            sock.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
            sock.bind((self.source, 0))
        tab.sock, tab.greeted, tab.tail = sock, False, b""
        tab.tries += 1
        tab.opened_at = time.monotonic()
        self.by_fd[sock.fileno()] = tab
        failed = sock.connect_ex(self.address)
        self.poll.register(sock.fileno(), select.EPOLLOUT)
        if failed not in (0, errno.EINPROGRESS):
            self.gone(tab)
            return
        this = tab.tries
        self.later(HELLO_WITHIN, lambda: self._too_late(tab, this))

    def _too_late(self, tab: Tab, which: int) -> None:
        if tab.tries == which and tab.sock is not None and not tab.greeted:
            tab.statuses.append(0)
            self.gone(tab)

    def shut(self, tab: Tab, *, abruptly: bool = False) -> None:
        if tab.sock is not None:
            if abruptly:
                tab.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            self.by_fd.pop(tab.sock.fileno(), None)
            tab.sock.close()
            tab.sock = None

    def gone(self, tab: Tab) -> None:
        """Lost or refused: the module's way back."""
        greeted = tab.greeted
        self.shut(tab)
        tab.greeted = False
        self.lost += 1
        if greeted:
            pause = 0.2 + random.random() * 1.8
        else:
            tab.failures += 1
            pause = min(LONGEST_PAUSE, 0.5 * 2**tab.failures) * (0.5 + random.random())
        self.later(pause, lambda: tab.sock is None and self.open(tab))

    def _ready(self, tab: Tab, event: int) -> None:
        assert tab.sock is not None
        try:
            if event & select.EPOLLOUT:
                failed = tab.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if failed:
                    return self.gone(tab)
                place = f"since={tab.at}" if tab.at else "ago=0"
                host = f"{self.address[0]}:{self.address[1]}"
                head = _HEADERS.format(host=host, origin=self.origin, cookie=tab.cookie)
                tab.sock.send(f"GET /live/stream?topics={tab.topics}&{place} HTTP/1.1\r\n{head}".encode())
                self.poll.modify(tab.sock.fileno(), select.EPOLLIN)
                return
            data = tab.sock.recv(65536)
        except OSError:
            return self.gone(tab)
        if not data:
            return self.gone(tab)
        self._heard(tab, data)

    def _heard(self, tab: Tab, data: bytes) -> None:
        now = time.monotonic()
        if not tab.greeted:
            data = tab.tail + data
            if data[9:12] != b"200" and len(data) > 12:
                tab.statuses.append(int(data[9:12]))
                return self.gone(tab)
            if b"event: hello" not in data:
                tab.tail = data
                return
            tab.greeted, tab.failures, tab.hello_at = True, 0, now
            tab.tail = b""
        elif not tab.first_at and b"event: beat" not in data:
            tab.first_at = now
        for found in _ID.finditer(data):
            tab.at = found[1].decode()
        if self.on_event is not None:
            blocks = (tab.tail + data).split(b"\n\n")
            tab.tail = blocks.pop()
            for block in blocks:
                self.on_event(tab, block, now)
        tab.heard += len(data)

    # ---- the crowd

    def until(self, what: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not what():
            if time.monotonic() > deadline:
                return False
            self.turn()
        return True

    def all_greeted(self) -> bool:
        return sum(tab.greeted for tab in self.tabs) == len(self.tabs)

    def open_all(self, cookies: list[str], topics: list[str], rate: float, patience: float) -> dict[str, Any]:
        """Open one browser a cookie, `rate` a second (0: at once)."""
        new = [Tab(number, cookie, topics[number % len(topics)]) for number, cookie in enumerate(cookies)]
        self.tabs += new
        for number, tab in enumerate(new):
            self.later(number / rate if rate else 0.0, lambda tab=tab: self.open(tab))
        done = self.until(self.all_greeted, patience)
        return self._told(done)

    def storm(self, spread: float, patience: float, *, abruptly: bool) -> dict[str, Any]:
        """Every browser loses its line now, and comes back within `spread` seconds (0: all at once)."""
        for tab in self.tabs:
            self.shut(tab, abruptly=abruptly)
            tab.greeted, tab.tries, tab.statuses, tab.hello_at = False, 0, [], 0.0
        began = time.monotonic()
        for tab in self.tabs:
            self.later(random.random() * spread, lambda tab=tab: self.open(tab))
        done = self.until(self.all_greeted, patience)
        return {**self._told(done), "began": began}

    def _told(self, done: bool) -> dict[str, Any]:
        statuses: dict[str, int] = {}
        for tab in self.tabs:
            for status in tab.statuses:
                statuses[str(status)] = statuses.get(str(status), 0) + 1
        return {
            "done": done,
            "greeted": sum(tab.greeted for tab in self.tabs),
            "hello_at": [tab.hello_at for tab in self.tabs if tab.greeted],
            "took": [tab.hello_at - tab.opened_at for tab in self.tabs if tab.greeted],
            "tries": sum(tab.tries for tab in self.tabs),
            "refused": statuses,
        }


class Follower:
    """What the module does with an event: lists are marked as they are, an open ticket asks for what is new after a
    moment that grows with how many have it open, and with it for its side where the news concerns that."""

    def __init__(self, crowd: Crowd, web: str, pages: dict[str, str]) -> None:
        self.crowd, self.web, self.pages = crowd, web, pages
        #: Who, which ticket, in which version, when.
        self.heard: list[tuple[int, str, int, float]] = []
        self.shown: list[tuple[int, str, int, float]] = []
        self.requests: list[float] = []
        self.failed = 0
        self.newest: dict[tuple[int, str], int] = {}
        self.current: dict[tuple[int, str], int] = {}
        #: The position each page has seen, as the head of its last answer says.
        self.seen: dict[tuple[int, str], int] = {}
        self.beside: set[tuple[int, str]] = set()
        self.sides = 0
        self.asking: set[tuple[int, str]] = set()
        self.pool = ThreadPoolExecutor(12)
        self.here = threading.local()
        crowd.on_event = self.event

    def event(self, tab: Tab, block: bytes, now: float) -> None:
        start = block.find(b"event: ")  # before the first of a chunk stands how long the chunk is
        if start < 0:
            return
        name = block[start + 7 : block.index(b"\n", start)]
        if name not in (b"lists", b"ticket"):
            return
        told = json.loads(block[block.rindex(b"\ndata: ") + 7 :])
        if name == b"lists":
            self.heard.append((tab.number, told["ticket"], told["version"], now))
            return
        key = (tab.number, told["ticket"])
        if told["version"] > self.newest.get(key, 0):
            self.newest[key] = told["version"]
            if told.get("beside", True):
                self.beside.add(key)
            wait = random.random() * 0.008 * (min(told.get("among", 50), 250) - 1)
            self.crowd.later(wait, lambda: self.attend(tab, told["ticket"]))

    def attend(self, tab: Tab, ticket: str) -> None:
        key = (tab.number, ticket)
        if key not in self.asking and self.current.get(key, 0) < self.newest[key]:
            self.asking.add(key)
            self.pool.submit(self.ask, tab, ticket)

    def ask(self, tab: Tab, ticket: str) -> None:
        key = (tab.number, ticket)
        try:
            side = key in self.beside
            self.beside.discard(key)
            self.sides += side
            address = f"{self.pages[ticket]}?fragment=live&seen={self.seen.get(key, 1)}"
            content = self.get(f"{address}&side=1" if side else address, tab.cookie)
            found, seen = _VERSION.search(content), _SEEN.search(content)
            if found is None or seen is None:
                raise HTTPException("a page without the ticket's version")
            version = int(found[1])
            self.shown.append((tab.number, ticket, version, time.monotonic()))
            self.current[key], self.seen[key] = version, int(seen[1])
        except (OSError, HTTPException):
            self.failed += 1
            self.here.line = None
        finally:
            self.asking.discard(key)
            if self.current.get(key, 0) < self.newest[key]:
                self.crowd.later(1.0, lambda: self.attend(tab, ticket))

    def get(self, path: str, cookie: str) -> bytes:
        began = time.monotonic()
        if getattr(self.here, "line", None) is None:
            self.here.line = HTTPConnection(self.web, timeout=20)
        self.here.line.request("GET", path, headers={"Cookie": cookie, "HX-Request": "true", "Accept-Language": "it"})
        response = self.here.line.getresponse()
        content: bytes = response.read()
        if response.status != 200:
            raise OSError(response.status)
        self.requests.append(time.monotonic() - began)
        return content


def answer(crowd: Crowd, asked: dict[str, Any]) -> dict[str, Any]:
    """One command."""
    what = asked["do"]
    if what == "open":
        return crowd.open_all(asked["cookies"], asked["topics"], asked["rate"], asked["patience"])
    if what == "storm":
        return crowd.storm(asked["spread"], asked["patience"], abruptly=asked["abruptly"])
    if what == "mark":
        for tab in crowd.tabs:
            tab.first_at, tab.heard = 0.0, 0
            tab.tries, tab.statuses = 0, []
        crowd.lost = 0
        return {}
    if what == "heard":
        crowd.until(lambda: sum(bool(tab.first_at) for tab in crowd.tabs) >= len(crowd.tabs), asked["patience"])
        return {"at": [tab.first_at for tab in crowd.tabs if tab.first_at], "all": len(crowd.tabs)}
    if what == "idle":
        crowd.until(lambda: False, asked["seconds"])
        return {
            "open": sum(tab.greeted for tab in crowd.tabs),
            "lost": crowd.lost,
            "bytes": sum(tab.heard for tab in crowd.tabs),
        }
    if what == "follow":
        follower = Follower(crowd, asked["web"], asked["pages"])
        crowd.until(lambda: False, asked["seconds"])
        follower.pool.shutdown()
        crowd.on_event = None
        seen = {"heard": follower.heard, "shown": follower.shown}
        return {**seen, "requests": follower.requests, "failed": follower.failed, "sides": follower.sides}
    if what == "greeted":
        return crowd._told(crowd.until(crowd.all_greeted, asked["patience"]))
    if what == "close":
        for tab in crowd.tabs:
            crowd.shut(tab)
        crowd.tabs.clear()
        crowd.timers.clear()
        return {}
    raise ValueError(what)


def main() -> int:
    address, origin, source = sys.argv[1:4]
    host, _, port = address.partition(":")
    crowd = Crowd((host, int(port)), origin, source)
    stdin = sys.stdin.fileno()
    crowd.poll.register(stdin, select.EPOLLIN)
    waiting = b""
    while True:
        # between two commands the browsers go on living
        crowd.turn(0.2)
        ready, _, _ = select.select([stdin], [], [], 0)
        if not ready:
            continue
        read = os.read(stdin, 1 << 20)
        if not read:
            return 0
        waiting += read
        while b"\n" in waiting:
            line, waiting = waiting.split(b"\n", 1)
            sys.stdout.write(json.dumps(answer(crowd, json.loads(line))) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""The stream as it runs: `sportello stream` in a process of its own on the test's database, and clients of it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from sportello.config.supervisor.doors import GIVEN, Door
from sportello.records.accounts.models import User
from tests.cluster import cluster
from tests.ports import free_port
from tests.waiting import LIMIT, wait_until

HOST = "127.0.0.1"


def database_url() -> str:
    """The test's own database, as another process finds it."""
    return cluster().url(connection.settings_dict["NAME"])


def signed_in(user: User) -> str:
    """The key of a new session of `user`."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


@dataclass
class Heard:
    event: str
    data: dict
    id: str


@dataclass
class Listener:
    """One open stream, read by a thread: every byte of it is kept."""

    connection: http.client.HTTPConnection
    response: http.client.HTTPResponse
    raw: bytearray = field(default_factory=bytearray)
    heard: list[Heard] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def status(self) -> int:
        return self.response.status

    def read(self) -> None:
        try:
            name, data, at = "", "", ""
            for line in self.response:
                self.raw += line
                word, _, rest = line.decode().rstrip("\n").partition(": ")
                if word == "event":
                    name = rest
                elif word == "id":
                    at = rest
                elif word == "data":
                    data = rest
                elif not word and name:
                    self.heard.append(Heard(name, json.loads(data), at))
                    name = data = ""
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass
        finally:
            self.closed.set()

    def of(self, event: str) -> list[dict]:
        return [one.data for one in list(self.heard) if one.event == event]

    def hears(self, event: str, seconds: float = LIMIT, **about: object) -> dict:
        """Wait for an event with these data."""

        def found() -> list[dict]:
            return [data for data in self.of(event) if about.items() <= data.items()]

        wait_until(found, seconds, f"never heard {event} {about}; heard {[one.event for one in self.heard]}")
        return found()[-1]

    @property
    def position(self) -> str:
        return next((one.id for one in reversed(list(self.heard)) if one.id), "")

    def close(self) -> None:
        """Drop the line, as a lid that closes would."""
        try:
            if self.connection.sock is not None:
                self.connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.connection.close()
        self.closed.wait(LIMIT)


@dataclass
class Running:
    """`sportello stream` for pages on `page_port`."""

    port: int
    page_port: int
    process: subprocess.Popen[bytes]
    listeners: list[Listener] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.page_port}"

    @property
    def cookie_name(self) -> str:
        return f"sportello_session_{self.page_port}"

    def ask(self, key: str, *topics: str, origin: str | None = "", path: str = "/live/stream",
            headers: dict[str, str] | None = None, **more: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        line = http.client.HTTPConnection(HOST, self.port, timeout=LIMIT)
        sent = {"Cookie": f"{self.cookie_name}={key}"} if key else {}
        if origin is not None:
            sent["Origin"] = origin or self.origin
        line.request("GET", f"{path}?{urlencode({'topics': ','.join(topics), **more})}", headers={**sent, **(headers or {})})
        return line, line.getresponse()

    def listen(self, key: str, *topics: str, **more: str) -> Listener:
        listener = Listener(*self.ask(key, *topics, **more))
        if listener.status == 200:
            threading.Thread(target=listener.read, daemon=True).start()
            self.listeners.append(listener)
            listener.hears("hello")
        return listener

    def hang_up(self) -> None:
        for listener in self.listeners:
            listener.close()
        self.listeners.clear()

    def poll(self, key: str, *topics: str, **more: str) -> dict:
        line, response = self.ask(key, *topics, poll="1", **more)
        assert response.status == 200
        answer = json.loads(response.read())
        line.close()
        return answer


@contextmanager
def running(page_port: int | None = None) -> Iterator[Running]:
    """Start it at an open door, as the supervisor does; wait until it answers, end it."""
    page_port = page_port or free_port()
    port = free_port()
    door = Door(HOST, port, "SPORTELLO_STREAM_PORT")
    door.take()
    door.open()
    env = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "sportello.config.settings",
        "SPORTELLO_PORT": str(page_port),
        "SPORTELLO_STREAM_PORT": str(port),
        "SPORTELLO_HOME": str(settings.HOME),
        "SPORTELLO_SECRET_KEY": settings.SECRET_KEY,
        GIVEN: str(door.fileno()),
    }
    log = Path(settings.HOME) / f"stream-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "sportello", "stream"], env=env, stdout=out, stderr=subprocess.STDOUT,
            start_new_session=True, pass_fds=[door.fileno()],
        )
    door.close()
    here = Running(port, page_port, process)
    try:
        wait_until(lambda: _answers(port), say=f"the stream did not start: {log.read_text()[-2000:]}")
        yield here
    finally:
        here.hang_up()
        process.terminate()
        try:
            process.wait(8)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    try:
        line = http.client.HTTPConnection(HOST, port, timeout=5)
        line.request("GET", "/nothing")
        return line.getresponse().status == 404
    except OSError:
        return False

"""People, sessions and tickets for `bench.live`; Django has started when this is imported."""

from __future__ import annotations

import argparse
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils.crypto import get_random_string

from sportello.foundation.tenancy.clock import server_now
from sportello.records.accounts.models import Membership, TeamMembership, User
from sportello.records.tickets.models import Ticket
from tests.cast import Cast, assemble

from .live import Browsers, browsers, stream, total
from .pages import address

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def say(words: str) -> None:
    print(words, flush=True)


class Stage:
    """People, sessions and tickets of this installation, made once."""

    def __init__(self, home: Path, args: argparse.Namespace) -> None:
        self.home, self.args = home, args
        self.cast: Cast = assemble()

    @cached_property
    def tickets(self) -> list[Ticket]:
        return [self.cast.ticket(f"Richiesta {number}") for number in range(100)]

    def settle(self, base: str) -> None:
        """Pages are warm, whole and what is asked of an open one."""
        for cookie in self.cookies[:8]:
            for ticket in self.tickets[:4]:
                for part in ("", "?fragment=live&seen=0&side=1"):
                    asked = urllib.request.Request(f"{base}{address(ticket)}{part}", headers={"Cookie": cookie})
                    with urllib.request.urlopen(asked, timeout=20) as answer:
                        answer.read()

    @cached_property
    def cookies(self) -> list[str]:
        """One signed-in browser each of as many operators as there are streams."""
        front, borgo = self.cast.team("front"), self.cast.borgo
        password = User(email="x").password or "!none"
        users = User.objects.bulk_create(
            User(email=f"o{number}@borgo.test", name=f"Operatore {number}", password=password)
            for number in range(self.args.streams)
        )
        now = server_now()
        members = Membership.objects.bulk_create(
            Membership(organisation=borgo, user=user, role=Membership.Role.OPERATOR, began_at=now) for user in users
        )
        TeamMembership.objects.bulk_create(
            TeamMembership(organisation=borgo, membership=member, team=front) for member in members
        )
        sessions = [self._session(user) for user in users]
        Session.objects.bulk_create(sessions, batch_size=1000)
        return [f"{settings.SESSION_COOKIE_NAME}={session.session_key}" for session in sessions]

    @staticmethod
    def _session(user: User) -> Session:
        store = SessionStore()
        proof = user.get_session_auth_hash()
        held = {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: _BACKEND, HASH_SESSION_KEY: proof}
        return Session(
            session_key=get_random_string(32, VALID_KEY_CHARS),
            session_data=store.encode(held),
            expire_date=server_now() + timedelta(hours=10),
        )

    @cached_property
    def topics(self) -> list[str]:
        """What pages ask for: the bell, a list, and two of three have a ticket before them."""
        names = [f"ticket:borgo/{ticket.number}" for ticket in self.tickets]
        return [f"bell,lists,{name}" if number % 3 else "bell,lists" for number, name in enumerate(names)]

    @contextmanager
    def open(self) -> Iterator[tuple[subprocess.Popen[bytes], Browsers]]:
        """The stream, with every browser connected at an easy rate."""
        with stream(self.home) as process, browsers(self.args.clients) as crowd:
            told = crowd.open(self.cookies, self.topics, rate=400, patience=120)
            say(f"{total(told, 'greeted')} streams open; refused on the way: {[one['refused'] for one in told]}")
            yield process, crowd

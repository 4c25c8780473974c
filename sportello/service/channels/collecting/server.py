"""What a collector asks of a mail server, whichever protocol it speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from . import oauth, secrets

CONNECT = 15.0
READ = 60.0
#: A message above this stays on the server; up to it, it is stored, and intake's own limit quarantines it.
LARGEST = 256 * 1024 * 1024


@dataclass(frozen=True)
class Access:
    """Where and as whom. `secret` names the secrets of the collector; `password` is one typed just now, for a trial."""

    protocol: str
    host: str
    port: int
    security: str
    user: str
    folder: str = "INBOX"
    proof: str = "password"
    collector_id: int = 0
    token_url: str = ""
    client_id: str = ""
    scope: str = ""
    connect_limit: float = CONNECT
    read_limit: float = READ
    typed: str = field(default="", repr=False)

    def password(self) -> str:
        """FileNotFoundError when none is kept."""
        return self.typed or secrets.secret(self.collector_id, "password")

    def client(self) -> oauth.Client:
        return oauth.Client(self.collector_id, self.token_url, self.client_id, self.scope)


@dataclass(frozen=True)
class Listed:
    """A message that lies on the server: its key (UID or UIDL), bytes, and when it came there, where that is told."""

    key: str
    size: int
    at: datetime | None = None


class Server(Protocol):
    """An open, signed-in connection to one folder, which it never changes but in `move` and `delete`."""

    #: UIDVALIDITY of the folder; 0 where keys are good for ever (POP3).
    uidvalidity: int
    #: How many messages the folder holds.
    count: int
    #: Whether `wait` learns of new mail at once.
    can_wait: bool

    def keys(self, after: int = 0) -> list[str]:
        """Keys of what lies there, in its order; by number above `after` where keys are numbers."""

    def listed(self, keys: Sequence[str]) -> list[Listed]:
        """Size and date of these, in their order; those that are gone are left out."""

    def fetch(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Their bytes, without marking them as read."""

    def are_there(self, keys: Sequence[str]) -> set[str]:
        """Which of these still lie there."""

    def wait(self, seconds: float) -> bool:
        """Until something new comes or the time is over; True when something came."""

    def move(self, keys: Sequence[str], folder: str) -> None:
        """Put these into another folder of the server."""

    def delete(self, keys: Sequence[str]) -> None:
        """Delete these on the server, and only these."""

    def close(self) -> None:
        """Leave; never raises."""


def numbers(keys: Sequence[str]) -> list[int]:
    return [int(key) for key in keys]

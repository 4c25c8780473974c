"""A mailbox by POP3 (RFC 1939), for providers that have nothing else. Messages are known by their UIDL (section 7);
nothing is deleted unless the administrator chose so."""

from __future__ import annotations

import base64
import contextlib
import poplib
import ssl
from collections.abc import Iterator, Sequence
from typing import Any

from . import oauth
from .server import Access, Listed
from .trouble import ServerTrouble, trouble_of

_LONGEST_LINE = 64 * 1024 * 1024
_UIDL = 255


class _Lines:
    """poplib gives up at lines above 2,048 signs, which every base64 without line ends is."""

    def _getline(self) -> tuple[bytes, int]:
        line = self.file.readline(_LONGEST_LINE + 1)  # type: ignore[attr-defined]  # poplib's, of the other base
        if len(line) > _LONGEST_LINE:
            raise poplib.error_proto("line too long")
        if not line:
            raise poplib.error_proto("-ERR EOF")
        return line.removesuffix(b"\n").removesuffix(b"\r"), len(line)


class _Plain(_Lines, poplib.POP3):
    pass


class _Tls(_Lines, poplib.POP3_SSL):
    pass


class Pop3Server:
    """See `server.Server`. A connection is a snapshot: what comes later is seen by the next one."""

    uidvalidity = 0
    can_wait = False

    def __init__(self, access: Access) -> None:
        self.access = access
        self.places: dict[str, int] = {}
        self.sizes: dict[int, int] = {}
        self.client = self._connected()
        try:
            self._sign_in()
            self._look()
        except BaseException:
            self.close()
            raise

    def _connected(self) -> poplib.POP3:
        access, context = self.access, ssl.create_default_context()
        try:
            if access.security == "tls":
                client: poplib.POP3 = _Tls(access.host, access.port, timeout=access.connect_limit, context=context)
            else:
                client = _Plain(access.host, access.port, timeout=access.connect_limit)
        except poplib.error_proto as error:
            raise ServerTrouble("not_spoken", trouble_of(error).words) from error
        client.sock.settimeout(access.read_limit)
        if access.security == "starttls":
            try:
                client.stls(context)
            except poplib.error_proto as error:
                client.close()
                raise ServerTrouble("tls", trouble_of(error).words) from error
            except BaseException:
                client.close()
                raise
        return client

    def _sign_in(self) -> None:
        try:
            if self.access.proof == "oauth2":
                self._by_token(oauth.access_token(self.access.client()))
            else:
                self.client.user(self.access.user)
                self.client.pass_(self.access.password())
        except poplib.error_proto as error:
            found = trouble_of(error, logging_in=True)
            if found.code == "wrong_password" and self.access.proof == "oauth2":
                oauth.forget(self.access.collector_id)
            raise ServerTrouble(found.code, found.words) from error

    def _by_token(self, token: str) -> None:
        """AUTH of RFC 5034, for which poplib has no public way. A refusal comes as a challenge with its reason, to be
        answered with nothing, and only then as an error."""
        client: Any = self.client
        said = f"user={self.access.user}\x01auth=Bearer {token}\x01\x01".encode()
        answer = client._shortcmd(f"AUTH XOAUTH2 {base64.b64encode(said).decode()}")
        if answer.startswith(b"+ "):
            client._shortcmd("")

    def _look(self) -> None:
        with _told():
            sizes = self.client.list()[1]
        self.sizes = {int(number): int(size) for number, size in (line.split()[:2] for line in sizes)}
        self.count = len(self.sizes)
        try:
            keys = self.client.uidl()[1] if self.count else []
        except poplib.error_proto as error:
            found = trouble_of(error)
            raise ServerTrouble("closed" if found.code == "closed" else "no_uidl", found.words) from error
        for line in keys:
            number, _, key = line.decode("latin-1").partition(" ")
            self.places[key.strip()[:_UIDL]] = int(number)

    def keys(self, after: int = 0) -> list[str]:
        return sorted(self.places, key=self.places.__getitem__)

    def listed(self, keys: Sequence[str]) -> list[Listed]:
        return [Listed(key, self.sizes.get(self.places[key], 0)) for key in keys if key in self.places]

    def fetch(self, keys: Sequence[str]) -> dict[str, bytes]:
        found = {}
        for key in keys:
            with _told():
                _answer, lines, _size = self.client.retr(self.places[key])
            found[key] = b"\r\n".join(lines) + b"\r\n"
        return found

    def are_there(self, keys: Sequence[str]) -> set[str]:
        return {key for key in keys if key in self.places}

    def wait(self, seconds: float) -> bool:
        return False

    def move(self, keys: Sequence[str], folder: str) -> None:
        raise ServerTrouble("server", "POP3 has no folders")

    def delete(self, keys: Sequence[str]) -> None:
        """Marked, and gone when the server has said goodbye (RFC 1939 section 6): only then is it done."""
        with _told():
            for key in keys:
                self.client.dele(self.places[key])
            self.client.quit()

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.client.rset()
        with contextlib.suppress(Exception):
            self.client.quit()
        with contextlib.suppress(Exception):
            self.client.close()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except poplib.error_proto as error:
        found = trouble_of(error)
        raise ServerTrouble(found.code, found.words) from error

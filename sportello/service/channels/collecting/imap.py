"""A folder by IMAP4rev1 (RFC 3501, 9051). IMAPClient and not imap-tools: it works by UIDs throughout, speaks IDLE,
XOAUTH2 and OAUTHBEARER, and gives the bytes as they are; imap-tools parses each message with the standard library,
which may fail on one and alters what we must keep byte for byte.

The folder is opened read-only (EXAMINE) and bodies are fetched by PEEK: nobody who reads the same mailbox sees a
difference. Only `move` and `delete`, which the administrator must have chosen, open it for writing.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError

from . import oauth
from .server import Access, Listed, numbers
from .trouble import ServerTrouble, trouble_of

#: imapclient would write commands to the log at its lowest level.
logging.getLogger("imapclient").setLevel(logging.WARNING)

#: Up to so many messages, one SEARCH answers with all numbers (on one line, of which imaplib reads a million signs).
ONE_SEARCH = 50_000
WINDOW = 10_000
WIDEST = 1_000_000
#: Above this, a message is fetched in pieces, so that no literal is larger.
PIECE = 8 * 1024 * 1024
_ALL_UIDS = 2**32


class ImapServer:
    """See `server.Server`."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.client = self._connected()
        try:
            with _told():
                self._sign_in()
                self._look()
        except BaseException:
            self.close()
            raise

    # -- coming in --

    def _connected(self) -> IMAPClient:
        access = self.access
        # a token instead of the default context, which imapclient would make without checking names
        context = ssl.create_default_context()
        try:
            client = IMAPClient(
                access.host, access.port, ssl=access.security == "tls",
                ssl_context=context if access.security == "tls" else None,
                timeout=SocketTimeout(access.connect_limit, access.read_limit),
            )  # fmt: skip
        except IMAPClientError as error:
            said = trouble_of(error)
            raise ServerTrouble("closed" if said.code == "closed" else "not_spoken", said.words) from error
        client.normalise_times = False
        client._imap.debug = 0  # it would format each line for a log nobody reads
        if access.security == "starttls":
            try:
                client.starttls(context)
            except IMAPClientError as error:
                client.shutdown()
                raise ServerTrouble("tls", trouble_of(error).words) from error
            except BaseException:
                client.shutdown()
                raise
        return client

    def _sign_in(self) -> None:
        if self.access.proof == "oauth2":
            return self._sign_in_by_token()
        try:
            self.client.login(self.access.user, self.access.password())
        except IMAPClientError as error:
            raise _as_trouble(error, logging_in=True) from error
        return None

    def _sign_in_by_token(self) -> None:
        """A token the server refuses may only have aged: asked once more with a fresh one."""
        for fresh in (False, True):
            token = oauth.access_token(self.access.client(), fresh=fresh)
            try:
                if self.client.has_capability("AUTH=OAUTHBEARER") and not self.client.has_capability("AUTH=XOAUTH2"):
                    self.client.oauthbearer_login(self.access.user, token)
                else:
                    self.client.oauth2_login(self.access.user, token)
            except IMAPClientError as error:
                told = _as_trouble(error, logging_in=True)
                if told.trouble.code != "wrong_password" or fresh:
                    raise told from error
            else:
                return

    def _look(self) -> None:
        self._select(readonly=True)

    def _select(self, *, readonly: bool) -> None:
        try:
            told = self.client.select_folder(self.access.folder, readonly=readonly)
        except IMAPClientError as error:
            raise _as_trouble(error, folder=True) from error
        self.uidvalidity = int(told.get(b"UIDVALIDITY", 0))
        self.count = int(told.get(b"EXISTS", 0))
        self.next_uid = int(told.get(b"UIDNEXT", 0)) or _ALL_UIDS
        self.can_wait = self.client.has_capability("IDLE")

    # -- reading --

    def keys(self, after: int = 0) -> list[str]:
        """Numbers above `after`. `n:*` always names the last message, whatever n: it is left out again."""
        if self.count == 0:
            return []
        if self.count <= ONE_SEARCH:
            found = self._search(f"{after + 1}:*")
        else:
            found = [number for window in self._windows(after) for number in window]
        return [str(number) for number in sorted(set(found)) if number > after]

    def _windows(self, after: int) -> Iterator[list[int]]:
        """For a folder so large that one answer would be too long a line. Empty stretches are crossed by doubling."""
        first, wide = after + 1, WINDOW
        while first < self.next_uid:
            found = self._search(f"{first}:{min(first + wide - 1, self.next_uid)}")
            yield found
            first, wide = first + wide, WINDOW if found else min(wide * 2, WIDEST)

    def _search(self, numbers_: str) -> list[int]:
        with _told():
            return [int(one) for one in self.client.search(["UID", numbers_])]

    def listed(self, keys: Sequence[str]) -> list[Listed]:
        with _told():
            told = self.client.fetch(numbers(keys), ["RFC822.SIZE", "INTERNALDATE"])
        found = []
        for number in numbers(keys):
            one = told.get(number)
            if one is not None:
                at = one.get(b"INTERNALDATE")
                size = int(one.get(b"RFC822.SIZE", 0))
                found.append(Listed(str(number), size, at if isinstance(at, datetime) and at.tzinfo else None))
        return found

    def fetch(self, keys: Sequence[str]) -> dict[str, bytes]:
        sizes = {one.key: one.size for one in self.listed(keys)} if len(keys) == 1 else {}
        if len(keys) == 1 and sizes.get(keys[0], 0) > PIECE:
            return {keys[0]: self._in_pieces(int(keys[0]))}
        with _told():
            told = self.client.fetch(numbers(keys), ["BODY.PEEK[]"])
        return {str(number): one[b"BODY[]"] for number, one in told.items() if one.get(b"BODY[]") is not None}

    def _in_pieces(self, number: int) -> bytes:
        whole = bytearray()
        while True:
            with _told():
                told = self.client.fetch([number], [f"BODY.PEEK[]<{len(whole)}.{PIECE}>"])
            piece = told.get(number, {}).get(f"BODY[]<{len(whole)}>".encode()) or b""
            whole += piece
            if len(piece) < PIECE:
                return bytes(whole)

    def are_there(self, keys: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for begin in range(0, len(keys), 500):
            named = ",".join(keys[begin : begin + 500])
            found |= {str(number) for number in self._search(named)}
        return found

    def wait(self, seconds: float) -> bool:
        """IDLE (RFC 2177); the server says EXISTS when something comes."""
        with _told():
            self.client.idle()
            try:
                said = self.client.idle_check(timeout=seconds)
            finally:
                _text, more = self.client.idle_done()
        if not said and not more:
            self.client.noop()  # a connection that died meanwhile says so here, not by silence
        return any(isinstance(one, tuple) and b"EXISTS" in one for one in [*said, *more])

    def again(self) -> None:
        """Count anew, on the same connection."""
        with _told():
            self._look()

    # -- the server's copy --

    def move(self, keys: Sequence[str], folder: str) -> None:
        with self._writing():
            if not self.client.folder_exists(folder):
                self.client.create_folder(folder)
            if self.client.has_capability("MOVE"):
                self.client.move(numbers(keys), folder)
            else:
                self.client.copy(numbers(keys), folder)
                self._expunge(keys)

    def delete(self, keys: Sequence[str]) -> None:
        with self._writing():
            self._expunge(keys)

    def _expunge(self, keys: Sequence[str]) -> None:
        """UID EXPUNGE takes ours only. Without it a server takes what others marked too: there the mark must do."""
        self.client.delete_messages(numbers(keys), silent=True)
        if self.client.has_capability("UIDPLUS"):
            self.client.uid_expunge(numbers(keys))

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        before = self.uidvalidity
        self._select(readonly=False)
        try:
            if self.uidvalidity != before:
                raise ServerTrouble("closed", "the folder was numbered anew meanwhile")
            with _told():
                yield
        finally:
            with contextlib.suppress(IMAPClientError, OSError, ServerTrouble):
                self._select(readonly=True)

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.client.logout()
        with contextlib.suppress(Exception):
            self.client.shutdown()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except IMAPClientError as error:
        raise _as_trouble(error) from error


def _as_trouble(error: Any, *, logging_in: bool = False, folder: bool = False) -> ServerTrouble:
    found = trouble_of(error, logging_in=logging_in)
    code = "no_folder" if folder and found.code in ("server", "wrong_password") else found.code
    return ServerTrouble(code, found.words)

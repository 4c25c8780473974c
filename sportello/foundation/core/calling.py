"""Asking another system over HTTP(S), from an address that somebody wrote into a form.

A target inside the house (private, loopback or link-local addresses) is refused unless who runs the installation
allowed its host in the environment: a form of an organisation must not reach what only this machine reaches. The
address is resolved once and connected to as resolved, so that a name cannot change its mind in between. No redirect is
followed; the whole conversation has one limit of time and of bytes.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import os
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


class CallFailure(Exception):
    """`code`: address (not one we can ask), private (refused), away, slow, not_understood (too long an answer)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes
    #: By lower-case name.
    headers: Mapping[str, str] = field(default_factory=dict)


def call(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None = None, *, allowed: str, seconds: float,
    most_bytes: int,
) -> Answer:
    """Ask `url`; `allowed` names the environment variable with the hosts of the house that may be asked.

    Raises CallFailure when there is no answer; whatever status comes is an answer.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        raise CallFailure("address")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise CallFailure("address") from None
    line = _Pinned(host, port, allowed_address(host, port, allowed), seconds, secure=parts.scheme == "https")
    path = parts.path or "/"
    # a limit on each read would let a drip of single bytes last for hours: the whole has one
    ending = threading.Timer(seconds, line.cut)
    ending.start()
    try:
        line.request(method, f"{path}?{parts.query}" if parts.query else path, body=body,
                     headers={**headers, "Host": parts.netloc.rpartition("@")[2]})  # fmt: skip
        answer = line.getresponse()
        content = answer.read(most_bytes + 1)
    except TimeoutError:
        raise CallFailure("slow") from None
    except (OSError, ValueError, http.client.HTTPException):
        raise CallFailure("slow" if line.was_cut else "away") from None
    finally:
        ending.cancel()
        line.close()
    if line.was_cut:
        raise CallFailure("slow")
    if len(content) > most_bytes:
        raise CallFailure("not_understood")
    return Answer(answer.status, content, {name.lower(): value for name, value in answer.getheaders()})


class _Pinned(http.client.HTTPConnection):
    """Connects to an address already looked at; the certificate is checked against the name."""

    def __init__(self, host: str, port: int, address: str, seconds: float, *, secure: bool) -> None:
        super().__init__(host, port, timeout=seconds)
        self._address, self._secure, self._seconds = address, secure, seconds
        self.was_cut = False
        self._line: socket.socket | None = None

    def cut(self) -> None:
        """End the line now, whoever reads from it."""
        self.was_cut = True
        # the answer keeps the socket after the connection has let go of it
        with contextlib.suppress(OSError):
            if self._line is not None:
                self._line.shutdown(socket.SHUT_RDWR)

    def connect(self) -> None:
        line = socket.create_connection((self._address, self.port), self._seconds)
        self._line = line
        if self._secure:
            self._line = ssl.create_default_context().wrap_socket(line, server_hostname=self.host)
        self.sock = self._line


def allowed_address(host: str, port: int, allowed: str) -> str:
    """An address of the host that may be asked. Raises CallFailure."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise CallFailure("away") from None
    addresses = [str(one[4][0]) for one in found]
    if is_named(host, port, allowed):
        return addresses[0]
    # one private address among public ones is enough to refuse: which one is taken is not ours to choose
    if not addresses or not all(is_public(address) for address in addresses):
        raise CallFailure("private")
    return addresses[0]


def is_named(host: str, port: int, allowed: str) -> bool:
    """Whether who runs the installation wrote this host into the environment variable `allowed`."""
    names = {name.strip().lower() for name in os.environ.get(allowed, "").split(",") if name.strip()}
    return bool({host.lower(), f"{host}:{port}".lower()} & names)


def is_public(address: str) -> bool:
    """Whether an address is one of the open network; what hides an inner one (IPv4 in IPv6) counts as that one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    found = inner or found
    return found.is_global and not (found.is_multicast or found.is_reserved)

"""What other systems know of a customer. Asked when a colleague looks, kept for a while with its "as of", never
believed more than that: an answer that fails leaves the last one in sight and says so.

A target inside the house (private, loopback or link-local addresses) is refused unless who runs the installation
allowed its host (`SPORTELLO_SIDE_HOSTS`): a form of an organisation must not reach what only this machine reaches. The
address is resolved once and connected to as resolved, so that a name cannot change its mind in between.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import os
import re
import socket
import ssl
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from sportello.foundation.core.text import one_line
from sportello.foundation.tenancy import clock

from . import identities
from .importing import table
from .models import Customer, Identity, SideRow, SideSource
from .queries import together

SECONDS = 3.0
MOST_BYTES = 256 * 1024
MOST_ROWS = 20
MOST_KEYS = 12
#: A token is read from the environment under such a name only: a form must not be able to send any other secret away.
TOKEN_NAME = re.compile(r"SPORTELLO_SIDE_[A-Z0-9_]{1,40}")


class SideFailure(Exception):
    """`code` of `side_words.SENTENCES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class SideAnswer:
    """`rows` as `[(label, text), …]` each; `failure` is a code, with the rows of last time where there are some."""

    source: SideSource
    rows: list[list[tuple[str, str]]]
    as_of: datetime | None = None
    failure: str = ""


def side_of(customer: Customer) -> list[SideAnswer]:
    """Every source's answer for the customer; at most four sources are asked, each for at most `SECONDS`."""
    sources = SideSource.objects.filter(organisation=customer.organisation_id, is_on=True).order_by("pk")[:4]
    ids = together(customer)
    answers: list[SideAnswer] = []
    for source in sources:
        known = Identity.objects.filter(customer__in=ids, sort=source.key)
        values = list(known.order_by("-added_at", "-pk").values_list("value", flat=True)[:3])
        if values:
            answers.append(_answer(source, values, customer))
    return answers


def _answer(source: SideSource, values: list[str], customer: Customer) -> SideAnswer:
    now = clock.now(customer.organisation)
    kept = {row.value: row for row in SideRow.objects.filter(source=source, value__in=values)}
    failure = ""
    if source.sort == SideSource.Sort.HTTP:
        fresh = now - timedelta(minutes=source.cache_minutes)
        for value in values[:1]:
            row = kept.get(value)
            if row is not None and fresh <= row.as_of <= now:
                continue
            try:
                rows = ask(source, value)
            except SideFailure as error:
                failure = error.code
                continue
            kept[value], _made = SideRow.objects.update_or_create(
                source=source, value=value,
                defaults={"organisation_id": source.organisation_id, "rows": rows, "as_of": now})
    found = [line for value in values if value in kept for line in kept[value].rows]
    shown = [_shown(line, source.shown) for line in found[:MOST_ROWS]]
    oldest = min((row.as_of for row in kept.values()), default=source.as_of)
    return SideAnswer(source, shown, oldest, failure)


def _shown(line: dict[str, str], wanted: list[str]) -> list[tuple[str, str]]:
    keys = [key for key in wanted if key in line] if wanted else list(line)
    return [(key, line[key]) for key in keys[:MOST_KEYS]]


def ask(source: SideSource, value: str) -> list[dict[str, str]]:
    """Ask over HTTP(S); no redirect is followed. Raises SideFailure."""
    parts = urlsplit(source.url.replace("{value}", quote(value, safe="")))
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        raise SideFailure("address")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _allowed_address(host, port)
    path = parts.path or "/"
    headers = {"Accept": "application/json", "Host": parts.netloc.rpartition("@")[2]}
    if source.token_name and TOKEN_NAME.fullmatch(source.token_name):
        headers["Authorization"] = f"Bearer {os.environ.get(source.token_name, '')}"
    line = _Pinned(host, port, address, secure=parts.scheme == "https")
    # a limit on each read would let a drip of single bytes last for hours: the whole has one
    ending = threading.Timer(SECONDS, line.cut)
    ending.start()
    try:
        line.request("GET", f"{path}?{parts.query}" if parts.query else path, headers=headers)
        answer = line.getresponse()
        content = answer.read(MOST_BYTES + 1)
    except TimeoutError:
        raise SideFailure("slow") from None
    except (OSError, ValueError, http.client.HTTPException):
        raise SideFailure("slow" if line.was_cut else "away") from None
    finally:
        ending.cancel()
        line.close()
    if line.was_cut:
        raise SideFailure("slow")
    if answer.status == 404:
        return []
    if answer.status != 200:
        raise SideFailure("refused")
    if len(content) > MOST_BYTES:
        raise SideFailure("not_understood")
    return flat_rows(content)


class _Pinned(http.client.HTTPConnection):
    """Connects to an address already looked at; the certificate is checked against the name."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._address, self._secure = address, secure
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
        line = socket.create_connection((self._address, self.port), SECONDS)
        self._line = line
        if self._secure:
            self._line = ssl.create_default_context().wrap_socket(line, server_hostname=self.host)
        self.sock = self._line


def _allowed_address(host: str, port: int) -> str:
    """An address of the host that may be asked. Raises SideFailure."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise SideFailure("away") from None
    allowed = {name.strip().lower() for name in os.environ.get("SPORTELLO_SIDE_HOSTS", "").split(",") if name.strip()}
    addresses = [str(one[4][0]) for one in found]
    if {host.lower(), f"{host}:{port}".lower()} & allowed:
        return addresses[0]
    # one private address among public ones is enough to refuse: which one is taken is not ours to choose
    if not addresses or not all(is_public(address) for address in addresses):
        raise SideFailure("private")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the open network; what hides an inner one (IPv4 in IPv6) counts as that one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    found = inner or found
    return found.is_global and not (found.is_multicast or found.is_reserved)


def flat_rows(content: bytes) -> list[dict[str, str]]:
    """A JSON object, a list of them, or an object that holds one list, as flat texts. Raises SideFailure."""
    try:
        found: Any = json.loads(content)
    except (ValueError, RecursionError):
        raise SideFailure("not_understood") from None
    if isinstance(found, dict):
        lists = [one for one in found.values() if isinstance(one, list)]
        found = lists[0] if len(lists) == 1 else [found]
    if not isinstance(found, list):
        raise SideFailure("not_understood")
    rows = [one for one in found if isinstance(one, dict)]
    return [{one_line(str(key), 60): _text(value) for key, value in list(row.items())[:40]} for row in rows[:MOST_ROWS]]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return one_line(json.dumps(value, ensure_ascii=False), 200)
    return one_line(str(value), 200)


def bring_in(source: SideSource, content: bytes) -> int:
    """Replace a CSV source's rows by those of a file, whose first column is the key. How many values. Raises NotATable.
    """
    encoding = table.guess_encoding(content)
    found = table.read(content, encoding, table.guess_delimiter(table.decode(content, encoding)))
    rows: dict[str, list[dict[str, str]]] = {}
    for _number, cells in found.lines:
        value = identities.normal(source.key, cells[0])
        if value and len(rows.setdefault(value, [])) < MOST_ROWS:
            rows[value].append(dict(zip(found.head[1:41], (one_line(cell, 200) for cell in cells[1:41]), strict=False)))
    now = clock.now(source.organisation)
    SideRow.objects.filter(source=source).delete()
    SideRow.objects.bulk_create(
        (SideRow(organisation_id=source.organisation_id, source=source, value=value, rows=lines, as_of=now)
         for value, lines in rows.items()), batch_size=1_000)
    source.as_of = now
    source.save(update_fields=["as_of"])
    return len(rows)

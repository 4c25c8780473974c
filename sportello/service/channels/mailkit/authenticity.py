"""What a mail server that checked a message says of it: Authentication-Results (RFC 8601).

Anybody may write such a field, so only those of one host are believed (section 5): the one the administrator named.
Of its fields those count that stand together, from the topmost down to the next Received: what stands below was there
before the host took the message over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

Said = Literal["passed", "failed", "not_said"]
METHODS: Final = ("dkim", "spf", "dmarc")
#: Fields of one message that are looked at, and signs of each.
FIELDS: Final = 20
SIGNS: Final = 4_000

#: Result words (RFC 8601 section 2.7) that are an answer; the others (none, neutral, temperror…) answer nothing.
_ANSWERS: Final[dict[str, Said]] = {
    "pass": "passed", "fail": "failed", "hardfail": "failed", "softfail": "failed", "policy": "failed",
}  # fmt: skip
_METHOD: Final = re.compile(r"\s*([a-z][a-z0-9-]{0,40})\s*(?:/\s*\d{1,4}\s*)?=\s*([a-z]{1,20})\b(.*)", re.I | re.S)
_PROPERTY: Final = re.compile(r"\b(header\.(?:d|i|from)|smtp\.(?:mailfrom|helo))\s*=\s*([^\s;]{1,320})", re.I)
#: Which property names whom a method vouches for, the best first.
_NAMES: Final = {
    "dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom", "smtp.helo"), "dmarc": ("header.from",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """One method: `result` as written by who checked (pass, fail, none…; empty: nothing), `domain` it is about."""

    result: str = ""
    domain: str = ""

    @property
    def said(self) -> Said:
        return _ANSWERS.get(self.result, "not_said")


@dataclass(frozen=True, slots=True)
class Authenticity:
    """Who checked (`by`: a host, "here", or empty when nobody we believe did), and what came out."""

    by: str = ""
    dkim: Checked = Checked()
    spf: Checked = Checked()
    dmarc: Checked = Checked()

    @property
    def verdict(self) -> Said:
        """Whether the sender named in From is who it says: DMARC decides; without its answer nothing is said."""
        return self.dmarc.said

    def as_json(self) -> dict[str, Any]:
        """Plain data; empty when nobody said anything."""
        if not self.by:
            return {}
        told = {name: getattr(self, name) for name in METHODS}
        return {"by": self.by, **{name: {"result": one.result, "domain": one.domain} for name, one in told.items()}}


def from_json(kept: Any) -> Authenticity:
    """The reverse of `as_json`; an empty one for whatever else is given."""
    if not isinstance(kept, dict) or not kept.get("by"):
        return Authenticity()
    found = {
        name: Checked(str(kept[name].get("result", "")), str(kept[name].get("domain", "")))
        for name in METHODS
        if isinstance(kept.get(name), dict)
    }
    return Authenticity(str(kept["by"]), **found)


def believed(fields: Iterable[tuple[int, str]], host: str) -> Authenticity:
    """What `host` says in these fields: (how many Received stand above it, its value), in the order of the message.

    An empty host is nobody. Of several signatures the one that passed speaks.
    """
    trusted = host.strip().lower().rstrip(".")
    if not trusted:
        return Authenticity()
    level: int | None = None
    found: dict[str, Checked] = {}
    for hops, value in list(fields)[:FIELDS]:
        written_by, results = read(value)
        if written_by != trusted:
            continue
        if level is not None and hops != level:
            break
        level = hops
        for method, checked in results:
            known = found.get(method)
            if known is None or (method == "dkim" and checked.said == "passed" and known.said != "passed"):
                found[method] = checked
    return Authenticity(trusted, **found) if found else Authenticity()


def read(value: str) -> tuple[str, list[tuple[str, Checked]]]:
    """One field: who wrote it (lower case) and what it says of the methods we know. Never raises."""
    parts = _apart(value[:SIGNS])
    names = parts[0].split() if parts else []
    # "authserv-id [version]"; a server that leaves its name out (a result stands first) is nobody
    host = names[0].lower().rstrip(".") if names and "=" not in names[0] else ""
    results = []
    for part in parts if not host else parts[1:]:
        match = _METHOD.match(part)
        if match is None or match.group(1).lower() not in METHODS:
            continue
        method = match.group(1).lower()
        told = {name.lower(): written for name, written in _PROPERTY.findall(match.group(3))}
        named = next((told[name] for name in _NAMES[method] if name in told), "")
        results.append((method, Checked(match.group(2).lower(), _domain(named))))
    return host, results


def _domain(named: str) -> str:
    return named.strip("<>\"'").rpartition("@")[2].lower().rstrip(".")[:253]


def _apart(value: str) -> list[str]:
    """The field at its semicolons; comments (which nest) left out, what is quoted kept whole (RFC 5322 section 3.2)."""
    parts: list[str] = []
    here: list[str] = []
    depth, quoted, escaped = 0, False, False
    for sign in value:
        if escaped:
            escaped = False
        elif sign == "\\" and (quoted or depth):
            escaped = True
            continue
        elif quoted:
            quoted = sign != '"'
            if not quoted:
                continue
            # a semicolon or a bracket in quotes is a letter like others; a space would end the value
            sign = "_" if sign in "; \t" else sign
        elif sign == '"' and not depth:
            quoted = True
            continue
        elif sign == "(":
            depth += 1
            here.append(" ")
            continue
        elif sign == ")" and depth:
            depth -= 1
            continue
        elif sign == ";" and not depth:
            parts.append("".join(here))
            here = []
            continue
        if not depth:
            here.append(sign)
    return [*parts, "".join(here)]

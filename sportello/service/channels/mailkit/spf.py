"""Whether a domain lets an address send for it: Sender Policy Framework (RFC 7208), over an injected resolver.

Bounds: ten mechanisms that ask the DNS, two that find nothing, ten names of an MX (section 4.6.4). The `ptr` mechanism,
which must not be used (section 5.5), never matches.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol
from urllib.parse import quote

Result = Literal["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

ASKED: Final = 10
VOID: Final = 2
_RESULTS: Final[dict[str, Result]] = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_TERM: Final = re.compile(r"([+\-~?]?)([a-z][a-z0-9._-]*)(?:([:=/])(.*))?", re.I | re.S)
_MACRO: Final = re.compile(r"%(?:\{([slodiphcrtv])(\d{0,3})(r?)([.\-+,/_=]*)\}|([%_-]))", re.I)
_MASKS: Final = re.compile(r"(?:/(\d{1,2}))?(?://(\d{1,3}))?")


class TemporaryTrouble(Exception):
    """The DNS gave no answer; it may later."""


class Names(Protocol):
    """The DNS. A name that does not exist has an empty list; TemporaryTrouble when nobody answered."""

    def txt(self, name: str) -> list[str]:
        """Its TXT records, each put together."""

    def addresses(self, name: str) -> list[str]:
        """Its A and AAAA records."""

    def mx(self, name: str) -> list[str]:
        """The names its mail goes to, the preferred first."""


class _Wrong(Exception):
    """The record cannot be followed: permerror."""


@dataclass
class _Asking:
    names: Names
    address: Address
    sender: str
    helo: str
    asked: int = 0
    void: int = 0
    chain: list[str] = field(default_factory=list)

    def count(self) -> None:
        self.asked += 1
        if self.asked > ASKED:
            raise _Wrong("too many lookups")

    def found(self, answer: list[str]) -> list[str]:
        if not answer:
            self.void += 1
            if self.void > VOID:
                raise _Wrong("too many empty answers")
        return answer


def check(names: Names, address: str, mail_from: str, helo: str) -> tuple[Result, str]:
    """The result for `address`, which said HELO `helo` and MAIL FROM `mail_from` (empty: the null sender), and the
    domain that was asked. Never raises."""
    sender = mail_from if "@" in mail_from else f"postmaster@{mail_from or helo}"
    domain = sender.rpartition("@")[2].lower().rstrip(".")
    try:
        peer: Address = ipaddress.ip_address(address)
    except ValueError:
        return "none", domain
    if isinstance(peer, ipaddress.IPv6Address) and peer.ipv4_mapped is not None:
        peer = peer.ipv4_mapped
    try:
        return _check_host(_Asking(names, peer, sender, helo), domain), domain
    except TemporaryTrouble:
        return "temperror", domain
    except (_Wrong, ValueError):
        return "permerror", domain


def _check_host(asking: _Asking, domain: str) -> Result:
    """RFC 7208 section 4."""
    if not _is_name(domain):
        return "none"
    if len(asking.chain) > ASKED:
        raise _Wrong("too deep")
    record = _record(asking.names, domain)
    if record is None:
        return "none"
    asking.chain.append(domain)
    redirect = ""
    for term in record.split(" ")[1:]:
        if not term:
            continue
        match = _TERM.fullmatch(term)
        if match is None:
            raise _Wrong(term)
        sign, name, mark, value = match.group(1), match.group(2).lower(), match.group(3) or "", match.group(4) or ""
        if mark == "=":
            redirect = value if name == "redirect" else redirect
        elif _matches(asking, domain, name, f"/{value}" if mark == "/" else value):
            return _RESULTS[sign or "+"]
    if not redirect:
        return "neutral"
    asking.count()
    result = _check_host(asking, _filled(asking, domain, redirect))
    if result == "none":
        raise _Wrong("redirected to nobody")
    return result


def _record(names: Names, domain: str) -> str | None:
    records = [one for one in names.txt(domain) if one.lower() == "v=spf1" or one.lower().startswith("v=spf1 ")]
    if len(records) > 1:
        raise _Wrong("several records")
    return records[0] if records else None


def _matches(asking: _Asking, domain: str, name: str, value: str) -> bool:
    """Whether a mechanism is about this address. Raises _Wrong for what is none."""
    if name == "all":
        return True
    if name in ("ip4", "ip6"):
        network = ipaddress.ip_network(value, strict=False)
        if network.version != int(name[2]):
            raise _Wrong(value)
        return asking.address in network
    if name == "ptr":
        asking.count()
        return False
    if name == "include":
        asking.count()
        result = _check_host(asking, _filled(asking, domain, value))
        if result == "none":
            raise _Wrong("includes nobody")
        return result == "pass"
    if name == "exists":
        asking.count()
        return bool(asking.found(asking.names.addresses(_filled(asking, domain, value))))
    if name in ("a", "mx"):
        return _is_host(asking, domain, name, value)
    raise _Wrong(name)


def _is_host(asking: _Asking, domain: str, name: str, value: str) -> bool:
    asking.count()
    host, slash, masks = value.partition("/")
    target = _filled(asking, domain, host) if host else domain
    found = _MASKS.fullmatch(slash + masks)
    if found is None:
        raise _Wrong(value)
    bits = found.group(1) if asking.address.version == 4 else found.group(2)
    hosts = [target]
    if name == "mx":
        hosts = asking.found(asking.names.mx(target))
        if len(hosts) > ASKED:
            raise _Wrong("too many MX")
    for one in hosts:
        answer = asking.names.addresses(one)
        if name == "a":
            asking.found(answer)
        for written in answer:
            whole = ipaddress.ip_address(written)
            if whole.version != asking.address.version:
                continue
            if asking.address in ipaddress.ip_network(f"{written}/{bits or whole.max_prefixlen}", strict=False):
                return True
    return False


# Macros ------------------------------


def _filled(asking: _Asking, domain: str, written: str) -> str:
    """RFC 7208 section 7; names longer than the DNS allows lose labels at their front (7.3)."""
    if not written:
        raise _Wrong("no domain")

    def one(match: re.Match[str]) -> str:
        if match.group(5):
            return {"%": "%", "_": " ", "-": "%20"}[match.group(5)]
        letter, digits, turned, marks = match.group(1), match.group(2), match.group(3), match.group(4)
        parts = re.split(f"[{re.escape(marks)}]", _value(asking, domain, letter.lower())) if marks else (
            _value(asking, domain, letter.lower()).split("."))  # fmt: skip
        if turned:
            parts.reverse()
        if digits:
            parts = parts[-int(digits) :] if int(digits) else parts
        text = ".".join(parts)
        return quote(text, safe="") if letter.isupper() else text

    filled = _MACRO.sub(one, written)
    if "%" in _MACRO.sub("", written):
        raise _Wrong(written)
    while len(filled) > 253 and "." in filled:
        filled = filled.partition(".")[2]
    return filled.lower().rstrip(".")


def _value(asking: _Asking, domain: str, letter: str) -> str:
    local, _at, home = asking.sender.rpartition("@")
    if letter == "i":
        if asking.address.version == 4:
            return str(asking.address)
        return ".".join(asking.address.exploded.replace(":", ""))
    return {
        "s": asking.sender, "l": local or "postmaster", "o": home, "d": domain, "h": asking.helo, "p": "unknown",
        "v": "in-addr" if asking.address.version == 4 else "ip6",
    }.get(letter, "unknown")  # fmt: skip


def _is_name(domain: str) -> bool:
    labels = domain.split(".")
    return len(labels) > 1 and len(domain) <= 253 and all(0 < len(label) <= 63 for label in labels)

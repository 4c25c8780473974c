"""Rules about who writes, as patterns: `a@example.org`, or `example.org` with everything under it."""

from __future__ import annotations

import re

from sportello.records.customers.identities import normal

_DOMAIN = re.compile(r"(?=.{3,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")


def pattern(written: str) -> str:
    """What somebody wrote as an address or a domain, in its one form; empty when it can be neither."""
    text = written.strip().strip("<>").lower().removeprefix("@").removeprefix("*.").removeprefix("*@")
    if "@" in text:
        return normal("email", text)
    return text if _DOMAIN.fullmatch(text) else ""


def patterns_of(address: str) -> tuple[str, ...]:
    """Every pattern that `address` (in normal form) falls under, the narrowest first."""
    local, at, domain = address.rpartition("@")
    if not at or not local:
        return ()
    labels = domain.split(".")[-6:]
    return (address, *(".".join(labels[cut:]) for cut in range(len(labels) - 1)))

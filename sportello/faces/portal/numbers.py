"""Ticket numbers as people type them. Pure."""

from __future__ import annotations

import re

_PARTS = re.compile(r"^\D*(\d{4})(?:\D+(\d{1,7})|(\d{7}))\D*$")


def normal_number(typed: str) -> str:
    """`2026-0004213` from "2026/4213", "n. 2026 0004213", "20260004213"; empty when it cannot be a number."""
    found = _PARTS.match(typed.strip()[:40])
    if not found:
        return ""
    return f"{found[1]}-{(found[2] or found[3]).zfill(7)}"

"""Money: whole euro cents inside, words as people write them outside."""

from __future__ import annotations

import re
from typing import Final

_TYPED: Final = re.compile(r"(\d{1,3}(?:[.\s]\d{3})*|\d+)(?:[.,](\d{1,2}))?\Z")


def euros(cents: int) -> str:
    """1234567 → "12.345,67 €", written alike in every language of the screens."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", ".") + f",{rest:02d} €"


def cents(typed: str) -> int | None:
    """"12,50", "12.50", "1.250,00 €" → cents; None for what is no amount."""
    found = _TYPED.match(typed.strip().removesuffix("€").strip())
    if found is None:
        return None
    whole = re.sub(r"[.\s]", "", found[1])
    return int(whole) * 100 + int((found[2] or "0").ljust(2, "0"))

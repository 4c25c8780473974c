"""The Date field (RFC 5322 section 3.3), or None."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from sportello.service.channels.mailkit.defects import Defects

_COMMENT: Final = re.compile(r"\([^()]{0,200}\)")


def parse(value: str, defects: Defects) -> datetime | None:
    """An aware instant between 1970 and 2100; a date without offset is taken as UTC."""
    value = _COMMENT.sub(" ", value[:300]).strip()
    if not value:
        defects.add("no_date")
        return None
    found = _read(value)
    if found is None or not 1970 <= found.year < 2100:
        defects.add("bad_date")
        return None
    if found.tzinfo is None:
        if not value.endswith(("-0000", "UT", "UTC", "GMT", "Z")):
            defects.add("date_without_offset")
        found = found.replace(tzinfo=UTC)
    return found


def _read(value: str) -> datetime | None:
    for reader in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = reader(value)
            found.isoformat()
        except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
            continue
        return found
    return None

"""Message ids (RFC 5322 section 3.6.4): read leniently, kept with their angle brackets, never longer than a
line."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from sportello.service.channels.mailkit import charsets, limits
from sportello.service.channels.mailkit.defects import Defects

_BRACKETED: Final = re.compile(r"<([^<>]{1,20000})>")
_SPACE: Final = re.compile(r"\s+")


def one(value: str, defects: Defects) -> str:
    """The first id in a Message-ID or In-Reply-To field, or an empty string."""
    found = several(value, defects)
    return found[0] if found else ""


def own(value: str, defects: Defects) -> str:
    """The id of the message itself: also one written without brackets or without a domain."""
    found = one(value, defects)
    if not found:
        bare = _SPACE.sub("", charsets.clean_line(value)).strip("<>")
        found = _shortened(bare, defects) if bare else ""
        if found:
            defects.add("bad_message_id")
    if not found:
        defects.add("no_message_id")
    return found


def several(value: str, defects: Defects) -> tuple[str, ...]:
    """All ids of a References field in order, each once; of very many, the first and the newest."""
    found: dict[str, None] = {}
    for match in _BRACKETED.finditer(value):
        inner = _SPACE.sub("", charsets.clean_line(match.group(1)))
        if inner:
            found[_shortened(inner, defects)] = None
    if not found and "@" in value and "<" not in value:
        for word in charsets.clean_line(value).replace(",", " ").split():
            if "@" in word.strip("@"):
                found[_shortened(word.strip(">"), defects)] = None
    kept = tuple(found)
    if len(kept) > limits.REFERENCES:
        defects.add("references_cut")
        kept = (kept[0], *kept[-(limits.REFERENCES - 1) :])
    return kept


def _shortened(inner: str, defects: Defects) -> str:
    """Two ids that differ only beyond the limit must stay different: the hash keeps them apart."""
    if len(inner) + 2 <= limits.IDENTIFIER:
        return f"<{inner}>"
    defects.add("long_message_id")
    digest = hashlib.sha256(inner.encode("utf-8", "replace")).hexdigest()
    return f"<{inner[:200]}~{digest}>"

"""The list in which the parser's steps note what was wrong with a message."""

from __future__ import annotations


class Defects:
    """Codes, each once, in the order they were met."""

    __slots__ = ("_codes",)

    def __init__(self) -> None:
        self._codes: dict[str, None] = {}

    def add(self, code: str) -> None:
        """Note a defect; a second time changes nothing."""
        self._codes[code] = None

    def __contains__(self, code: str) -> bool:
        return code in self._codes

    def codes(self) -> tuple[str, ...]:
        """All codes so far."""
        return tuple(self._codes)

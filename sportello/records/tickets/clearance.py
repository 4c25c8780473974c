"""What stands against an answer leaving or a request ending, besides our own rules. Rooms above add theirs.

As `blockers`, but asked of the very words that would leave, by the verb that lets them leave: no door goes round it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sportello.foundation.core.errors import Refusal

from .models import Ticket
from .words import File


@dataclass(frozen=True)
class Leaving:
    """`what`: "answer", with recipients and files; or "closing", with the outcome, `text` being its reason."""

    what: str
    text: str
    to: Sequence[tuple[str, str]] = ()
    cc: Sequence[tuple[str, str]] = ()
    files: Sequence[File] = ()
    outcome: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of all that would be read: words, addresses, files by their bytes, outcome."""
        told = {
            "what": self.what,
            "text": self.text,
            "to": sorted(address.strip().lower() for _name, address in self.to),
            "cc": sorted(address.strip().lower() for _name, address in self.cc),
            "files": sorted([file.filename, file.blob.sha256] for file in self.files),
            "outcome": self.outcome,
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


#: Says why it may not leave, as a sentence for who wanted to send it; nothing when it may.
Clearance = Callable[[Ticket, Leaving], str]
_REGISTERED: dict[str, Clearance] = {}


def register(name: str, clearance: Clearance) -> None:
    """Add one of a room above; the same name again takes its place."""
    _REGISTERED[name] = clearance


def refuse(ticket: Ticket, leaving: Leaving) -> None:
    """Refusal with the first sentence against it."""
    for name in sorted(_REGISTERED):
        said = _REGISTERED[name](ticket, leaving)
        if said:
            raise Refusal(said)

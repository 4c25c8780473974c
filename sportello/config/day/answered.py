"""What the doors answered: the list of whoever plays a day keeps, to be compared with what is there afterwards."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from urllib.parse import urlsplit

_NUMBER = re.compile(r"[?&]number=(\d{4}-\d+)")


def number_on(receipt: str) -> str:
    """The ticket's number as the receipt page says it, "" where it says none."""
    found = _NUMBER.search(receipt)
    return found.group(1) if found else ""


class Answered:
    """A line for each thing taken (250 by mail, the receipt after a form), written when it was; None keeps no list."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path

    def mail(self, message_id: str) -> None:
        self._write({"door": "mail", "message_id": message_id})

    def form(self, slug: str, receipt: str) -> None:
        self._write({"door": "form", "organisation": slug, "number": number_on(receipt)})

    def trouble(self, status: int, url: str) -> None:
        """What no door should say: 503 is "not now", any other from 500 is a fault."""
        self._write({"door": "trouble", "status": status, "path": urlsplit(url).path})

    def _write(self, line: dict[str, str | int]) -> None:
        if self.path is not None:
            with self.path.open("a") as file:
                file.write(json.dumps({"at": round(time.time(), 1), **line}) + "\n")

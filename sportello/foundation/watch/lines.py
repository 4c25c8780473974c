"""Lines of the log: JSON or plain, both without anybody's data.

A line says what happened, the ids it concerns (`current.py`) and, of an error, its kind and where it was raised. Never
what an exception says: databases quote rows and parsers quote what they could not read, and both quote people.

The formatter is ours and not a package's (python-json-logger makes JSON of all that is on a record): what matters here
is what is left out.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from .current import IDS, REQUEST_KEY, current

#: Whoever logs may add these beside the ids, in `extra={"facts": {…}}`.
FACTS: Final = ("method", "status", "ms", "queries", "seconds", "count", "attempt")
_PACKAGE: Final = str(Path(__file__).resolve().parents[3]) + os.sep
_FRAMES: Final = 12
_LONGEST: Final = 400
_ADDRESS: Final = re.compile(r"[^\s<>,;:\"'()=]+@[^\s<>,;\"'()]+")
_NUMBERS: Final = re.compile(r"\+?\d[\d ./]{7,}\d")
#: `Key (email)=(maria@…) already exists`, and the lines of PostgreSQL that quote a row.
_ROWS: Final = re.compile(r"\((?P<name>[\w, ]+)\)=\(.*?\)|\n?(?:DETAIL|CONTEXT|HINT|LINE \d+):.*", re.DOTALL)
#: Errors about our own code: what they say names attributes and modules.
_OF_CODE: Final = (ImportError, AttributeError, NameError, NotImplementedError)
#: Loggers whose words hold the address that was asked for, and with it codes and words searched.
_QUOTE_ADDRESSES: Final = ("django.request", "django.security", "django.server")


def safe(text: str) -> str:
    """`text` without addresses, long numbers and quoted rows, on one line."""
    plain = _ROWS.sub(lambda found: f"({found['name']})" if found["name"] else "", text)
    plain = _NUMBERS.sub("<number>", _ADDRESS.sub("<address>", plain))
    plain = " ".join(plain.split())
    return plain if len(plain) <= _LONGEST else plain[:_LONGEST] + "…"


def kind_of(error: BaseException) -> str:
    """An error in words that say nothing of anybody: its class, and what is known to be about us alone."""
    name = type(error).__name__
    state, diagnosis = getattr(error, "sqlstate", None), getattr(error, "diag", None)
    cause = error.__cause__
    if state is None and cause is not None:  # Django's errors carry the driver's
        state, diagnosis = getattr(cause, "sqlstate", None), getattr(cause, "diag", None)
    if state:
        places = [getattr(diagnosis, one, None) for one in ("table_name", "column_name", "constraint_name")]
        return " ".join([name, str(state), *(str(one) for one in places if one)])
    if isinstance(error, _OF_CODE):
        return f"{name}: {safe(str(error))}"
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name}: {os.strerror(error.errno)}"
    return name


def frames_of(trace: TracebackType | None) -> list[str]:
    """Where it was raised, the innermost last: `sportello/…/intake.py:88 _settle_some`."""
    found = traceback.extract_tb(trace)[-_FRAMES:]
    return [f"{one.filename.removeprefix(_PACKAGE)}:{one.lineno} {one.name}" for one in found]


def record_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a line says, in its order."""
    said: dict[str, Any] = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
        "level": record.levelname.lower(),
        "logger": record.name,
        "says": _words(record),
        "pid": record.process,
    }
    work = current()
    known = dict(work.ids) if work is not None else {}
    given = record.__dict__
    meta = getattr(given.get("request"), "META", None)  # Django's own lines have the whole request under this name
    if isinstance(meta, dict) and isinstance(meta.get(REQUEST_KEY), str):
        known.setdefault("request", meta[REQUEST_KEY])
    for name in IDS:
        value = given.get(name)
        if not isinstance(value, (str, int)):
            value = known.get(name)
        if value is not None:
            said[name] = value
    facts = given.get("facts")
    if isinstance(facts, dict):
        said.update({name: facts[name] for name in FACTS if name in facts})
    job = given.get("job")  # procrastinate's own lines carry the whole job, with its arguments
    if isinstance(job, dict) and isinstance(job.get("id"), int):
        said["job"] = job["id"]
    if record.exc_info and record.exc_info[1] is not None:
        said["error"] = kind_of(record.exc_info[1])
        said["raised"] = frames_of(record.exc_info[2])
    return said


def _words(record: logging.LogRecord) -> str:
    if record.name.startswith(_QUOTE_ADDRESSES):
        status = getattr(record, "status_code", "")
        return f"answered {status}".strip()
    if record.name.startswith("procrastinate"):
        return str(getattr(record, "action", "") or "job")
    try:
        return safe(record.getMessage())
    except (TypeError, ValueError):  # a line that was written wrong must not end the work
        return safe(str(record.msg))


class JsonLines(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(record_of(record), ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """The same for people: `instant LEVEL logger words (id=…)`, then where an error was raised."""

    def format(self, record: logging.LogRecord) -> str:
        said = record_of(record)
        at, level, name, words = (said.pop(one) for one in ("at", "level", "logger", "says"))
        raised = said.pop("raised", [])
        said.pop("pid")
        more = " ".join(f"{key}={value}" for key, value in said.items())
        line = f"{at} {str(level).upper()} {name} {words}" + (f" ({more})" if more else "")
        return "\n    ".join([line, *raised])

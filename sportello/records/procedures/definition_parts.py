"""Reading plain data (YAML, JSON) into frozen records, and saying in sentences what is wrong. Pure.

A record is a dataclass whose fields are made with `part`: each names the reader of its value. `Reader` gathers
every problem instead of stopping at the first, as the calendar's reader does; `plain` writes a record back,
leaving out what has its default, so that `read(plain(record)) == record`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeVar

from sportello.records.procedures.calendar_data import Problem

Texts = dict[str, str]
#: Reads one value; the second argument is where it stands ("suspensions[0].max").
Read = Callable[["Reader", object, str], Any]
Record = TypeVar("Record")

MAX_ITEMS: Final = 100
MAX_TEXT: Final = 4_000
CONFIDENCES: Final = ("A", "B", "C", "M", "H")
#: What is not sure enough to be promised before the office has said so.
UNSURE: Final = frozenset("CM")
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,8})?", re.ASCII)
#: Control signs but for tab and line end; PostgreSQL refuses NUL, people cannot see the others.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def part(read: Read, default: Any = dataclasses.MISSING) -> Any:
    """A field whose value `read` reads; without a default it must be given. A mutable default is copied."""
    if isinstance(default, dict):
        return field(default_factory=dict, metadata={"read": read})
    if default is dataclasses.MISSING:
        return field(metadata={"read": read})
    return field(default=default, metadata={"read": read})


@dataclass(frozen=True, kw_only=True)
class Sourced:
    """What every value of a rule carries: where it comes from, how sure it is, what stays open."""

    #: The law, the regulator's act, the charter or "House rule".
    source: str = field(default="", metadata={"read": lambda r, v, w: r.text(v, w, 600)})
    #: A read in a primary text, B secondary sources agree, C they do not or only part was seen, M from memory,
    #: H a house rule of the office.
    confidence: str = field(default="", metadata={"read": lambda r, v, w: r.choice(v, w, CONFIDENCES)})
    #: What the office must answer before it relies on a value of confidence C or M.
    question: Texts = field(default_factory=dict, metadata={"read": lambda r, v, w: r.texts(v, w)})

    @property
    def is_unsure(self) -> bool:
        return self.confidence in UNSURE


class Reader:
    """One reading of one definition; `source` and `confidence` are what a part without its own takes over."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.source = ""
        self.confidence = ""

    def wrong(self, code: str, where: str, value: object, sentence: str) -> None:
        self.problems.append(Problem(code, where, str(value)[:200], f"{where}: {sentence}" if where else sentence))

    def record(self, kind: type[Record], data: object, where: str) -> Record | None:
        """The record in `data`; None after saying why when a part that must be given is missing or wrong."""
        if not isinstance(data, Mapping):
            self.wrong("not_an_object", where, data, "an object with named parts is expected here.")
            return None
        known = {each.name: each for each in dataclasses.fields(kind)}  # type: ignore[arg-type]  # Record is a dataclass
        for key in data:
            if key not in known:
                self.wrong("unknown_key", where, key, f"“{key}” is not known here; use {', '.join(known)}.")
        values: dict[str, Any] = {}
        for name, each in known.items():
            inside = f"{where}.{name}" if where else name
            if data.get(name) is not None:
                before = len(self.problems)
                read: Read = each.metadata["read"]
                values[name] = read(self, data[name], inside)
                if len(self.problems) > before and values[name] is None:
                    values.pop(name)
            elif each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING:
                self.wrong("missing", inside, "", "this part must be given.")
        if issubclass(kind, Sourced):
            self._rely(values, where)
        try:
            return kind(**values)
        except TypeError:
            return None  # a part that must be given is missing: said above

    def _rely(self, values: dict[str, Any], where: str) -> None:
        values["source"] = values.get("source") or self.source
        values["confidence"] = values.get("confidence") or self.confidence
        if not where:
            return  # the whole is as sure as its parts
        if not values["source"]:
            self.wrong("no_source", where, "", "say where this comes from (source).")
        if not values["confidence"]:
            self.wrong("no_confidence", where, "", f"say how sure this is: {', '.join(CONFIDENCES)}.")
        if values["confidence"] in UNSURE and not values.get("question"):
            self.wrong("no_question", where, values["confidence"],
                       "a value of confidence C or M ships with the question it leaves open (question).")

    # Values

    def text(self, value: object, where: str, limit: int = MAX_TEXT) -> str | None:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)  # YAML reads 2019 as a number
        if not isinstance(value, str) or len(value) > limit or _UNSEEN.search(value):
            self.wrong("bad_text", where, value, f"a text of at most {limit} characters is expected here.")
            return None
        return value.strip()

    def code(self, value: object, where: str) -> str | None:
        if not isinstance(value, str) or not _CODE.fullmatch(value):
            self.wrong("bad_code", where, value,
                       "a code is made of small letters, digits, “-” and “_”, at most 60, such as “foia_request”.")
            return None
        return value

    def choice(self, value: object, where: str, among: tuple[str, ...]) -> str | None:
        if value not in among:
            self.wrong("bad_choice", where, value, f"“{value}” is not known here; use {', '.join(among)}.")
            return None
        return str(value)

    def whole(self, value: object, where: str, lowest: int, highest: int) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            self.wrong("bad_number", where, value, f"a whole number from {lowest} to {highest} is expected here.")
            return None
        return value

    def flag(self, value: object, where: str) -> bool | None:
        if not isinstance(value, bool):
            self.wrong("bad_flag", where, value, "true or false is expected here.")
            return None
        return value

    def day(self, value: object, where: str) -> date | None:
        if type(value) is date:
            return value
        try:
            if isinstance(value, str) and len(value) == 10:
                return date.fromisoformat(value)
        except ValueError:
            pass  # said below, with the place
        self.wrong("bad_date", where, value, "a date is written year-month-day, “2026-12-25”.")
        return None

    def texts(self, value: object, where: str) -> Texts | None:
        """`{language: text}`."""
        if not isinstance(value, Mapping) or not value or len(value) > 40:
            self.wrong("bad_texts", where, value, "texts are given by language: {it: …, en: …}.")
            return None
        read: Texts = {}
        for language, text in value.items():
            if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
                self.wrong("bad_language", where, language, f"“{language}” is not a language code such as “it”.")
                continue
            words = self.text(text, f"{where}.{language}")
            if words:
                read[language] = words
        return read

    def many(self, value: object, where: str, read: Read) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) > MAX_ITEMS:
            self.wrong("bad_list", where, value, f"a list of at most {MAX_ITEMS} is expected here.")
            return ()
        found = (read(self, item, f"{where}[{place}]") for place, item in enumerate(value))
        return tuple(item for item in found if item is not None)


# The readers that `part` takes

def a_text(limit: int = MAX_TEXT) -> Read:
    return lambda reader, value, where: reader.text(value, where, limit)


def a_code() -> Read:
    return lambda reader, value, where: reader.code(value, where)


def a_choice(*among: str) -> Read:
    return lambda reader, value, where: reader.choice(value, where, among)


def a_whole(lowest: int = 0, highest: int = 36_500) -> Read:
    return lambda reader, value, where: reader.whole(value, where, lowest, highest)


def a_flag() -> Read:
    return lambda reader, value, where: reader.flag(value, where)


def a_day() -> Read:
    return lambda reader, value, where: reader.day(value, where)


def a_texts() -> Read:
    return lambda reader, value, where: reader.texts(value, where)


def a_record(kind: type) -> Read:
    return lambda reader, value, where: reader.record(kind, value, where)


def a_many(read: Read) -> Read:
    return lambda reader, value, where: reader.many(value, where, read)


def plain(value: Any, *, source: str = "", confidence: str = "") -> Any:
    """`value` as JSON has it. A record's parts that have their default, or the whole's source, are left out."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain(item, source=source, confidence=confidence) for item in value]
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return dict(value) if isinstance(value, Mapping) else value
    written: dict[str, Any] = {}
    for each in dataclasses.fields(value):
        held = getattr(value, each.name)
        usual = each.default_factory() if each.default_factory is not dataclasses.MISSING else each.default
        inherited = {"source": source, "confidence": confidence}.get(each.name)
        if held != usual and not (inherited and held == inherited):
            written[each.name] = plain(held, source=source, confidence=confidence)
    return written

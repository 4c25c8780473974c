"""Questions about time as plain data, answered as plain data: what `sportello terms --jsonl` speaks. Pure.

The shapes are told in docs/how-to/terms.md. Every question has an answer: `{"result": …}`, or `{"error": sentence}`
for what cannot be answered; `id` comes back as it was given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final

from sportello.records.procedures import packs
from sportello.records.procedures.calendar import Calendar, CalendarError
from sportello.records.procedures.counting import Line
from sportello.records.procedures.definition import Definition, DefinitionError
from sportello.records.procedures.explaining import sentences
from sportello.records.procedures.holidays_it import local_holidays
from sportello.records.procedures.reckoning import ACTS, Due, Happening, Reckoning, ReckoningError, reckon

MAX_LINE: Final = 1_000_000
MAX_EVENTS: Final = 500
#: What a term is counted by when the question brings no calendar: Italian holidays, weekdays from nine to five.
USUAL: Final[dict[str, Any]] = {
    "timezone": "Europe/Rome",
    "country": "IT",
    "hours": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}
#: Other words for an act, as people and laws say it.
_SAME: Final = {
    "stop": "suspend", "stopped": "suspend", "suspended": "suspend", "notice": "suspend", "warning": "suspend",
    "interrupt": "suspend", "resume": "restart", "resumed": "restart", "restarted": "restart",
    "observations": "answer", "opposition": "answer", "documents": "answer", "answer": "answer",
    "interim_reply": "interim", "extension": "interim",
}
_KEYS: Final = {"id", "kind", "op", "calendar", "start", "end", "seconds", "days", "procedure", "definition",
                "received", "events", "language", "patron", "office_days"}


class Unanswerable(ValueError):
    """The question is not one we can answer; `str()` says why."""


def answer_line(line: bytes | str) -> dict[str, Any]:
    """The answer to one line of JSON, whatever the line is."""
    asked: Any = None
    try:
        if len(line) > MAX_LINE:
            raise Unanswerable(f"A line has at most {MAX_LINE:,} characters.")
        text = line.decode("utf-8") if isinstance(line, bytes) else line
        asked = json.loads(text, parse_constant=_no_constant)
        return _with_id(asked, {"result": answer(asked)})
    except UnicodeDecodeError:
        error = "This line is not UTF-8."
    except json.JSONDecodeError as wrong:
        error = f"This line is not JSON: {wrong.msg} at character {wrong.pos + 1}."
    except RecursionError:
        error = "This line is nested too deeply."
    except (Unanswerable, CalendarError, ReckoningError, DefinitionError) as wrong:
        error = str(wrong)
    except (ValueError, OverflowError) as wrong:  # a number of a million digits, a year beyond the calendar
        error = f"This cannot be answered: {str(wrong)[:200]}."
    return _with_id(asked, {"error": error})


def answer(asked: object) -> Any:
    """The result of one question. Raises the errors `answer_line` puts in words."""
    if not isinstance(asked, dict):
        raise Unanswerable("A question is an object: {\"kind\": \"hours\", \"op\": …}.")
    unknown = sorted(str(key) for key in asked if key not in _KEYS)
    if unknown:
        raise Unanswerable(f"“{unknown[0]}” is not a part of a question; use {', '.join(sorted(_KEYS))}.")
    op, kind = asked.get("op"), asked.get("kind")
    if kind not in (None, "hours", "term"):
        raise Unanswerable(f"“{kind}” is not a kind of question: use “hours” or “term”.")
    if op == "term" or (kind == "term" and op is None):
        return _term(asked)
    if not isinstance(op, str) or op not in _OPS:
        raise Unanswerable(f"“{op}” is not an operation: use {', '.join((*_OPS, 'term'))}.")
    return _OPS[op](_Asked(asked))


class _Asked:
    """One question about hours, its parts read as they are needed."""

    def __init__(self, asked: Mapping[str, Any]) -> None:
        self._asked = asked
        if asked.get("calendar") is None:
            raise Unanswerable("The calendar is missing (calendar).")
        self.calendar = _calendar(asked["calendar"])

    def instant(self, name: str) -> datetime:
        return _instant(self._part(name), name, self.calendar)

    def day(self, name: str) -> date:
        value = self._part(name)
        return date.fromisoformat(value) if _is_day(value) else self.calendar.local_day(self.instant(name))

    def number(self, name: str) -> float:
        value = self._part(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unanswerable(f"“{name}” is a number.")
        return value

    def whole(self, name: str) -> int:
        value = self.number(name)
        if value != int(value):
            raise Unanswerable(f"“{name}” is a whole number.")
        return int(value)

    def shown(self, instant: datetime) -> str:
        """In UTC when the question's start was, else on the calendar's clock."""
        start = self._asked.get("start")
        utc = isinstance(start, str) and (start.endswith(("Z", "z", "+00:00")))
        return instant.astimezone(UTC if utc else self.calendar.zone).isoformat()

    def added_days(self) -> str:
        days = self.whole("days")
        if _is_day(self._part("start")):
            return self.calendar.add_working_days(self.day("start"), days).isoformat()
        return self.shown(self.calendar.add_working_days(self.instant("start"), days))

    def _part(self, name: str) -> Any:
        value = self._asked.get(name)
        if value is None:
            raise Unanswerable(f"“{name}” is missing.")
        return value


def _seconds(length: float) -> int | float:
    return int(length) if length == int(length) else length


_OPS: Final[dict[str, Callable[[_Asked], Any]]] = {
    "add": lambda q: q.shown(q.calendar.add(q.instant("start"), q.number("seconds"))),
    "between": lambda q: _seconds(q.calendar.between(q.instant("start"), q.instant("end"))),
    "is_open": lambda q: q.calendar.is_open(q.instant("start")),
    "next_open": lambda q: q.shown(q.calendar.next_open(q.instant("start"))),
    "next_close": lambda q: q.shown(q.calendar.next_close(q.instant("start"))),
    "prev_open": lambda q: q.shown(q.calendar.prev_open(q.instant("start"))),
    "add_days": _Asked.added_days,
    "days_between": lambda q: q.calendar.working_days_between(q.day("start"), q.day("end")),
    "is_day": lambda q: q.calendar.is_working_day(q.day("start")),
}


# Terms

def _term(asked: Mapping[str, Any]) -> dict[str, Any]:
    language = asked.get("language") or "it"
    if not isinstance(language, str):
        raise Unanswerable("“language” is “it” or “en”.")
    data = asked.get("calendar")
    calendar = _with_patron(USUAL if data is None else data, asked.get("patron"))
    if asked.get("received") is None:
        raise Unanswerable("“received” is missing: when did it arrive?")
    received = _instant(asked["received"], "received", calendar)
    definition = _definition(asked, calendar.local_day(received))
    if asked.get("office_days") is True:
        definition = replace(definition, term=replace(definition.term, office_days=True))
    found = reckon(definition, calendar, received, _happenings(asked.get("events"), calendar))
    return _told(definition, calendar, found, language)


def _definition(asked: Mapping[str, Any], day: date) -> Definition:
    if asked.get("definition") is not None:
        return Definition.from_data(asked["definition"])
    code = asked.get("procedure")
    if not isinstance(code, str):
        raise Unanswerable("“procedure” is missing: the code of a procedure, such as “pa_general”.")
    found = packs.shipped_version(code, day)
    if found is None and packs.versions_of(code):
        raise Unanswerable(f"The procedure “{code}” has no version in force on {day}.")
    if found is None:
        raise Unanswerable(f"“{code[:60]}” is no procedure of ours: use {', '.join(packs.codes())}.")
    return found


def _happenings(events: Any, calendar: Calendar) -> list[Happening]:
    if events is None:
        return []
    if not isinstance(events, list) or len(events) > MAX_EVENTS:
        raise Unanswerable(f"“events” is a list of at most {MAX_EVENTS} events.")
    found = []
    for place, each in enumerate(events):
        name = each.get("event", each.get("type")) if isinstance(each, dict) else None
        if not isinstance(name, str) or not isinstance(each, dict) or not isinstance(each.get("cause") or "", str):
            raise Unanswerable(f"events[{place}] is an object with event, at and, if need be, cause.")
        at = _instant(each.get("at"), f"events[{place}].at", calendar)
        found.append(Happening(name if name in ACTS else _SAME.get(name, name), at, each.get("cause") or ""))
    return found


def _told(definition: Definition, calendar: Calendar, found: Reckoning, language: str) -> dict[str, Any]:
    causes = {each.code: each.names for each in definition.suspensions}

    def words(lines: tuple[Line, ...]) -> list[str]:
        return sentences(lines, language, causes=causes, zone=calendar.zone)

    def due(each: Due) -> dict[str, Any]:
        rule, counted = each.rule, each.counted
        told: dict[str, Any] = {
            "code": rule.code, "name": _in(rule.names, language), "on": rule.on,
            "nominal": None, "due": None, "safe": None, "show": None, "due_at": None, "safe_at": None,
            "source": rule.source, "confidence": rule.confidence, "explanation": words(each.lines),
        }
        if counted is not None and each.shown_day is not None:
            told.update(
                nominal=counted.safe_day.isoformat(), due=counted.due_day.isoformat(),
                safe=counted.safe_day.isoformat(), show=each.shown_day.isoformat(),
                due_at=counted.due.astimezone(calendar.zone).isoformat(),
                safe_at=counted.safe_due.astimezone(calendar.zone).isoformat(),
            )
            if counted.work_by is not None:
                told["work_by"] = counted.work_by.astimezone(calendar.zone).isoformat()
        if rule.is_unsure:
            told["to_confirm"] = _in(rule.question, language)
        return told

    main = due(found.main)
    return {
        "procedure": definition.code,
        "version": definition.valid_from.isoformat(),
        **{name: main[name] for name in ("nominal", "due", "safe", "show", "due_at", "safe_at", "explanation")},
        "steps": [[code, dict(facts)] for code, facts in found.main.lines],
        "terms": [main, *(due(each) for each in (*found.others, *found.levels))],
        "remedies": [
            {"code": each.remedy.code, "name": _in(each.remedy.names, language),
             "opens": each.opens.isoformat() if each.opens else None,
             "closes": each.closes.isoformat() if each.closes else None,
             "mandatory_before_court": each.remedy.mandatory_before_court,
             "source": each.remedy.source, "confidence": each.remedy.confidence}
            for each in found.remedies
        ],
    }


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


# Parts

def _calendar(data: Any) -> Calendar:
    return _made(json.dumps(data, sort_keys=True))


@lru_cache(maxsize=128)
def _made(text: str) -> Calendar:
    """Kept, with the days it has worked out: a file of questions mostly has one calendar."""
    return Calendar.from_data(json.loads(text))


def _with_patron(data: Any, province: Any) -> Calendar:
    """`data` with the patron saint of a province counted as a holiday, for who counts it so."""
    calendar = _calendar(data)
    if province is None:
        return calendar
    if not isinstance(province, str):
        raise Unanswerable("“patron” is the code of a province, such as “MI”.")
    try:
        days = [day for year in range(2000, 2051) for day in local_holidays(year, province)]
    except ValueError as wrong:
        raise Unanswerable(str(wrong)) from None
    return Calendar(replace(calendar.data, holidays=calendar.data.holidays | frozenset(days)))


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 10


def _instant(value: Any, name: str, calendar: Calendar) -> datetime:
    """An ISO instant; without an offset it is read on the calendar's clock, a day is its midnight."""
    try:
        if not isinstance(value, str):
            raise ValueError
        found = datetime.combine(date.fromisoformat(value), time()) if _is_day(value) else datetime.fromisoformat(value)
    except ValueError:
        raise Unanswerable(f"“{name}” is an instant such as 2026-11-23T09:00:00+01:00, or a day.") from None
    if found.utcoffset() is None:
        found = found.replace(tzinfo=calendar.zone)
    if not timedelta(0) <= abs(found.utcoffset() or timedelta(0)) < timedelta(hours=24):
        raise Unanswerable(f"“{name}” has no time zone we know.")
    return found


def _no_constant(name: str) -> Any:
    raise Unanswerable(f"{name} is not a number JSON knows.")


def _with_id(asked: Any, told: dict[str, Any]) -> dict[str, Any]:
    if isinstance(asked, dict) and "id" in asked:
        return {"id": asked["id"], **told}
    return told


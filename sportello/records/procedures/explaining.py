"""How a term was counted, in words: the same sentences on the screen, in `explain` and in `sportello terms`. Pure.

Italian and English stand side by side here, as the texts of notices do: the command answers without Django and
without catalogues. Another language is told in English.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from sportello.records.procedures.holidays_it import national_holidays

#: Names of causes of suspension, by code: `{code: {language: text}}`.
Causes = Mapping[str, Mapping[str, str]]
ROME: Final = ZoneInfo("Europe/Rome")

_DAYS: Final = {
    "it": ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Final = {
    "it": ("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre",
           "novembre", "dicembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}
_UNITS: Final = {
    "it": {"calendar_days": ("giorno", "giorni"), "working_days": ("giorno lavorativo", "giorni lavorativi"),
           "months": ("mese", "mesi"), "open_hours": ("ora di apertura", "ore di apertura")},
    "en": {"calendar_days": ("day", "days"), "working_days": ("working day", "working days"),
           "months": ("month", "months"), "open_hours": ("opening hour", "opening hours")},
}
#: Every code of `counting.LINES` and of `reckoning`, in both languages.
_SENTENCES: Final = {
    "from_excluded": {
        "it": "Da {day}, giorno che non si conta.",
        "en": "From {day}, excluded.",
    },
    "from_instant": {
        "it": "Si contano le ore di apertura da {instant}.",
        "en": "Opening hours are counted from {instant}.",
    },
    "count": {
        "it": "{length}: si arriva a {day}.",
        "en": "{length}: this leads to {day}.",
    },
    "count_hours": {
        "it": "{length}: si arriva a {instant}.",
        "en": "{length}: this leads to {instant}.",
    },
    "skipped": {
        "it": "Non contati perché festivi: {days}.",
        "en": "Not counted, being holidays: {days}.",
    },
    "suspended": {
        "it": "Sospeso {cause}da {stop} a {restart}: restano {left}, si arriva a {day}.",
        "en": "Suspended {cause}from {stop} to {restart}: {left} left, this leads to {day}.",
    },
    "suspended_hours": {
        "it": "Sospeso {cause}da {stop} a {restart}: restano {left}, si arriva a {instant}.",
        "en": "Suspended {cause}from {stop} to {restart}: {left} left, this leads to {instant}.",
    },
    "is_holiday": {
        "it": "{day} è festivo{name}.",
        "en": "{day} is a holiday{name}.",
    },
    "is_sunday": {
        "it": "{day} è festivo perché è domenica.",
        "en": "{day} is a holiday, being a Sunday.",
    },
    "is_saturday": {
        "it": "{day} è sabato e per questa regola si sposta.",
        "en": "{day} is a Saturday, and by this rule it moves.",
    },
    "saturday_counts": {
        "it": "{day} è sabato: per questa regola il termine non si sposta.",
        "en": "{day} is a Saturday: by this rule the term does not move.",
    },
    "moves_to": {
        "it": "Si sposta a {day}.",
        "en": "It moves to {day}.",
    },
    "ends": {
        "it": "Il termine finisce con {day}.",
        "en": "The term ends with {day}.",
    },
    "safe": {
        "it": "Per prudenza si lavora entro {day}, prima dello spostamento.",
        "en": "To be safe we work to {day}, before it was moved.",
    },
    "promised": {
        "it": "Data promessa da un operatore.",
        "en": "A date promised by an operator.",
    },
    "interim": {
        "it": "Risposta interlocutoria data {given}: il termine diventa di {length} dallo stesso inizio.",
        "en": "Interim reply given on {given}: the term becomes {length} from the same start.",
    },
    "interrupted": {
        "it": "Interrotto {cause}da {stop}: il termine ricomincia per intero da {restart}.",
        "en": "Interrupted {cause}from {stop}: the whole term starts again from {restart}.",
    },
    "answered": {
        "it": "Risposta attesa {cause}arrivata {day}: il conteggio riprende da {restart}.",
        "en": "The awaited answer {cause}came on {day}: counting goes on from {restart}.",
    },
    "window_closed": {
        "it": "Nessuna risposta {cause}entro {day}: il conteggio riprende da quel giorno.",
        "en": "No answer {cause}by {day}: counting goes on from that day.",
    },
    "too_late": {
        "it": "Risposta {cause}arrivata {day}, dopo la scadenza: il conteggio era già ripreso.",
        "en": "The answer {cause}came on {day}, too late: counting had already gone on.",
    },
    "capped": {
        "it": "La sospensione {cause}dura al massimo {limit}: il conteggio riprende da {day}.",
        "en": "The suspension {cause}lasts {limit} at most: counting goes on from {day}.",
    },
    "withheld": {
        "it": "Si può attendere {cause}fino a {day}: è dovuto da quel giorno.",
        "en": "It may wait {cause}until {day}: it is due from that day.",
    },
    "may_wait": {
        "it": "Finché non arriva ciò che si attende {cause}si può aspettare.",
        "en": "It may wait for as long as what is awaited {cause}has not come.",
    },
    "standing": {
        "it": "Fermo {cause}da {day}: la data si calcola quando il conteggio riprende.",
        "en": "Standing still {cause}since {day}: the date is counted once it goes on.",
    },
}


def sentences(
    steps: Iterable[Sequence[Any]], language: str = "it", *, causes: Causes | None = None, zone: tzinfo = ROME
) -> list[str]:
    """One sentence a step `(code, facts)`; a code nobody knows is told as it is, never left out."""
    return [sentence(step[0], step[1], language, causes=causes, zone=zone) for step in steps]


def sentence(
    code: str, facts: Mapping[str, Any], language: str = "it", *, causes: Causes | None = None, zone: tzinfo = ROME
) -> str:
    """One step in words; instants are shown on the clock of `zone`."""
    tongue = language.split("-")[0] if language.split("-")[0] in _DAYS else "en"
    known = _SENTENCES.get(code)
    if known is None:
        return code.replace("_", " ")
    words = {name: _word(name, value, tongue, zone) for name, value in facts.items()}
    words["cause"] = _cause(str(facts.get("cause") or ""), tongue, causes or {})
    words["length"] = length(facts.get("value", 0), str(facts.get("unit") or "open_hours"), tongue)
    words["limit"] = length(facts.get("limit", 0), "calendar_days", tongue)
    if code == "suspended_hours":
        words["left"] = length(round(float(facts.get("left", 0)) / 3600, 2), "open_hours", tongue)
    elif "left" in facts:
        words["left"] = length(facts["left"], str(facts.get("unit") or "calendar_days"), tongue)
    name = _holiday(str(facts.get("day") or ""), str(facts.get("name") or ""), tongue)
    words["name"] = f" ({name})" if name else ""
    try:
        said = known[tongue].format(**words)
    except KeyError:
        return code.replace("_", " ")  # kept by an older version, with other facts
    return said[:1].upper() + said[1:]


def day_in_words(day: date, language: str) -> str:
    """"lunedì 5 ottobre 2026", "Monday 5 October 2026"; in Italian the first is written 1°."""
    tongue = language if language in _DAYS else "en"
    return f"{_DAYS[tongue][day.weekday()]} {date_in_words(day, tongue)}"


def date_in_words(day: date, language: str) -> str:
    """"5 ottobre 2026", "1° maggio 2026", "5 October 2026"."""
    tongue = language if language in _DAYS else "en"
    number = "1°" if day.day == 1 and tongue == "it" else str(day.day)
    return f"{number} {_MONTHS[tongue][day.month - 1]} {day.year}"


def length(value: float, unit: str, language: str) -> str:
    """"30 giorni", "1 mese", "1.5 opening hours"."""
    tongue = language if language in _UNITS else "en"
    one, many = _UNITS[tongue].get(unit, (unit, unit))
    number = f"{value:g}"
    if tongue == "it":
        number = number.replace(".", ",")
    return f"{number} {one if value == 1 else many}"


def _holiday(day: str, name: str, tongue: str) -> str:
    """A national holiday in `tongue`: lines keep the name they were counted with, which is Italian."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return name
    if national_holidays(found.year, "it").get(found) != name:
        return name  # one the office listed itself
    return national_holidays(found.year, tongue).get(found, name)


def _word(name: str, value: Any, tongue: str, zone: tzinfo) -> str:
    if name == "days" and isinstance(value, list):
        return ", ".join(_shown(str(day), tongue, zone) for day in value)
    return _shown(str(value), tongue, zone)


def _shown(text: str, tongue: str, zone: tzinfo) -> str:
    """A day or an instant in ISO form as people read it; anything else as it is."""
    try:
        if len(text) == 10:
            return day_in_words(date.fromisoformat(text), tongue)
        if "T" in text:
            local = datetime.fromisoformat(text).astimezone(zone)
            return f"{day_in_words(local.date(), tongue)}, {local:%H:%M}"
    except ValueError:
        pass  # not a date after all
    return text


def _cause(code: str, tongue: str, causes: Causes) -> str:
    named = causes.get(code, {})
    words = named.get(tongue) or named.get("en") or code
    return f"({words}) " if words else ""

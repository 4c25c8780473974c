"""Calendar parts (RFC 5545) in words: what, when, where, who asks. Read line by line, as leniently as mail is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from sportello.service.channels.mailkit import charsets, limits
from sportello.service.channels.mailkit.record import Address, CalendarEvent

_LINE: Final = re.compile(
    r'(?P<name>[A-Za-z0-9-]{1,60})(?P<params>(?:;[^=:;"]{1,60}=(?:"[^"]*"|[^;:"]*))*):(?P<value>.*)', re.DOTALL
)
_PARAM: Final = re.compile(r';([^=:;]{1,60})=("[^"]*"|[^;:"]*)')
_INSTANT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(?:\d\d)?(Z)?)?")
_LENGTH: Final = re.compile(r"P(?:(\d{1,3})W)?(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:\d{1,5}S)?)?")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_TOLD: Final = frozenset({"", "REQUEST", "PUBLISH"})


def events(content: str) -> tuple[CalendarEvent, ...]:
    """The events of one calendar, at most `limits.CALENDAR_EVENTS`. Broken lines are passed over."""
    method = ""
    found: list[CalendarEvent] = []
    inside: list[str] = []
    fields: dict[str, tuple[dict[str, str], str]] = {}
    for line in _unfolded(content[: limits.CALENDAR_BYTES]):
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        name, value = match.group("name").upper(), match.group("value")
        if name == "BEGIN":
            inside.append(value.strip().upper())
            if inside[-1] == "VEVENT":
                fields = {}
        elif name == "END" and inside:
            if inside.pop() == "VEVENT" and len(found) < limits.CALENDAR_EVENTS:
                found.append(_event(method, fields))
        elif inside == ["VCALENDAR"] and name == "METHOD":
            method = value.strip().upper()[:40]
        elif inside and inside[-1] == "VEVENT":
            fields.setdefault(name, (_params(match.group("params")), value))
    return tuple(found)


def words(event: CalendarEvent) -> str:
    """The event in lines, without words of any language of ours: it may be read in all of them."""
    when = event.starts
    if event.ends:
        same_day = event.ends[:10] == event.starts[:10] and len(event.ends) > 10
        when = f"{event.starts} – {event.ends[11:] if same_day else event.ends}"
    if event.zone:
        when += f" ({event.zone})"
    who = f"{event.organiser.name} <{event.organiser.address}>" if event.organiser.name else event.organiser.address
    method = "" if event.method in _TOLD else f"[{event.method}]"
    title = " ".join(filter(None, (method, event.summary)))
    return "\n".join(filter(None, (title, when, event.place, who, event.description)))


def _unfolded(content: str) -> list[str]:
    lines: list[list[str]] = []
    for line in content.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line[:1] in (" ", "\t") and lines:
            lines[-1].append(line[1:])
        elif line.strip():
            lines.append([line])
    return ["".join(pieces)[:20_000] for pieces in lines]


def _params(written: str) -> dict[str, str]:
    return {name.upper(): value.strip('"') for name, value in _PARAM.findall(written)}


def _event(method: str, fields: dict[str, tuple[dict[str, str], str]]) -> CalendarEvent:
    def text(name: str) -> str:
        written = fields.get(name, ({}, ""))[1]
        return charsets.clean(_ESCAPED.sub(lambda found: "\n" if found.group(1) in "nN" else found.group(1), written))

    params, mail = fields.get("ORGANIZER", ({}, ""))
    starts, zone = _when(*fields.get("DTSTART", ({}, "")))
    ends, _ = _when(*fields.get("DTEND", ({}, "")))
    if not ends and starts:
        ends = _after(starts, fields.get("DURATION", ({}, ""))[1])
    address = re.sub(r"(?i)^mailto:", "", mail.strip())
    return CalendarEvent(
        method=method,
        summary=charsets.clean_line(text("SUMMARY"))[: limits.SUBJECT],
        starts=starts,
        ends=ends,
        zone=zone,
        place=charsets.clean_line(text("LOCATION"))[: limits.SUBJECT],
        organiser=Address(charsets.clean_line(params.get("CN", ""))[: limits.NAME], address[: limits.ADDRESS]),
        description=text("DESCRIPTION").strip()[:20_000],
        uid=charsets.clean_line(text("UID"))[: limits.IDENTIFIER],
    )


def _when(params: dict[str, str], value: str) -> tuple[str, str]:
    """("2026-11-12 10:00" or "2026-11-12", zone)."""
    match = _INSTANT.match(value.strip())
    if match is None:
        return charsets.clean_line(value)[:100], ""
    year, month, day, hour, minute, universal = match.groups()
    date = f"{year}-{month}-{day}"
    if hour is None:
        return date, ""
    return f"{date} {hour}:{minute}", "UTC" if universal else charsets.clean_line(params.get("TZID", ""))[:100]


def _after(starts: str, length: str) -> str:
    match = _LENGTH.fullmatch(length.strip())
    if match is None or not any(match.groups()):
        return ""
    weeks, days, hours, minutes = (int(number or 0) for number in match.groups())
    try:
        ends = datetime.fromisoformat(starts) + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    except (ValueError, OverflowError):
        return ""
    return ends.isoformat(" ")[: len(starts)]

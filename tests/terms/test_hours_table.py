"""Opening hours and service levels, asked as the command is asked, against a walk of the minutes (`walker.Wall`)."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.records.procedures.answers import answer_line
from sportello.records.procedures.calendar import Calendar
from sportello.records.procedures.counting import Pause, count_term

from .walker import MINUTE, ROME, Wall

WEEK = ("mon", "tue", "wed", "thu", "fri")
CALENDARS = {
    "office": {"timezone": "Europe/Rome", "country": "IT", "holidays": ["2026-12-24"],
               "special": {"2026-12-23": [["09:00", "12:00"]], "2026-10-25": [["00:30", "04:30"]],
                           "2027-03-28": [["00:30", "04:30"]]},
               "hours": {day: [["08:30", "13:00"], ["14:30", "17:00"]] for day in WEEK}},
    "night": {"timezone": "Europe/Rome", "hours": {day: [["22:00", "06:00"]] for day in (*WEEK, "sat", "sun")}},
    "late": {"timezone": "Europe/Rome", "hours": {day: [["09:00", "12:00"], ["18:00", "24:00"]] for day in WEEK}},
    "past": {"timezone": "America/New_York", "hours": {"fri": [["20:00", "26:00"]], "sat": [["01:00", "05:00"]],
                                                       "sun": [["12:00", "24:00"]], "mon": [["00:00", "03:00"]]}},
    "always": {"timezone": "Europe/Rome", "always": True},
}
#: Just before: both changes of clocks in Europe and in America, Christmas, the patron's week, a plain Monday.
STARTS = ["2026-10-24T20:10", "2027-03-27T21:45", "2026-10-31T19:00", "2027-03-13T22:20", "2026-12-23T11:40",
          "2026-11-23T12:59", "2026-12-04T16:55"]
LENGTHS = [1, 29, 455, 1100]


def asked(**question: object) -> object:
    told = answer_line(json.dumps({"kind": "hours", **question}))
    assert "error" not in told, told
    return told["result"]


def start_of(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME)


@pytest.mark.parametrize("name", CALENDARS)
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("minutes", LENGTHS)
def test_adding_open_time(name: str, start: str, minutes: int) -> None:
    wall, at = Wall(CALENDARS[name]), start_of(start)
    ends = asked(op="add", calendar=CALENDARS[name], start=at.isoformat(), seconds=minutes * 60)
    assert datetime.fromisoformat(str(ends)) == wall.add(at, minutes)


@pytest.mark.parametrize("name", CALENDARS)
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("minutes", [-1, -300])
def test_taking_open_time_away(name: str, start: str, minutes: int) -> None:
    wall, at = Wall(CALENDARS[name]), start_of(start)
    begins = asked(op="add", calendar=CALENDARS[name], start=at.isoformat(), seconds=minutes * 60)
    assert datetime.fromisoformat(str(begins)) == wall.add(at, minutes)


@pytest.mark.parametrize("name", CALENDARS)
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("hours", [5, 60])
def test_open_time_between(name: str, start: str, hours: int) -> None:
    wall, at = Wall(CALENDARS[name]), start_of(start)
    end = at.astimezone(UTC) + timedelta(hours=hours)
    seconds = asked(op="between", calendar=CALENDARS[name], start=at.isoformat(), end=end.isoformat())
    assert seconds == wall.between(at, end)


@pytest.mark.parametrize("name", CALENDARS)
@pytest.mark.parametrize("start", STARTS)
def test_open_now_and_next(name: str, start: str) -> None:
    data, wall, at = CALENDARS[name], Wall(CALENDARS[name]), start_of(start).astimezone(UTC)
    question = {"calendar": data, "start": at.isoformat()}
    assert asked(op="is_open", **question) is wall.open_at(at)
    opens = at
    while not wall.open_at(opens):
        opens += MINUTE
    assert datetime.fromisoformat(str(asked(op="next_open", **question))) == opens
    before = at
    while not wall.open_at(before):
        before -= MINUTE
    expected = at if before == at else before + MINUTE
    assert datetime.fromisoformat(str(asked(op="prev_open", **question))) == expected
    if name != "always":
        closes = opens
        while wall.open_at(closes):
            closes += MINUTE
        assert datetime.fromisoformat(str(asked(op="next_close", **question))) == closes


@pytest.mark.parametrize("name", ["office", "night", "late"])
@pytest.mark.parametrize("start", STARTS[:6])
def test_working_days(name: str, start: str) -> None:
    data, wall, day = CALENDARS[name], Wall(CALENDARS[name]), start_of(start).date()
    assert asked(op="is_day", calendar=data, start=day.isoformat()) is bool(wall.listed(day))
    for days in (1, 7, -3):
        walked, left = day, abs(days)
        while left:
            walked += timedelta(days=1 if days > 0 else -1)
            left -= bool(wall.listed(walked))
        assert asked(op="add_days", calendar=data, start=day.isoformat(), days=days) == walked.isoformat()
        first, last = sorted((day, walked))
        counted = sum(bool(wall.listed(first + timedelta(days=n))) for n in range(1, (last - first).days + 1))
        between = asked(op="days_between", calendar=data, start=day.isoformat(), end=walked.isoformat())
        assert between == (counted if days > 0 else -counted)


# Service levels: targets in opening hours, with the clock stopped and started

PAUSES = [
    ("none", []),
    ("inside one opening", [("2026-11-23T09:00", "2026-11-23T09:40")]),
    ("over lunch", [("2026-11-23T12:30", "2026-11-23T15:00")]),
    ("over a night", [("2026-11-23T16:30", "2026-11-24T10:00")]),
    ("begun while closed", [("2026-11-23T13:20", "2026-11-23T16:00")]),
    ("over a weekend", [("2026-11-25T09:00", "2026-11-30T09:00")]),
    ("two", [("2026-11-23T09:00", "2026-11-23T10:00"), ("2026-11-24T09:00", "2026-11-24T16:59")]),
    ("overlapping: counted once", [("2026-11-23T09:00", "2026-11-23T12:00"), ("2026-11-23T10:00", "2026-11-23T12:30")]),
    ("one inside the other", [("2026-11-23T09:00", "2026-11-24T12:00"), ("2026-11-23T10:00", "2026-11-23T12:30")]),
    ("before it began", [("2026-11-22T09:00", "2026-11-23T08:00")]),
    ("after it was due", [("2027-02-01T09:00", "2027-02-03T09:00")]),
    ("before and into it", [("2026-11-20T09:00", "2026-11-23T11:15")]),
]


@pytest.mark.parametrize("target", [1, 4, 8, 12])
@pytest.mark.parametrize("pauses", [each[1] for each in PAUSES], ids=[each[0] for each in PAUSES])
def test_a_service_level_stands_still_while_paused(pauses: list[tuple[str, str]], target: int) -> None:
    data = CALENDARS["office"]
    wall, at = Wall(data), start_of("2026-11-23T08:40").astimezone(UTC)
    stops = [(start_of(stop).astimezone(UTC), start_of(restart).astimezone(UTC)) for stop, restart in pauses]
    due = count_term(at, target, "open_hours", Calendar.from_data(data), "none",
                     pauses=[Pause(stop, restart) for stop, restart in stops]).due
    left, walked = target * 60, at
    while left:
        still = any(stop <= walked < restart for stop, restart in stops)
        left -= wall.open_at(walked) and not still
        walked += MINUTE
    assert due == walked


# Properties, over calendars nobody thought of

def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


interval = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(
    lambda pair: [_clock(pair[0]), _clock(min(2880, pair[0] + pair[1]))]
)
some_calendar = st.builds(
    lambda zone, days, extra: {"timezone": zone, "hours": {**days, "wed": extra}},
    st.sampled_from(["Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    st.dictionaries(st.sampled_from([*WEEK, "sat", "sun"]), st.lists(interval, max_size=3)),
    st.lists(interval, min_size=1, max_size=2),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
lengths = st.integers(1, 200_000)


@settings(max_examples=60, deadline=None)
@given(some_calendar, moments, lengths, lengths)
def test_additive_monotone_and_inverse(data: dict, start: datetime, first: int, second: int) -> None:
    calendar = Calendar.from_data(data)
    one = calendar.add(start, first)
    assert calendar.add(one, second) == calendar.add(start, first + second)
    assert start <= one <= calendar.add(start, first + second)
    assert calendar.between(start, one) == first
    assert calendar.between(one, start) == -first
    assert calendar.between(calendar.add(start, -first), start) == first


@settings(max_examples=60, deadline=None)
@given(some_calendar, moments, st.integers(0, 4_000), st.integers(0, 4_000))
def test_open_time_adds_up(data: dict, start: datetime, first: int, second: int) -> None:
    calendar = Calendar.from_data(data)
    middle, end = start + timedelta(minutes=first), start + timedelta(minutes=first + second)
    parts = calendar.between(start, middle) + calendar.between(middle, end)
    assert parts == pytest.approx(calendar.between(start, end), abs=1e-6)  # seconds as floats, exact to the microsecond
    assert 0 <= calendar.between(start, end) <= (end - start).total_seconds()


def test_the_minute_walk_agrees_on_made_up_calendars() -> None:
    dice = random.Random(5)
    for _ in range(25):
        hours = {day: [[_clock(at := dice.randrange(0, 1300)), _clock(at + dice.randrange(1, 900))]]
                 for day in dice.sample([*WEEK, "sat", "sun"], 4)}
        data = {"timezone": "Europe/Rome", "hours": hours}
        start = datetime(2026, 10, 22, tzinfo=UTC) + dice.randrange(8_000) * MINUTE
        end = start + dice.randrange(3_000) * MINUTE
        assert Calendar.from_data(data).between(start, end) == Wall(data).between(start, end)

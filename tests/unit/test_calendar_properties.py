"""Laws that hold for every calendar, against a slow second opinion.

The oracle asks every minute of real time whether the wall clock is inside an opening, and adds the minutes:
no windows, no cache, no shared code with the calendar but the JSON shape. It knows nothing of openings that
start or end inside the hour that a change of clocks repeats or skips: test_calendar tests those by name.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from sportello.records.procedures.calendar import Calendar, CalendarError
from sportello.records.procedures.counting import Pause, count_term

MINUTE = timedelta(minutes=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Oracle:
    def __init__(self, data: dict) -> None:
        self.data = data
        self.zone = ZoneInfo(data["timezone"])
        self.openings = cache(self._openings)

    def _openings(self, day: date) -> list[tuple[datetime, datetime]]:
        """Wall times, without zone, of the openings that start on `day`."""
        text = day.isoformat()
        if text in self.data.get("special", {}):
            pairs = self.data["special"][text]
        elif text in self.data.get("holidays", []):
            pairs = []
        else:
            pairs = self.data.get("hours", {}).get(WEEKDAYS[day.weekday()], [])
        midnight = datetime.combine(day, datetime.min.time())
        found = []
        for start, end in pairs:
            since, until = (
                midnight + timedelta(hours=int(text[:-3]), minutes=int(text[-2:])) for text in (start, end)
            )
            found.append((since, until if until > since else until + timedelta(days=1)))
        return found

    def is_open(self, instant: datetime) -> bool:
        wall = instant.astimezone(self.zone).replace(tzinfo=None)
        return any(
            since <= wall < until
            for back in (0, 1)
            for since, until in self.openings(wall.date() - timedelta(days=back))
        )

    def between(self, start: datetime, end: datetime) -> int:
        """Seconds; `start` and `end` on whole minutes."""
        minute, total = start.astimezone(UTC), 0
        while minute < end:
            total += 60 * self.is_open(minute)
            minute += MINUTE
        return total

    def add(self, start: datetime, minutes: int, limit: int = 60 * 24 * 40) -> datetime | None:
        """The first instant after which `minutes` of open time have passed; None beyond `limit` minutes."""
        minute = start.astimezone(UTC)
        for _ in range(limit):
            if minutes == 0:
                return minute
            minutes -= self.is_open(minute)
            minute += MINUTE
        return None


#: Weeks with nothing special, with both changes of clocks, and with Christmas.
ANCHORS = (
    datetime(2026, 11, 23, tzinfo=UTC),
    datetime(2026, 3, 28, tzinfo=UTC),
    datetime(2026, 10, 24, tzinfo=UTC),
    datetime(2026, 12, 23, tzinfo=UTC),
)
#: Not within the hour from 02:00 that changes of clocks touch, here and in the next day.
minutes_of_day = st.integers(0, 24 * 60 - 1).filter(lambda minute: not 120 <= minute < 180)


def written(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def intervals(draw):
    start = draw(minutes_of_day)
    end = draw(
        st.sampled_from([0, 1440]) | minutes_of_day | st.integers(1441, 1559) | st.integers(1621, 2000)
    )
    return [written(start), written(end)]


@st.composite
def calendars(draw):
    day_hours = st.lists(intervals(), max_size=3)
    near = st.sampled_from(
        [(anchor + timedelta(days=step)).date().isoformat() for anchor in ANCHORS for step in range(-1, 6)]
    )
    return {
        "timezone": draw(
            st.sampled_from(["Europe/Rome", "Europe/Rome", "America/New_York", "Asia/Kathmandu", "UTC"])
        ),
        "hours": draw(st.dictionaries(st.sampled_from(WEEKDAYS), day_hours)),
        "holidays": draw(st.lists(near, max_size=3, unique=True)),
        "special": draw(st.dictionaries(near, day_hours, max_size=3)),
    }


instants = st.builds(
    lambda anchor, minutes: anchor + timedelta(minutes=minutes),
    st.sampled_from(ANCHORS),
    st.integers(0, 3 * 24 * 60),
)
exact = st.builds(
    lambda anchor, micros: anchor + timedelta(microseconds=micros),
    st.sampled_from(ANCHORS),
    st.integers(0, 40 * 86_400_000_000),
)
quick = settings(max_examples=60, deadline=None)
#: What tore earlier drafts: an opening that ends at the midnight of the day after.
LONG = {"timezone": "Europe/Rome", "hours": {"fri": [["22:00", "48:00"]]}, "holidays": [], "special": {}}


@given(calendars(), instants)
@example(LONG, datetime(2026, 11, 28, 22, 59, tzinfo=UTC))
@settings(max_examples=200, deadline=None)
def test_open_as_the_wall_clock_says(data, instant):
    assert Calendar.from_data(data).is_open(instant) == Oracle(data).is_open(instant)


@given(calendars(), instants, st.integers(0, 2 * 24 * 60))
@quick
def test_open_time_is_the_sum_of_open_minutes(data, start, minutes):
    end = start + timedelta(minutes=minutes)
    assert Calendar.from_data(data).between(start, end) == Oracle(data).between(start, end)


@given(calendars(), instants, st.integers(1, 600))
@quick
def test_adding_walks_minute_by_minute(data, start, minutes):
    expected = Oracle(data).add(start, minutes, limit=60 * 24 * 4)
    assume(expected is not None)
    assert Calendar.from_data(data).add(start, minutes * 60) == expected


@given(calendars(), instants)
@quick
def test_the_edges_are_where_the_wall_clock_opens_and_closes(data, instant):
    calendar, oracle = Calendar.from_data(data), Oracle(data)
    minute, within = instant, 60 * 24 * 4
    states = [oracle.is_open(minute + step * MINUTE) for step in range(within)]
    assume(True in states and False in states[states.index(True) :])
    opens = states.index(True)
    closes = states.index(False, opens)
    assert calendar.next_open(instant) == instant + opens * MINUTE
    assert calendar.next_close(instant) == instant + closes * MINUTE
    assert calendar.prev_open(instant + closes * MINUTE) == instant + closes * MINUTE


@given(calendars(), exact, st.integers(-20 * 3600, 20 * 3600))
@settings(max_examples=300, deadline=None)
def test_between_undoes_add(data, start, seconds):
    calendar = Calendar.from_data(data)
    try:
        end = calendar.add(start, seconds)
    except CalendarError:
        assume(False)
    assert calendar.between(start, end) == seconds
    assert (end - start).total_seconds() * (1 if seconds > 0 else -1) >= abs(seconds)


@given(calendars(), exact, exact, exact)
@settings(max_examples=200, deadline=None)
def test_open_time_adds_up_and_never_exceeds_real_time(data, one, two, three):
    calendar = Calendar.from_data(data)
    first, second, third = sorted((one, two, three))
    whole = round(calendar.between(first, third) * 1_000_000)
    parts = [round(calendar.between(*pair) * 1_000_000) for pair in ((first, second), (second, third))]
    assert whole == sum(parts)
    assert 0 <= whole <= (third - first) // timedelta(microseconds=1)
    assert calendar.between(third, first) == -calendar.between(first, third)


@given(calendars(), exact, exact, st.integers(0, 20 * 3600), st.integers(0, 20 * 3600))
@settings(max_examples=200, deadline=None)
def test_later_or_longer_never_ends_sooner(data, one, two, short, long):
    calendar = Calendar.from_data(data)
    first, second = sorted((one, two))
    short, long = sorted((short, long))
    try:
        assert calendar.add(first, short) <= calendar.add(first, long)
        assert calendar.add(first, long) <= calendar.add(second, long)
        assert calendar.add(first, -long) <= calendar.add(first, -short)
    except CalendarError:
        assume(False)


@given(calendars(), st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(1, 60))
@quick
def test_working_days_are_counted_as_they_are_added(data, start, days):
    calendar = Calendar.from_data(data)
    try:
        end = calendar.add_working_days(start, days)
    except CalendarError:
        assume(False)
    assert calendar.is_working_day(end)
    assert calendar.working_days_between(start, end) == days


ITALY = Calendar.from_data(
    {
        "timezone": "Europe/Rome",
        "country": "IT",
        "hours": {day: [["09:00", "13:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    }
)
units = st.sampled_from(["open_hours", "calendar_days", "working_days", "months"])
rolls = st.sampled_from(["none", "festivo", "festivo_and_saturday"])


@given(exact, exact, st.integers(0, 60), st.integers(0, 60), units, rolls)
@settings(max_examples=200, deadline=None)
def test_a_longer_or_later_term_never_ends_sooner(one, two, less, more, unit, roll):
    first, second = sorted((one, two))
    less, more = sorted((less, more))
    assert count_term(first, less, unit, ITALY, roll).due <= count_term(first, more, unit, ITALY, roll).due
    assert count_term(first, more, unit, ITALY, roll).due <= count_term(second, more, unit, ITALY, roll).due


@given(exact, st.integers(1, 60), units, rolls, st.integers(0, 40), st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_standing_still_never_shortens_a_term(start, value, unit, roll, wait, still):
    plain = count_term(start, value, unit, ITALY, roll)
    stop = start + timedelta(days=wait)
    stood = count_term(start, value, unit, ITALY, roll, pauses=[Pause(stop, stop + timedelta(days=still))])
    assert plain.due <= stood.due
    for counted in (plain, stood):
        assert counted.safe_due <= counted.due
        assert counted.work_by is not None and counted.work_by <= counted.safe_due


@given(exact, st.integers(0, 400), rolls)
@settings(max_examples=200, deadline=None)
def test_calendar_days_by_a_plain_walk(start, value, roll):
    """Written another way: one day at a time, with the holidays of the law written out by hand."""
    holidays = {
        (1, 1),
        (1, 6),
        (4, 25),
        (5, 1),
        (6, 2),
        (8, 15),
        (10, 4),
        (11, 1),
        (12, 8),
        (12, 25),
        (12, 26),
    }
    easter_mondays = {date(2026, 4, 6), date(2027, 3, 29), date(2028, 4, 17)}
    day = start.astimezone(ZoneInfo("Europe/Rome")).date()
    for _ in range(value):
        day = date.fromordinal(day.toordinal() + 1)
    moved = {"none": (), "festivo": (7,), "festivo_and_saturday": (6, 7)}[roll]
    while roll != "none" and (
        day.isoweekday() in moved or (day.month, day.day) in holidays or day in easter_mondays
    ):
        day = date.fromordinal(day.toordinal() + 1)
    assert count_term(start, value, "calendar_days", ITALY, roll).due_day == day

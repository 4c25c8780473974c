"""The office of the invented municipality: lunch, holidays, nights, changes of clocks."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sportello.records.procedures.calendar import Calendar, CalendarError

ROME = ZoneInfo("Europe/Rome")
HOUR = 3600


def at(text: str, fold: int = 0) -> datetime:
    """A wall time in Rome, as UTC (to Python a local time in a repeated hour equals no other)."""
    return datetime.fromisoformat(text).replace(tzinfo=ROME, fold=fold).astimezone(UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def calendar(hours: dict | None = None, **parts) -> Calendar:
    return Calendar.from_data({"timezone": "Europe/Rome", "hours": hours or {}, **parts})


WEEK = ("mon", "tue", "wed", "thu", "fri")
#: Monday to Friday with a lunch break; Christmas, a short Christmas Eve.
URP = calendar(
    {day: [["08:30", "13:00"], ["14:30", "17:00"]] for day in WEEK},
    holidays=["2026-12-25"],
    special={"2026-12-24": [["09:00", "12:00"]]},
)
#: Every evening until two in the morning.
NIGHT = calendar({day: [["20:00", "26:00"]] for day in (*WEEK, "sat", "sun")})
#: Nights over both changes of clocks, written as people do.
SHIFT = calendar({"sat": [["22:00", "06:00"]]})
NEVER_SHUT = calendar({day: [["00:00", "24:00"]] for day in (*WEEK, "sat", "sun")})
ALWAYS = calendar(always=True)
NEVER = calendar()
ONCE = calendar(special={"2026-12-24": [["09:00", "12:00"]]})


@pytest.mark.parametrize(
    ("office", "moment", "expected"),
    [
        (URP, "2026-11-23 08:29:59", False),
        (URP, "2026-11-23 08:30", True),
        (URP, "2026-11-23 12:59:59.999999", True),
        (URP, "2026-11-23 13:00", False),  # at the closing instant it is closed
        (URP, "2026-11-23 13:45", False),  # lunch
        (URP, "2026-11-23 14:30", True),
        (URP, "2026-11-23 17:00", False),
        (URP, "2026-11-22 10:00", False),  # a Sunday
        (URP, "2026-12-24 08:45", False),  # Christmas Eve has its own hours
        (URP, "2026-12-24 11:59", True),
        (URP, "2026-12-24 15:00", False),
        (URP, "2026-12-25 10:00", False),
        (NIGHT, "2026-11-24 01:59", True),  # Monday's opening, on Tuesday's date
        (NIGHT, "2026-11-24 02:00", False),
        (NIGHT, "2026-11-24 00:00", True),
        (SHIFT, "2026-11-22 05:59", True),
        (SHIFT, "2026-11-21 05:59", False),  # Friday night is not Saturday night
        (NEVER_SHUT, "2026-11-22 00:00", True),
        (NEVER_SHUT, "2026-11-22 23:59:59", True),
        (ALWAYS, "2026-12-25 03:00", True),
        (NEVER, "2026-11-23 10:00", False),
        (ONCE, "2026-12-24 10:00", True),
        (ONCE, "2026-12-23 10:00", False),
    ],
)
def test_the_door_is_open_or_not(office, moment, expected):
    assert office.is_open(at(moment)) is expected


@pytest.mark.parametrize(
    ("office", "moment", "opens"),
    [
        (URP, "2026-11-23 10:00", "2026-11-23 10:00"),  # open: now
        (URP, "2026-11-23 07:00", "2026-11-23 08:30"),
        (URP, "2026-11-23 13:00", "2026-11-23 14:30"),
        (URP, "2026-11-20 17:00", "2026-11-23 08:30"),  # Friday evening
        (URP, "2026-12-24 12:00", "2026-12-28 08:30"),  # over Christmas and the weekend
        (NIGHT, "2026-11-24 02:00", "2026-11-24 20:00"),
        (SHIFT, "2026-11-22 06:00", "2026-11-28 22:00"),
        (ONCE, "2020-01-01 00:00", "2026-12-24 09:00"),
        (ALWAYS, "2026-12-25 03:00", "2026-12-25 03:00"),
    ],
)
def test_next_opening(office, moment, opens):
    assert office.next_open(at(moment)) == at(opens)


@pytest.mark.parametrize(
    ("office", "moment", "closes"),
    [
        (URP, "2026-11-23 10:00", "2026-11-23 13:00"),
        (URP, "2026-11-23 13:00", "2026-11-23 17:00"),
        (URP, "2026-11-23 17:00", "2026-11-24 13:00"),
        (URP, "2026-12-24 13:00", "2026-12-28 13:00"),
        (NIGHT, "2026-11-23 21:00", "2026-11-24 02:00"),  # past midnight is one opening
        (NIGHT, "2026-11-24 01:00", "2026-11-24 02:00"),
        (SHIFT, "2026-11-21 23:00", "2026-11-22 06:00"),
        (ONCE, "2026-12-01 00:00", "2026-12-24 12:00"),
        (
            calendar({"fri": [["08:00", "24:00"]], "sat": [["00:00", "12:00"]]}),
            "2026-11-27 09:00",
            "2026-11-28 12:00",
        ),
        (calendar({"fri": [["08:00", "13:00"], ["13:00", "17:00"]]}), "2026-11-27 09:00", "2026-11-27 17:00"),
        (calendar({"fri": [["08:00", "13:00"], ["12:00", "17:00"]]}), "2026-11-27 09:00", "2026-11-27 17:00"),
        (calendar(special={"2026-12-24": [["09:00", "48:00"]]}), "2026-12-24 10:00", "2026-12-26 00:00"),
    ],
)
def test_next_closing(office, moment, closes):
    assert office.next_close(at(moment)) == at(closes)


@pytest.mark.parametrize(
    ("office", "moment", "was_open"),
    [
        (URP, "2026-11-23 10:00", "2026-11-23 10:00"),
        (URP, "2026-11-23 08:30", "2026-11-23 08:30"),
        (URP, "2026-11-23 14:00", "2026-11-23 13:00"),
        (URP, "2026-11-23 08:00", "2026-11-20 17:00"),
        (URP, "2026-12-28 08:00", "2026-12-24 12:00"),
        (NIGHT, "2026-11-24 10:00", "2026-11-24 02:00"),
        (ONCE, "2027-06-01 00:00", "2026-12-24 12:00"),
        (ONCE, "2099-06-01 00:00", "2026-12-24 12:00"),
    ],
)
def test_last_time_it_was_open(office, moment, was_open):
    assert office.prev_open(at(moment)) == at(was_open)


@pytest.mark.parametrize(
    ("office", "start", "seconds", "end"),
    [
        (URP, "2026-11-23 09:00", 2 * HOUR, "2026-11-23 11:00"),
        (URP, "2026-11-23 12:00", 2 * HOUR, "2026-11-23 15:30"),  # lunch does not count
        (
            URP,
            "2026-11-23 08:30",
            7 * HOUR,
            "2026-11-23 17:00",
        ),  # a whole day ends at closing, not next morning
        (URP, "2026-11-23 08:30", 7 * HOUR + 1, "2026-11-24 08:30:01"),
        (URP, "2026-11-23 07:00", HOUR, "2026-11-23 09:30"),  # arrived before the door opened
        (URP, "2026-11-20 16:00", 2 * HOUR, "2026-11-23 09:30"),  # over the weekend
        (URP, "2026-12-23 16:00", 5 * HOUR, "2026-12-28 09:30"),  # Christmas Eve gives three hours
        (URP, "2026-11-23 13:30", 0, "2026-11-23 13:30"),  # nothing to add: nothing moves
        (URP, "2026-11-23 11:00", -2 * HOUR, "2026-11-23 09:00"),
        (URP, "2026-11-23 15:30", -2 * HOUR, "2026-11-23 12:00"),
        (URP, "2026-11-23 17:00", -7 * HOUR, "2026-11-23 08:30"),
        (URP, "2026-11-23 09:30", -2 * HOUR, "2026-11-20 16:00"),
        (URP, "2026-12-28 09:30", -5 * HOUR, "2026-12-23 16:00"),
        (URP, "2026-11-23 09:00", 0.25, "2026-11-23 09:00:00.250000"),
        (NIGHT, "2026-11-23 23:00", 4 * HOUR, "2026-11-24 21:00"),
        (NIGHT, "2026-11-24 21:00", -4 * HOUR, "2026-11-23 23:00"),
        (ONCE, "2026-01-01 00:00", 3 * HOUR, "2026-12-24 12:00"),
        (ONCE, "2027-01-01 00:00", -3 * HOUR, "2026-12-24 09:00"),
        (ALWAYS, "2026-12-25 03:00", 48 * HOUR, "2026-12-27 03:00"),
    ],
)
def test_adding_open_time(office, start, seconds, end):
    assert office.add(at(start), seconds) == at(end)


@pytest.mark.parametrize(
    ("office", "start", "end", "seconds"),
    [
        (URP, "2026-11-23 09:00", "2026-11-23 11:00", 2 * HOUR),
        (URP, "2026-11-23 12:00", "2026-11-23 15:30", 2 * HOUR),
        (URP, "2026-11-23 00:00", "2026-11-24 00:00", 7 * HOUR),
        (URP, "2026-11-23 13:00", "2026-11-23 14:30", 0),
        (URP, "2026-11-23 00:00", "2026-11-30 00:00", 35 * HOUR),
        (
            URP,
            "2026-12-21 00:00",
            "2026-12-28 00:00",
            24 * HOUR,
        ),  # Christmas week: three days and three hours
        (URP, "2026-11-23 11:00", "2026-11-23 09:00", -2 * HOUR),
        (URP, "2026-11-23 09:00:00.250000", "2026-11-23 09:00:01", 0.75),
        (NIGHT, "2026-11-23 23:00", "2026-11-24 21:00", 4 * HOUR),
        (NEVER, "2026-11-23 09:00", "2027-11-23 11:00", 0),
        (ONCE, "2020-11-23 09:00", "2030-11-23 11:00", 3 * HOUR),
        (ALWAYS, "2026-11-23 09:00", "2026-11-24 11:00", 26 * HOUR),
        (NEVER_SHUT, "2026-11-23 09:00", "2026-11-24 11:00", 26 * HOUR),
    ],
)
def test_open_time_between(office, start, end, seconds):
    assert office.between(at(start), at(end)) == seconds


class TestTheNightTheClocksChange:
    """Italy: 29 March 2026, 02:00 becomes 03:00; 25 October 2026, 03:00 becomes 02:00 again."""

    def test_a_night_shift_in_spring_lasts_seven_hours(self):
        assert SHIFT.between(at("2026-03-28 12:00"), at("2026-03-29 12:00")) == 7 * HOUR
        assert SHIFT.add(at("2026-03-28 22:00"), 5 * HOUR) == at("2026-03-29 04:00")
        assert SHIFT.add(at("2026-03-29 06:00"), -5 * HOUR) == at("2026-03-29 00:00")

    def test_a_night_shift_in_autumn_lasts_nine_hours(self):
        assert SHIFT.between(at("2026-10-24 12:00"), at("2026-10-25 12:00")) == 9 * HOUR
        assert SHIFT.add(at("2026-10-24 22:00"), 5 * HOUR) == at("2026-10-25 02:00", fold=1)
        assert SHIFT.add(at("2026-10-25 06:00"), -5 * HOUR) == at("2026-10-25 02:00")

    def test_both_readings_of_the_repeated_hour_are_open(self):
        assert SHIFT.is_open(at("2026-10-25 02:30"))
        assert SHIFT.is_open(at("2026-10-25 02:30", fold=1))
        assert SHIFT.between(at("2026-10-25 02:30"), at("2026-10-25 02:30", fold=1)) == HOUR

    def test_a_day_of_round_the_clock_has_23_and_25_hours(self):
        for office in (ALWAYS, NEVER_SHUT):
            assert office.between(at("2026-03-29"), at("2026-03-30")) == 23 * HOUR
            assert office.between(at("2026-10-25"), at("2026-10-26")) == 25 * HOUR

    def test_an_office_by_day_does_not_notice(self):
        assert URP.add(at("2026-03-27 16:00"), 2 * HOUR) == at("2026-03-30 09:30")
        assert URP.add(at("2026-10-23 16:00"), 2 * HOUR) == at("2026-10-26 09:30")

    def test_a_time_that_is_skipped_is_an_hour_later_on_the_new_clock(self):
        office = calendar({"sun": [["02:30", "05:00"]]})
        assert office.next_open(at("2026-03-29 00:00")) == utc("2026-03-29 01:30")  # 03:30 summer time
        assert office.between(at("2026-03-29 00:00"), at("2026-03-30 00:00")) == 1.5 * HOUR

    def test_a_time_that_is_read_twice_is_its_first_reading(self):
        office = calendar({"sun": [["02:30", "05:00"]]})
        assert office.next_open(at("2026-10-25 00:00")) == utc("2026-10-25 00:30")
        assert office.between(at("2026-10-25 00:00"), at("2026-10-26 00:00")) == 3.5 * HOUR
        early = calendar({"sun": [["00:00", "02:30"]]})
        assert early.next_close(at("2026-10-25 00:00")) == utc("2026-10-25 00:30")

    def test_an_opening_swallowed_by_the_change_is_no_opening(self):
        office = calendar({"sun": [["02:10", "03:05"]]})
        assert office.between(at("2026-03-29 00:00"), at("2026-03-30 00:00")) == 0
        assert office.next_open(at("2026-03-29 00:00")) == at("2026-04-05 02:10")

    def test_midnight_itself_may_be_repeated_or_skipped(self):
        """Havana goes from 01:00 back to 00:00 in autumn and from 00:00 to 01:00 in spring."""
        havana = ZoneInfo("America/Havana")
        office = Calendar.from_data({"timezone": "America/Havana", "hours": {"sun": [["00:00", "24:00"]]}})
        autumn = [datetime(2026, 11, day, tzinfo=havana) for day in (1, 2)]
        spring = [datetime(2026, 3, day, tzinfo=havana) for day in (8, 9)]
        assert office.between(*autumn) == 25 * HOUR
        assert office.between(*spring) == 23 * HOUR
        assert office.is_open(datetime(2026, 11, 1, 0, 30, tzinfo=havana, fold=1))


class TestWorkingDays:
    def test_a_day_is_working_when_the_office_opens_on_it(self):
        assert URP.is_working_day(date(2026, 11, 23))
        assert not URP.is_working_day(date(2026, 11, 22))
        assert URP.is_working_day(date(2026, 12, 24)), "a short day is a day"
        assert not URP.is_working_day(date(2026, 12, 25))
        assert URP.is_working_day(at("2026-11-23 23:59")), "an instant stands for its local date"
        assert not URP.is_working_day(utc("2026-11-20T23:30:00")), "already Saturday in Rome"
        assert ALWAYS.is_working_day(date(2026, 12, 25))
        assert not NEVER.is_working_day(date(2026, 11, 23))

    @pytest.mark.parametrize(
        ("start", "days", "end"),
        [
            (date(2026, 11, 23), 1, date(2026, 11, 24)),
            (date(2026, 11, 20), 1, date(2026, 11, 23)),
            (date(2026, 11, 21), 1, date(2026, 11, 23)),  # from a Saturday
            (date(2026, 12, 23), 2, date(2026, 12, 28)),
            (date(2026, 11, 23), -1, date(2026, 11, 20)),
            (date(2026, 11, 22), 0, date(2026, 11, 22)),
            (date(2026, 11, 23), 250, date(2027, 11, 9)),
        ],
    )
    def test_adding_working_days(self, start, days, end):
        assert URP.add_working_days(start, days) == end
        assert URP.working_days_between(start, end) == days

    def test_going_back_from_a_sunday_the_first_day_is_friday(self):
        assert URP.add_working_days(date(2026, 11, 22), -1) == date(2026, 11, 20)

    def test_an_instant_keeps_its_time_of_day_over_the_change_of_clocks(self):
        assert URP.add_working_days(at("2026-10-23 10:00"), 1) == at("2026-10-26 10:00")
        assert URP.add_working_days(utc("2026-10-23T08:00:00"), 1) == utc("2026-10-26T09:00:00")

    def test_working_days_back_from_a_later_day_are_negative(self):
        assert URP.working_days_between(date(2026, 11, 30), date(2026, 11, 23)) == -5

    def test_a_special_opening_wins_over_a_holiday(self):
        office = calendar(
            {"fri": [["09:00", "12:00"]]},
            holidays=["2026-12-25"],
            special={"2026-12-25": [["10:00", "11:00"]]},
        )
        assert office.is_working_day(date(2026, 12, 25))
        assert office.between(at("2026-12-25"), at("2026-12-26")) == HOUR

    def test_a_holiday_does_not_cut_the_night_that_began_before_it(self):
        office = calendar({"thu": [["22:00", "04:00"]], "fri": [["09:00", "12:00"]]}, holidays=["2026-12-25"])
        assert office.is_open(at("2026-12-25 03:00"))
        assert office.between(at("2026-12-25"), at("2026-12-26")) == 4 * HOUR

    def test_the_patron_saint_closes_the_office_every_year(self):
        milan = calendar({day: [["09:00", "13:00"]] for day in WEEK}, local_days=["12-07"])
        assert not milan.is_working_day(date(2026, 12, 7))
        assert not milan.is_working_day(date(2027, 12, 7))
        assert milan.holiday_name(date(2026, 12, 7)) is None, "a patron is no holiday of the State"

    def test_national_holidays_are_computed_for_every_year(self):
        italy = calendar({day: [["09:00", "13:00"]] for day in WEEK}, country="IT")
        assert not italy.is_working_day(date(2027, 3, 29)), "Easter Monday"
        assert not italy.is_working_day(date(2041, 4, 22)), "Easter Monday, far off"
        assert "San Francesco" in italy.holiday_name(date(2027, 10, 4))
        assert "Francis" in italy.holiday_name(date(2027, 10, 4), "en")
        assert italy.holiday_name(date(2025, 10, 4)) is None, "4 October is a holiday from 2026 (L. 151/2025)"


class TestNoAnswer:
    @pytest.mark.parametrize(
        "ask",
        [
            lambda: NEVER.add(at("2026-11-23 09:00"), 1),
            lambda: NEVER.add(at("2026-11-23 09:00"), -1),
            lambda: NEVER.next_open(at("2026-11-23 09:00")),
            lambda: NEVER.next_close(at("2026-11-23 09:00")),
            lambda: NEVER.prev_open(at("2026-11-23 09:00")),
            lambda: NEVER.add_working_days(date(2026, 11, 23), 1),
            lambda: ONCE.next_open(at("2026-12-24 12:00")),
            lambda: ONCE.next_close(at("2026-12-24 12:00")),
            lambda: ONCE.prev_open(at("2026-12-24 08:00")),
            lambda: ONCE.add(at("2026-01-01 00:00"), 3 * HOUR + 1),
            lambda: ONCE.add_working_days(date(2026, 12, 24), 1),
            lambda: ALWAYS.next_close(at("2026-12-24 12:00")),
            lambda: NEVER_SHUT.next_close(at("2026-12-24 12:00")),
        ],
    )
    def test_a_calendar_that_never_opens_or_closes_says_so(self, ask):
        with pytest.raises(CalendarError, match="This calendar never"):
            ask()

    @pytest.mark.parametrize(
        "ask",
        [
            lambda: URP.add(at("2026-11-23 09:00"), 1e18),
            lambda: URP.add(at("2026-11-23 09:00"), -1e18),
            lambda: URP.add(at("2026-11-23 09:00"), 90 * 365 * 24 * HOUR),
            lambda: URP.between(at("1900-11-23 09:00"), at("2026-11-23 09:00")),
            lambda: URP.working_days_between(date(1900, 1, 1), date(2026, 1, 1)),
            lambda: URP.add_working_days(date(2026, 1, 1), 10**9),
            lambda: URP.is_working_day(date(9999, 12, 31)),
        ],
    )
    def test_what_is_too_far_says_so(self, ask):
        with pytest.raises(CalendarError, match="beyond the 100 years"):
            ask()

    def test_an_instant_without_time_zone_is_refused(self):
        with pytest.raises(CalendarError, match="needs its time zone"):
            URP.is_open(datetime(2026, 11, 23, 9))

    @pytest.mark.parametrize("seconds", [float("nan"), float("inf"), float("-inf")])
    def test_what_is_no_number_of_seconds_is_refused(self, seconds):
        with pytest.raises(CalendarError, match="not a number of seconds"):
            URP.add(at("2026-11-23 09:00"), seconds)

    def test_years_at_the_edge_of_python_are_refused(self):
        for instant in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
            with pytest.raises(CalendarError, match="outside the years"):
                URP.next_open(instant)


def test_answers_are_in_utc_so_that_the_repeated_hour_compares_rightly():
    first, second = (
        SHIFT.add(at("2026-10-24 22:00"), 4.5 * HOUR),
        SHIFT.add(at("2026-10-24 22:00"), 5.5 * HOUR),
    )
    assert second - first == timedelta(hours=1)
    assert first.tzinfo is UTC and second.tzinfo is UTC


def test_ten_years_of_open_time_are_added_and_measured_by_days():
    start, calls = at("2026-11-23 08:30"), Counter()
    sys.setprofile(lambda _frame, event, _what: calls.update([event]))
    try:
        end = URP.add(start, 10 * 52 * 35 * HOUR)
        measured = URP.between(start, end)
    finally:
        sys.setprofile(None)
    assert measured == 10 * 52 * 35 * HOUR
    assert end.year == 2036
    assert calls["call"] < 2 * 3_652 * 20, "a few steps for each of the days, none for an hour or a minute"

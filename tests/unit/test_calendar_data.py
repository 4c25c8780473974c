"""Elena, the administrator, writes the opening hours; what is wrong is said where it is, all at once."""

from __future__ import annotations

import pytest

from sportello.records.procedures.calendar import Calendar, CalendarDataError

GOOD = {
    "timezone": "Europe/Rome",
    "hours": {
        "mon": [["08:30", "13:00"], ["14:30", "17:00"]],
        "sat": [["20:00", "26:00"]],
        "sun": [["08:00", "24:00"]],
    },
    "holidays": ["2026-12-25"],
    "special": {"2026-12-24": [["09:00", "12:00"]], "2026-12-31": []},
    "always": False,
}


def test_good_data_come_back_as_they_were():
    calendar = Calendar.from_data(GOOD)
    assert calendar.to_data() == {**GOOD, "country": "", "local_days": []}
    assert Calendar.from_data(calendar.to_data()) == calendar
    assert hash(Calendar.from_data(calendar.to_data())) == hash(calendar)


def test_parts_may_be_left_out_or_null():
    assert Calendar.from_data({"timezone": "UTC"}) == Calendar.from_data(
        {"timezone": "UTC", "hours": None, "holidays": None, "special": None, "always": None}
    )


def test_an_end_before_the_start_is_the_next_day():
    short, long = ({"timezone": "UTC", "hours": {"mon": [["22:00", end]]}} for end in ("02:00", "26:00"))
    assert Calendar.from_data(short) == Calendar.from_data(long)
    whole = Calendar.from_data({"timezone": "UTC", "hours": {"mon": [["00:00", "00:00"]]}})
    assert whole == Calendar.from_data({"timezone": "UTC", "hours": {"mon": [["00:00", "24:00"]]}})


@pytest.mark.parametrize(
    ("part", "code", "where", "sentence"),
    [
        ({"timezone": None}, "no_timezone", "timezone", "missing"),
        ({"timezone": "Europe/Atlantis"}, "unknown_timezone", "timezone", "Europe/Atlantis"),
        ({"timezone": "../etc/passwd"}, "unknown_timezone", "timezone", "not known"),
        ({"timezone": "/etc/localtime"}, "unknown_timezone", "timezone", "not known"),
        ({"timezone": 7}, "unknown_timezone", "timezone", "not known"),
        ({"hours": [["08:30", "13:00"]]}, "bad_hours", "hours", "by weekday"),
        ({"hours": {"monday": []}}, "unknown_weekday", "hours.monday", "not a weekday"),
        ({"hours": {"mon": "08:30-13:00"}}, "bad_intervals", "hours.mon", "list of at most"),
        ({"hours": {"mon": [["08:30", "13:00"]] * 25}}, "bad_intervals", "hours.mon", "at most 24"),
        ({"hours": {"mon": ["08:30"]}}, "bad_interval", "hours.mon[0]", "pair of times"),
        ({"hours": {"mon": [["08:30", "13:00", "14:00"]]}}, "bad_interval", "hours.mon[0]", "pair of times"),
        ({"hours": {"mon": [["08:30", "13:60"]]}}, "bad_time", "hours.mon[0]", "13:60"),
        ({"hours": {"mon": [["8.30", "13:00"]]}}, "bad_time", "hours.mon[0]", "8.30"),
        ({"hours": {"mon": [["08:30", "48:01"]]}}, "bad_time", "hours.mon[0]", "48:01"),
        ({"hours": {"mon": [["08:30", None]]}}, "bad_time", "hours.mon[0]", "not a time"),
        (
            {"hours": {"tue": [["09:00", "10:00"], ["24:00", "26:00"]]}},
            "bad_start",
            "hours.tue[1]",
            "next day",
        ),
        ({"holidays": "2026-12-25"}, "bad_holidays", "holidays", "list"),
        ({"holidays": ["25/12/2026"]}, "bad_date", "holidays[0]", "25/12/2026"),
        ({"holidays": ["2026-12-25", "2026-02-30"]}, "bad_date", "holidays[1]", "2026-02-30"),
        ({"holidays": [20261225]}, "bad_date", "holidays[0]", "year-month-day"),
        ({"holidays": ["2026-W52-5"]}, "bad_date", "holidays[0]", "year-month-day"),
        ({"special": []}, "bad_special", "special", "object"),
        ({"special": {"tomorrow": []}}, "bad_date", "special.tomorrow", "tomorrow"),
        ({"special": {"2026-12-24": [["9", "12:00"]]}}, "bad_time", "special.2026-12-24[0]", "“9”"),
        ({"always": "yes"}, "bad_always", "always", "true or false"),
        ({"country": "FR"}, "unknown_country", "country", "FR"),
        ({"local_days": "12-07"}, "bad_local_days", "local_days", "list"),
        ({"local_days": ["2026-12-07"]}, "bad_local_day", "local_days[0]", "month-day"),
        ({"local_days": ["13-01"]}, "bad_local_day", "local_days[0]", "13-01"),
        ({"openings": {}}, "unknown_key", "openings", "openings"),
    ],
)
def test_what_is_wrong_is_said_where_it_is_wrong(part, code, where, sentence):
    with pytest.raises(CalendarDataError) as refused:
        Calendar.from_data({"timezone": "Europe/Rome", **part})
    (problem,) = refused.value.problems
    assert (problem.code, problem.where) == (code, where)
    assert sentence in problem.sentence
    assert problem.sentence.endswith(".")


def test_everything_wrong_is_said_at_once():
    with pytest.raises(CalendarDataError) as refused:
        Calendar.from_data({"hours": {"mon": [["x", "y"]]}, "holidays": ["never"]})
    assert [problem.code for problem in refused.value.problems] == [
        "no_timezone",
        "bad_time",
        "bad_time",
        "bad_date",
    ]
    assert "“never” is not a date" in str(refused.value)


@pytest.mark.parametrize("data", [None, [], "Europe/Rome", 3])
def test_what_is_no_object_is_refused(data):
    with pytest.raises(CalendarDataError, match="A calendar is an object"):
        Calendar.from_data(data)


def test_29_february_may_be_a_local_day():
    calendar = Calendar.from_data({"timezone": "UTC", "local_days": ["02-29"]})
    assert calendar.data.local_days == {(2, 29)}

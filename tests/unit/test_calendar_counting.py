"""Terms of law and of the house: when they end, and why.

Maria Popescu asks at different counters; Carla, the supervisor, checks the dates on a paper calendar.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from sportello.records.procedures.calendar import Calendar, CalendarError
from sportello.records.procedures.counting import (
    LINES,
    Pause,
    Roll,
    Unit,
    add_days,
    add_months,
    count_term,
    month_after,
    roll_day,
)
from sportello.records.procedures.holidays_it import local_holidays, national_holidays, provinces

ROME = ZoneInfo("Europe/Rome")
HOURS = {day: [["08:30", "13:00"], ["14:30", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
ITALY = Calendar.from_data({"timezone": "Europe/Rome", "hours": HOURS, "country": "IT"})
#: An office in Milan, closed for its patron; by default the patron moves no term.
MILAN = Calendar.from_data(
    {"timezone": "Europe/Rome", "hours": HOURS, "country": "IT", "local_days": ["12-07"]}
)
#: The same, where the office holds the patron for a holiday of the law.
MILAN_COUNTED = Calendar.from_data(
    {"timezone": "Europe/Rome", "hours": HOURS, "country": "IT", "holidays": ["2026-12-07"]}
)


def on(text: str, time: str = "10:15") -> datetime:
    return datetime.fromisoformat(f"{text}T{time}").replace(tzinfo=ROME).astimezone(UTC)


def local(instant: datetime) -> str:
    return instant.astimezone(ROME).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("case", "calendar", "received", "value", "unit", "roll", "nominal", "end"),
    [
        (
            "L. 241: the new holiday, a Sunday this year",
            ITALY,
            "2026-09-04",
            30,
            "calendar_days",
            "festivo",
            "2026-10-04",
            "2026-10-05",
        ),
        (
            "L. 241: a Saturday is an ordinary day",
            ITALY,
            "2026-11-05",
            30,
            "calendar_days",
            "festivo",
            "2026-12-05",
            "2026-12-05",
        ),
        (
            "payment complaint, 15 working days",
            ITALY,
            "2026-12-01",
            15,
            "working_days",
            "none",
            "2026-12-23",
            "2026-12-23",
        ),
        (
            "the same with Milan's patron closed only",
            MILAN,
            "2026-12-01",
            15,
            "working_days",
            "none",
            "2026-12-23",
            "2026-12-23",
        ),
        (
            "the same with Milan's patron counted",
            MILAN_COUNTED,
            "2026-12-01",
            15,
            "working_days",
            "none",
            "2026-12-24",
            "2026-12-24",
        ),
        (
            "payment complaint, ceiling",
            ITALY,
            "2026-12-01",
            35,
            "working_days",
            "none",
            "2027-01-25",
            "2027-01-25",
        ),
        (
            "water, 30 working days",
            ITALY,
            "2026-11-23",
            30,
            "working_days",
            "none",
            "2027-01-08",
            "2027-01-08",
        ),
        (
            "water in Milan, patron counted",
            MILAN_COUNTED,
            "2026-11-23",
            30,
            "working_days",
            "none",
            "2027-01-11",
            "2027-01-11",
        ),
        (
            "bank, 60 calendar days",
            ITALY,
            "2026-11-23",
            60,
            "calendar_days",
            "festivo",
            "2027-01-22",
            "2027-01-22",
        ),
        (
            "GDPR, one month into a short one",
            ITALY,
            "2027-01-31",
            1,
            "months",
            "festivo_and_saturday",
            "2027-02-28",
            "2027-03-01",
        ),
        (
            "GDPR, EDPB's example",
            ITALY,
            "2027-03-04",
            1,
            "months",
            "festivo_and_saturday",
            "2027-04-04",
            "2027-04-05",
        ),
        (
            "withdrawal over Christmas",
            ITALY,
            "2026-12-11",
            14,
            "calendar_days",
            "festivo_and_saturday",
            "2026-12-25",
            "2026-12-28",
        ),
        (
            "the same by Italian rule stops on the first day that is no holiday",
            ITALY,
            "2026-12-11",
            14,
            "calendar_days",
            "festivo",
            "2026-12-25",
            "2026-12-28",
        ),
        (
            "a European term on a Saturday",
            ITALY,
            "2026-11-05",
            30,
            "calendar_days",
            "festivo_and_saturday",
            "2026-12-05",
            "2026-12-07",
        ),
        (
            "a term that stops where it falls",
            ITALY,
            "2026-09-04",
            30,
            "calendar_days",
            "none",
            "2026-10-04",
            "2026-10-04",
        ),
        (
            "4 October 2025 was no holiday, and a Saturday",
            ITALY,
            "2025-09-04",
            30,
            "calendar_days",
            "festivo",
            "2025-10-04",
            "2025-10-04",
        ),
        (
            "4 October 2027 is a holiday, and a Monday",
            ITALY,
            "2027-09-04",
            30,
            "calendar_days",
            "festivo",
            "2027-10-04",
            "2027-10-05",
        ),
        (
            "Easter: Sunday and Monday",
            ITALY,
            "2027-02-26",
            30,
            "calendar_days",
            "festivo",
            "2027-03-28",
            "2027-03-30",
        ),
        ("a leap day", ITALY, "2028-01-31", 1, "months", "none", "2028-02-29", "2028-02-29"),
        (
            "a year of months from a leap day",
            ITALY,
            "2028-02-29",
            12,
            "months",
            "none",
            "2029-02-28",
            "2029-02-28",
        ),
        ("two years of guarantee", ITALY, "2026-11-23", 24, "months", "none", "2028-11-23", "2028-11-23"),
        ("one day", ITALY, "2026-11-23", 1, "calendar_days", "festivo", "2026-11-24", "2026-11-24"),
        (
            "no day at all: the day itself",
            ITALY,
            "2026-11-23",
            0,
            "calendar_days",
            "festivo",
            "2026-11-23",
            "2026-11-23",
        ),
        (
            "one working day from a Saturday",
            ITALY,
            "2026-11-21",
            1,
            "working_days",
            "festivo",
            "2026-11-23",
            "2026-11-23",
        ),
    ],
)
def test_when_a_term_ends(case, calendar, received, value, unit, roll, nominal, end):
    counted = count_term(on(received), value, unit, calendar, roll)
    assert (str(counted.safe_day), str(counted.due_day)) == (nominal, end), case
    assert local(counted.safe_due) == f"{nominal} 23:59:59"
    assert local(counted.due) == f"{end} 23:59:59"


@pytest.mark.parametrize(
    ("case", "pauses", "nominal", "end"),
    [
        ("art. 2 par. 7: stopped after ten days", [("2026-09-11", "2026-09-25")], "2026-10-15", "2026-10-15"),
        ("art. 10-bis with observations", [("2026-09-21", "2026-10-08")], "2026-10-18", "2026-10-19"),
        ("art. 10-bis without", [("2026-09-21", "2026-10-01")], "2026-10-11", "2026-10-12"),
        (
            "two, told in the wrong order",
            [("2026-09-21", "2026-09-25"), ("2026-09-11", "2026-09-15")],
            "2026-10-09",
            "2026-10-09",
        ),
        (
            "two that overlap stand still once",
            [("2026-09-11", "2026-09-20"), ("2026-09-15", "2026-09-25")],
            "2026-10-15",
            "2026-10-15",
        ),
        (
            "one inside another",
            [("2026-09-11", "2026-09-25"), ("2026-09-15", "2026-09-20")],
            "2026-10-15",
            "2026-10-15",
        ),
        ("one that began before the term", [("2026-08-20", "2026-09-05")], "2026-10-05", "2026-10-05"),
        ("one over before the term", [("2026-08-01", "2026-08-20")], "2026-10-01", "2026-10-01"),
        ("one after the end", [("2026-10-02", "2026-10-20")], "2026-10-01", "2026-10-01"),
        ("one that ends where it begins", [("2026-09-11", "2026-09-11")], "2026-10-01", "2026-10-01"),
    ],
)
def test_suspensions_keep_what_was_used(case, pauses, nominal, end):
    """Maria's request of 1 September 2026, thirty days: without a suspension it ends on 1 October."""
    stops = [Pause(on(stop), on(restart), "facts_not_held") for stop, restart in pauses]
    counted = count_term(on("2026-09-01"), 30, Unit.CALENDAR_DAYS, ITALY, Roll.HOLIDAY, pauses=stops)
    assert (str(counted.safe_day), str(counted.due_day)) == (nominal, end), case


def test_a_suspension_of_working_days_keeps_working_days():
    pause = Pause(on("2026-11-27"), on("2026-12-04"))
    counted = count_term(on("2026-11-23"), 10, "working_days", ITALY, "none", pauses=[pause])
    # four used up to Friday the 27th; six left from Monday 7 December, Tuesday the 8th is a holiday
    assert str(counted.due_day) == "2026-12-15"
    assert dict(counted.lines)["suspended"]["left"] == 6


def test_a_suspension_of_months_moves_the_end_by_the_days_that_stood_still():
    counted = count_term(
        on("2026-11-10"), 1, "months", ITALY, "none", pauses=[Pause(on("2026-11-20"), on("2026-11-30"))]
    )
    assert str(counted.due_day) == "2026-12-20"


class TestOpenHours:
    def test_eight_hours_are_counted_through_lunch_and_night(self):
        counted = count_term(on("2026-11-23", "16:00"), 8, Unit.OPEN_HOURS, ITALY)
        assert local(counted.due) == "2026-11-24 17:00:00"
        assert counted.due == counted.safe_due == counted.work_by

    def test_half_an_hour_is_a_term_too(self):
        assert (
            local(count_term(on("2026-11-23", "16:45"), 0.5, "open_hours", ITALY).due)
            == "2026-11-24 08:45:00"
        )

    def test_a_suspension_gives_back_the_open_time_that_was_left(self):
        pauses = [Pause(on("2026-11-23", "11:00"), on("2026-11-25", "09:00"), "waiting_customer")]
        counted = count_term(on("2026-11-23", "09:00"), 4, "open_hours", ITALY, pauses=pauses)
        assert local(counted.due) == "2026-11-25 11:00:00"
        code, facts = counted.lines[2]
        assert (code, facts["left"], facts["cause"]) == ("suspended_hours", 7200, "waiting_customer")

    def test_a_suspension_after_the_end_changes_nothing(self):
        pauses = [Pause(on("2026-11-24", "11:00"), on("2026-11-25", "09:00"))]
        counted = count_term(on("2026-11-23", "09:00"), 4, "open_hours", ITALY, pauses=pauses)
        assert local(counted.due) == "2026-11-23 13:00:00"


class TestWhy:
    def test_every_step_is_told(self):
        counted = count_term(on("2027-09-03"), 31, "calendar_days", ITALY, "festivo")
        assert counted.lines == (
            ("from_excluded", {"day": "2027-09-03"}),
            ("count", {"value": 31, "unit": "calendar_days", "day": "2027-10-04"}),
            (
                "is_holiday",
                {"day": "2027-10-04", "name": "Festa nazionale di San Francesco d'Assisi, patrono d'Italia"},
            ),
            ("moves_to", {"day": "2027-10-05"}),
            ("ends", {"day": "2027-10-05", "instant": "2027-10-05T21:59:59+00:00"}),
        )

    def test_every_day_that_moves_the_end_is_told(self):
        codes = [
            code
            for code, _ in count_term(
                on("2026-12-11"), 14, "calendar_days", ITALY, "festivo_and_saturday"
            ).lines
        ]
        assert codes == [
            "from_excluded",
            "count",
            "is_holiday",
            "is_holiday",
            "is_sunday",
            "moves_to",
            "ends",
        ]

    def test_a_saturday_that_stays_is_told_because_people_ask(self):
        assert ("saturday_counts", {"day": "2026-12-05"}) in count_term(
            on("2026-11-05"), 30, "calendar_days", ITALY, "festivo"
        ).lines

    def test_a_saturday_that_moves_is_told(self):
        assert ("is_saturday", {"day": "2026-12-05"}) in count_term(
            on("2026-11-05"), 30, "calendar_days", ITALY, "festivo_and_saturday"
        ).lines

    def test_holidays_left_out_of_working_days_are_listed(self):
        lines = dict(count_term(on("2026-12-01"), 35, "working_days", ITALY, "none").lines)
        assert lines["skipped"]["days"] == ["2026-12-08", "2026-12-25", "2027-01-01", "2027-01-06"]

    def test_every_line_has_a_known_code_and_exactly_its_facts(self):
        pauses = [Pause(on("2026-12-09"), on("2026-12-12"))]
        for unit in Unit:
            for roll in Roll:
                for calendar in (ITALY, MILAN_COUNTED):
                    for code, facts in count_term(
                        on("2026-12-05"), 20, unit, calendar, roll, pauses=pauses
                    ).lines:
                        assert tuple(facts) == LINES[code]


class TestWhoIsThereToDoIt:
    def test_the_last_hour_of_work_before_a_sunday_is_friday_evening(self):
        counted = count_term(on("2026-09-04"), 30, "calendar_days", ITALY)
        assert local(counted.work_by) == "2026-10-02 17:00:00"

    def test_on_an_ordinary_day_it_is_closing_time(self):
        assert local(count_term(on("2026-11-23"), 1, "calendar_days", ITALY).work_by) == "2026-11-24 17:00:00"

    def test_a_calendar_without_hours_counts_days_all_the_same(self):
        empty = Calendar.from_data({"timezone": "Europe/Rome", "country": "IT"})
        counted = count_term(on("2026-09-04"), 30, "calendar_days", empty)
        assert str(counted.due_day) == "2026-10-05"
        assert counted.work_by is None


class TestTheDayOfTheEvent:
    def test_it_is_the_local_one(self):
        """Half past midnight in Rome is still the day before in UTC."""
        assert str(count_term(on("2026-11-24", "00:30"), 1, "calendar_days", ITALY).due_day) == "2026-11-25"
        assert str(count_term(on("2026-11-23", "23:59"), 1, "calendar_days", ITALY).due_day) == "2026-11-24"

    def test_a_term_over_the_change_of_clocks_ends_at_local_midnight(self):
        counted = count_term(on("2026-10-20"), 10, "calendar_days", ITALY)
        assert counted.due == datetime(2026, 10, 30, 22, 59, 59, tzinfo=UTC)
        assert count_term(on("2026-10-14"), 10, "calendar_days", ITALY).due == datetime(
            2026, 10, 24, 21, 59, 59, tzinfo=UTC
        )


class TestHouseTerms:
    def test_a_shop_that_opens_on_saturdays_may_count_them(self):
        shop = Calendar.from_data(
            {
                "timezone": "Europe/Rome",
                "country": "IT",
                "hours": {day: [["10:00", "19:00"]] for day in ("thu", "fri", "sat")},
            }
        )
        law = count_term(on("2026-11-19"), 3, "working_days", shop, "none")
        house = count_term(on("2026-11-19"), 3, "working_days", shop, "none", office_days=True)
        assert str(law.due_day) == "2026-11-24"  # Friday, Monday, Tuesday
        assert str(house.due_day) == "2026-11-26"  # Friday, Saturday, Thursday


class TestDaysAlone:
    def test_rolling(self):
        assert roll_day(date(2026, 12, 25), Roll.HOLIDAY, ITALY) == date(2026, 12, 28)
        assert roll_day(date(2026, 12, 25), Roll.NONE, ITALY) == date(2026, 12, 25)
        assert add_days(date(2026, 9, 4), 30, Roll.HOLIDAY, ITALY) == date(2026, 10, 5)
        assert add_months(date(2027, 1, 31), 1, Roll.HOLIDAY_SATURDAY, ITALY) == date(2027, 3, 1)

    @pytest.mark.parametrize(
        ("day", "months", "end"),
        [
            (date(2026, 8, 31), 1, date(2026, 9, 30)),
            (date(2026, 12, 31), 2, date(2027, 2, 28)),
            (date(2026, 12, 31), 14, date(2028, 2, 29)),
            (date(2026, 3, 31), -1, date(2026, 2, 28)),
            (date(2026, 1, 15), -1, date(2025, 12, 15)),
            (date(2026, 1, 1), 0, date(2026, 1, 1)),
        ],
    )
    def test_months(self, day, months, end):
        assert month_after(day, months) == end


class TestRefusals:
    @pytest.mark.parametrize(
        ("value", "unit", "roll"),
        [
            (-1, "calendar_days", "festivo"),
            (1.5, "calendar_days", "festivo"),
            (1.5, "months", "none"),
            (float("nan"), "open_hours", "none"),
            (10**9, "working_days", "none"),
            (1, "fortnights", "none"),
            (1, "months", "sometimes"),
        ],
    )
    def test_a_term_that_makes_no_sense_is_refused(self, value, unit, roll):
        with pytest.raises(CalendarError, match="cannot be counted"):
            count_term(on("2026-11-23"), value, unit, ITALY, roll)

    def test_hours_in_an_office_that_never_opens(self):
        with pytest.raises(CalendarError, match="never"):
            count_term(on("2026-11-23"), 1, "open_hours", Calendar.from_data({"timezone": "Europe/Rome"}))

    def test_months_to_the_end_of_time(self):
        with pytest.raises(CalendarError, match=r"outside the years|beyond the"):
            count_term(datetime(9000, 1, 1, tzinfo=UTC), 36_000, "months", ITALY)

    def test_a_start_without_time_zone(self):
        with pytest.raises(CalendarError, match="time zone"):
            count_term(datetime(2026, 11, 23), 1, "calendar_days", ITALY)


class TestItalianHolidays:
    #: L. 260/1949 as amended, and L. 151/2025 for 4 October.
    FIXED = (
        "01-01",
        "01-06",
        "04-25",
        "05-01",
        "06-02",
        "08-15",
        "10-04",
        "11-01",
        "12-08",
        "12-25",
        "12-26",
    )

    @pytest.mark.parametrize(
        ("year", "easter_monday"),
        [
            (2026, "04-06"),
            (2027, "03-29"),
            (2028, "04-17"),
            (2029, "04-02"),
            (2030, "04-22"),
            (2038, "04-26"),
        ],
    )
    def test_twelve_days(self, year, easter_monday):
        expected = sorted(f"{year}-{day}" for day in (*self.FIXED, easter_monday))
        assert [str(day) for day in national_holidays(year)] == expected

    def test_the_weekdays_of_2027(self):
        assert [f"{day:%m-%d}" for day in national_holidays(2027) if day.weekday() < 5] == [
            "01-01",
            "01-06",
            "03-29",
            "06-02",
            "10-04",
            "11-01",
            "12-08",
        ]

    def test_before_2026_the_fourth_of_october_was_a_day_like_others(self):
        assert date(2025, 10, 4) not in national_holidays(2025)

    def test_names_in_both_languages(self):
        assert national_holidays(2026)[date(2026, 11, 1)] == "Ognissanti"
        assert national_holidays(2026, "en")[date(2026, 11, 1)] == "All Saints' Day"

    @pytest.mark.parametrize(
        ("province", "day"),
        [
            ("MI", "12-07"),
            ("RM", "06-29"),
            ("TO", "06-24"),
            ("NA", "09-19"),
            ("PA", "07-15"),
            ("TN", "06-26"),
            ("VE", "11-21"),
            ("BA", "12-06"),
        ],
    )
    def test_patron_saints_of_provincial_capitals(self, province, day):
        assert f"2026-{day}" in [str(each) for each in local_holidays(2026, province)]

    def test_whit_monday_in_south_tyrol(self):
        assert date(2026, 5, 25) in local_holidays(2026, "BZ")

    def test_an_unknown_province_is_refused(self):
        with pytest.raises(ValueError, match="not an Italian province"):
            local_holidays(2026, "XX")
        assert len(provinces()) > 100

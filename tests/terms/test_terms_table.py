"""Terms, one table: the product's count against a walk of the days (`walker`), for every pack and every rule."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sportello.records.procedures import packs
from sportello.records.procedures.calendar import Calendar
from sportello.records.procedures.counting import Pause, count_term
from sportello.records.procedures.reckoning import Happening, ReckoningError, reckon

from .walker import DAY, closed_by_law, easter, holiday, walk

ROME = ZoneInfo("Europe/Rome")
ITALY = Calendar.from_data({"timezone": "Europe/Rome", "country": "IT", "hours": {"mon": [["09:00", "13:00"]]}})
#: Days around everything that bends a count: year ends, Easter, leap days, both changes of clocks, 4 October.
RECEIVED = [date.fromisoformat(day) for day in (
    "2025-12-05", "2026-01-31", "2026-03-06", "2026-03-28", "2026-04-03", "2026-07-17", "2026-09-04", "2026-10-24",
    "2026-11-23", "2026-12-01", "2027-01-31", "2027-09-03", "2027-12-24", "2028-01-29", "2028-02-29",
)]


def at(day: date, clock: str = "10:15") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ROME)


def on(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("received", RECEIVED[3::3], ids=str)
@pytest.mark.parametrize("code", packs.codes())
def test_every_pack_counts_as_a_walk_of_the_days(code: str, received: date) -> None:
    definition = packs.shipped_version(code, received) or packs.versions_of(code)[-1]
    rule = definition.term
    found = reckon(definition, ITALY, at(received)).main.counted
    assert found is not None
    assert (found.safe_day, found.due_day) == walk(received, rule.value, rule.unit, rule.roll)


@pytest.mark.parametrize("received", RECEIVED, ids=str)
@pytest.mark.parametrize("roll", ["none", "festivo", "festivo_and_saturday"])
@pytest.mark.parametrize(("value", "unit"), [
    (10, "calendar_days"), (45, "calendar_days"), (15, "working_days"), (35, "working_days"), (2, "months"),
])
def test_units_and_rolls(received: date, value: int, unit: str, roll: str) -> None:
    counted = count_term(at(received), value, unit, ITALY, roll)
    assert (counted.safe_day, counted.due_day) == walk(received, value, unit, roll)


@pytest.mark.parametrize("received", RECEIVED[:8], ids=str)
@pytest.mark.parametrize(("value", "unit"), [(30, "calendar_days"), (30, "working_days"), (3, "months")])
@pytest.mark.parametrize("stops", [[(3, 9)], [(10, 40)], [(2, 5), (8, 20)], [(0, 4)], [(29, 60)]], ids=str)
def test_pauses_keep_what_was_used(
    received: date, value: int, unit: str, stops: list[tuple[int, int]]
) -> None:
    days = [(received + stop * DAY, received + restart * DAY) for stop, restart in stops]
    pauses = [Pause(at(stop), at(restart)) for stop, restart in days]
    counted = count_term(at(received), value, unit, ITALY, "festivo", pauses=pauses)
    assert (counted.safe_day, counted.due_day) == walk(received, value, unit, "festivo", days)


# The vectors of facts/rules.md 5.3, by name

VECTORS = [
    ("L. 241, 30 days, roll on new holiday", "pa_general", "2026-09-04", [], "2026-10-04", "2026-10-05"),
    ("L. 241, end on Saturday", "pa_general", "2026-11-05", [], "2026-12-05", "2026-12-05"),
    ("Suspension art. 2 c. 7", "pa_general", "2026-09-01",
     [("suspend", "2026-09-11", "facts_not_held"), ("restart", "2026-09-25", "")], "2026-10-15", "2026-10-15"),
    ("Art. 10-bis with observations", "pa_general", "2026-09-01",
     [("suspend", "2026-09-21", "refusal_notice"), ("answer", "2026-09-28", "")], "2026-10-18", "2026-10-19"),
    ("Art. 10-bis without", "pa_general", "2026-09-01", [("suspend", "2026-09-21", "refusal_notice")],
     "2026-10-11", "2026-10-12"),
    ("Payment complaint 15 working days", "payment_complaint", "2026-12-01", [], "2026-12-23", "2026-12-23"),
    ("same, ceiling 35 working days", "payment_complaint", "2026-12-01", [("interim", "2026-12-20", "")],
     "2027-01-25", "2027-01-25"),
    ("Water 30 working days", "water_complaint", "2026-11-23", [], "2027-01-08", "2027-01-08"),
    ("Bank 60 calendar days", "bank_complaint", "2026-11-23", [], "2027-01-22", "2027-01-22"),
    ("GDPR one month, short month", "gdpr_rights", "2027-01-31", [], "2027-02-28", "2027-03-01"),
    ("GDPR extended by two months", "gdpr_rights", "2027-01-31", [("interim", "2027-02-20", "")],
     "2027-04-30", "2027-04-30"),
    ("EDPB: request of 4 March, end of 4 April, a Sunday", "gdpr_rights", "2027-03-04", [],
     "2027-04-04", "2027-04-05"),
    ("FOIA, third party opposes after four days", "foia", "2026-09-01",
     [("suspend", "2026-09-10", ""), ("answer", "2026-09-14", "")], "2026-10-05", "2026-10-05"),
    ("FOIA, third party silent", "foia", "2026-09-01", [("suspend", "2026-09-10", "")], "2026-10-11", "2026-10-12"),
    ("Document access, irregular request put right: afresh", "document_access", "2026-09-01",
     [("suspend", "2026-09-08", "irregular"), ("answer", "2026-09-15", "")], "2026-10-15", "2026-10-15"),
    ("Observations after the window change nothing", "pa_general", "2026-09-01",
     [("suspend", "2026-09-21", "refusal_notice"), ("answer", "2026-10-02", "")], "2026-10-11", "2026-10-12"),
    ("Art. 2 c. 7 lasts thirty days at most", "pa_general", "2026-09-01",
     [("suspend", "2026-09-11", "facts_not_held"), ("restart", "2026-11-30", "")], "2026-10-31", "2026-10-31"),
    ("Telecom before the change: 45 days", "telecom_complaint", "2025-01-10", [], "2025-02-24", "2025-02-24"),
    ("Refund waits for the goods", "refund", "2026-12-01",
     [("suspend", "2026-12-02", "goods_awaited"), ("answer", "2026-12-30", "")], "2026-12-30", "2026-12-30"),
    ("Refund, goods back in time: nothing waits", "refund", "2026-12-01",
     [("suspend", "2026-12-02", "goods_awaited"), ("answer", "2026-12-05", "")], "2026-12-15", "2026-12-15"),
]


@pytest.mark.parametrize(
    ("code", "received", "events", "nominal", "due"), [case[1:] for case in VECTORS], ids=[case[0] for case in VECTORS]
)
def test_vectors(code: str, received: str, events: list, nominal: str, due: str) -> None:
    definition = packs.shipped_version(code, on(received))
    assert definition is not None
    happened = [Happening(event, at(on(day)), cause) for event, day, cause in events]
    counted = reckon(definition, ITALY, at(on(received)), happened).main.counted
    assert counted is not None
    assert (str(counted.safe_day), str(counted.due_day)) == (nominal, due)


def test_withdrawal_over_christmas_is_told_as_rolled() -> None:
    definition = packs.shipped_version("withdrawal", on("2026-12-11"))
    assert definition is not None
    found = reckon(definition, ITALY, at(on("2026-12-11")), [Happening("delivered", at(on("2026-12-11")))])
    window = next(each for each in found.others if each.rule.code == "withdrawal_goods")
    assert window.counted is not None
    assert str(window.counted.safe_day) == "2026-12-25" and str(window.shown_day) == "2026-12-28"


@pytest.mark.parametrize("day", ["2027-01-01", "2027-01-06", "2027-03-29", "2027-06-02", "2027-10-04", "2027-11-01",
                                 "2027-12-08"])
def test_weekday_holidays_of_2027(day: str) -> None:
    assert ITALY.holiday_name(on(day)) is not None and on(day).weekday() < 5


def test_the_product_and_the_walker_know_the_same_holidays() -> None:
    day = date(2024, 1, 1)
    while day < date(2050, 1, 1):
        theirs = ITALY.holiday_name(day) is not None or day.weekday() == 6
        assert theirs == (holiday(day) or day.weekday() == 6), day
        day += DAY


def test_easter_of_known_years() -> None:
    assert [str(easter(year)) for year in (2024, 2025, 2026, 2027, 2038)] == [
        "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25"]


# What the rules forbid

@pytest.mark.parametrize(("code", "events", "said"), [
    ("pa_general", [("suspend", 5, "facts_not_held"), ("restart", 9, ""), ("suspend", 12, "facts_not_held")], "once"),
    ("pa_general", [("suspend", 5, "weather")], "no cause"),
    ("bank_complaint", [("suspend", 5, "")], "no suspension"),
    ("pa_general", [("interim", 5, "")], "no interim"),
    ("gdpr_rights", [("interim", 5, ""), ("interim", 6, "")], "1 time"),
    ("gdpr_rights", [("interim", 60, "")], "had ended"),
    ("document_access", [("suspend", 11, "irregular")], "within 10 days"),
    ("pa_general", [("suspend", 5, "facts_not_held"), ("suspend", 7, "refusal_notice")], "stands still"),
    ("pa_general", [("explode", 5, "")], "not an event"),
], ids=lambda each: str(each)[:30])
def test_what_a_rule_forbids_is_refused_in_words(code: str, events: list, said: str) -> None:
    start = on("2026-11-02")
    definition = packs.shipped_version(code, start)
    assert definition is not None
    happened = [Happening(event, at(start + day * DAY), cause) for event, day, cause in events]
    with pytest.raises(ReckoningError, match=said):
        reckon(definition, ITALY, at(start), happened)


def test_a_stop_that_nothing_ends_leaves_no_date() -> None:
    definition = packs.shipped_version("document_access", on("2026-11-02"))
    assert definition is not None
    found = reckon(definition, ITALY, at(on("2026-11-02")), [Happening("suspend", at(on("2026-11-05")), "irregular")])
    assert found.main.counted is None
    assert found.main.lines[-1] == ("standing", {"cause": "irregular", "day": "2026-11-05"})


# Suspensions a law dictated to everyone

SPRING_2020 = {"from": "2020-02-23", "to": "2020-04-15", "cause": "DL 18/2020 art. 103", "domains": ["pa"]}


@pytest.mark.parametrize("received", ["2020-01-30", "2020-02-20", "2020-02-22", "2020-02-23", "2020-03-10",
                                      "2020-04-14", "2020-04-15", "2020-04-16"])
def test_a_suspension_by_law_takes_its_days_out(received: str) -> None:
    stopped = Calendar.from_data({"timezone": "Europe/Rome", "country": "IT", "suspensions": [SPRING_2020]})
    definition = packs.versions_of("foia")[-1]
    counted = reckon(definition, stopped, at(on(received))).main.counted
    assert counted is not None
    expected = walk(on(received), 30, "calendar_days", "festivo", [(on("2020-02-22"), on("2020-04-15"))])
    assert (counted.safe_day, counted.due_day) == expected
    house = reckon(packs.versions_of("information")[-1], stopped, at(on(received))).main.counted
    assert house is not None and house.safe_day == on(received) + timedelta(days=15)


def test_ours_are_kept_to_the_safe_day_and_the_customers_told_as_rolled() -> None:
    definition = packs.shipped_version("foia", on("2026-09-04"))
    assert definition is not None
    notified = Happening("notified", at(on("2026-09-24")))
    found = reckon(definition, ITALY, at(on("2026-09-04")), [notified])
    opposition = next(each for each in found.others if each.rule.code == "opposition")
    assert str(found.main.shown_day) == "2026-10-04"
    assert str(opposition.shown_day) == "2026-10-05"  # the third party has until Monday
    assert closed_by_law(on("2026-10-04"), False)

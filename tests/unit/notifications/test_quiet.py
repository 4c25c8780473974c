"""Quiet hours on the wall clock of a person: nights, days off, and the nights on which clocks change."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from sportello.service.notifications.quiet import after

ROME, EVERY = ZoneInfo("Europe/Rome"), range(7)


def at(words: str, zone: ZoneInfo = ROME) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=zone)


@pytest.mark.parametrize(("instant", "free"), [
    ("2026-11-25T15:00", "2026-11-25T15:00"),  # a Wednesday, in the day
    ("2026-11-25T20:00", "2026-11-26T07:00"),  # the first minute of the night
    ("2026-11-26T06:59", "2026-11-26T07:00"),
    ("2026-11-26T07:00", "2026-11-26T07:00"),  # the end is not quiet
    # clocks go back in this night: ten at night to seven is ten hours long, and seven is seven
    ("2026-10-24T22:00", "2026-10-25T07:00"),
    # and forward in this one
    ("2026-03-28T23:30", "2026-03-29T07:00"),
])
def test_the_night(instant: str, free: str) -> None:
    assert after(at(instant), ROME, time(20), time(7), EVERY) == at(free)


def test_only_on_chosen_days_and_whole_days_one_after_another() -> None:
    weekend = (5, 6)
    saturday = at("2026-11-28T10:00")
    assert after(saturday, ROME, time(0), time(0), weekend) == at("2026-11-30T00:00")
    assert after(at("2026-11-27T23:59"), ROME, time(0), time(0), weekend) == at("2026-11-27T23:59")
    # a night that begins on Friday reaches into Saturday, whichever days follow
    assert after(at("2026-11-28T02:00"), ROME, time(22), time(6), (4,)) == at("2026-11-28T06:00")
    assert after(at("2026-11-28T23:00"), ROME, time(22), time(6), (4,)) == at("2026-11-28T23:00")


def test_the_zone_is_the_persons_and_never_for_ever() -> None:
    lisbon = ZoneInfo("Europe/Lisbon")
    assert after(at("2026-11-25T20:30"), lisbon, time(20), time(7), EVERY) == at("2026-11-25T20:30"), "half past seven there"
    assert after(at("2026-11-25T21:30"), lisbon, time(20), time(7), EVERY) == at("2026-11-26T07:00", lisbon)
    assert after(at("2026-11-25T12:00"), ROME, None, None, EVERY) == at("2026-11-25T12:00")
    always = after(at("2026-11-25T12:00"), ROME, time(0), time(0), EVERY)
    assert always > at("2026-12-02T00:00"), "a week and more, and then it leaves"

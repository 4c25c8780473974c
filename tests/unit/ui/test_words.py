"""Instants in words, on a winter morning in Rome."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from sportello.foundation.ui import words

NOW = datetime(2026, 12, 2, 9, 30, tzinfo=UTC)  # a Wednesday, 10:30 in Rome
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def in_rome() -> Iterator[None]:
    with timezone.override("Europe/Rome"), translation.override("en"):
        yield


@pytest.mark.parametrize(("ago", "said"), [
    (10 * timedelta(seconds=1), "just now"), (12 * MINUTE, "12 minutes ago"), (1 * HOUR, "1 hour ago"),
    (9 * HOUR, "9 hours ago"), (1 * DAY, "yesterday, 10:30"), (4 * DAY, "Saturday, 10:30"),
    (40 * DAY, "23 Oct, 11:30"), (400 * DAY, "28 Oct 2025"),
])
def test_what_was(ago: timedelta, said: str) -> None:
    shown = words.say_instant(NOW - ago, NOW).text
    assert shown == said


@pytest.mark.parametrize(("ahead", "said", "late"), [
    (25 * MINUTE, "within 25 minutes", False), (4 * HOUR, "by today, 14:30", False),
    (1 * DAY, "by tomorrow, 10:30", False), (5 * DAY, "by Monday, 10:30", False), (-5 * HOUR, "late by 5 hours", True),
    (-3 * DAY, "late by 3 days", True),
])
def test_what_is_due(ahead: timedelta, said: str, late: bool) -> None:
    shown = words.say_instant(NOW + ahead, NOW, "due")
    assert (shown.text, shown.late) == (said, late)


def test_days_are_the_calendar_s_not_twenty_four_hours() -> None:
    evening = datetime(2026, 12, 1, 22, 50, tzinfo=UTC)  # 23:50 in Rome
    assert words.say_instant(evening, NOW).text == "yesterday, 23:50"
    assert words.say_instant(evening, evening + 20 * MINUTE).text == "20 minutes ago"


def test_a_term_in_days_has_no_hour() -> None:
    assert words.say_instant(NOW + DAY, NOW, "day").text == "tomorrow"


def test_the_whole_date_is_there_for_hover_and_paper() -> None:
    said = words.say_instant(NOW, NOW)
    assert said.full == "Wednesday 2 December 2026, 10:30" and said.iso == "2026-12-02T10:30:00+01:00"


def test_sizes_initials_and_counts() -> None:
    assert words.file_size(182_400) == "182 kB" and words.file_size(15_728_640) == "15.7 MB"
    assert words.initials("Maria Popescu") == "MP" and words.initials("Anna") == "AN" and words.initials(" ") == "?"
    assert words.capped(99) == "99" and words.capped(100) == "99+"

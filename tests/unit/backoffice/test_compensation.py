"""What a late answer costs, as the shipped rules say; each with its source. And register numbers without gaps."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from sportello.foundation.core import money
from sportello.records.procedures.definition import Compensation
from sportello.records.procedures.packs import shipped_version
from sportello.service.backoffice.complaints.compensation import compute
from sportello.service.backoffice.models import Complaint
from tests.cast import assemble
from tests.waiting import LIMIT

DAY = date(2026, 10, 1)


def steps(code: str) -> tuple[Compensation, ...]:
    found = shipped_version(code, date(2026, 11, 29))
    assert found is not None
    return found.compensation


@pytest.mark.parametrize(
    ("late", "owed"), [(0, 0), (-3, 0), (1, 3000), (30, 3000), (31, 6000), (60, 6000), (61, 9000), (400, 9000)]
)
def test_energy_thirty_euros_doubled_and_tripled_with_the_delay(late: int, owed: int) -> None:
    """TIQV 2026, Annex A to ARERA 399/2025/R/com."""
    assert compute(steps("energy_complaint"), DAY - timedelta(30), DAY, DAY + timedelta(late)).amount == owed


@pytest.mark.parametrize(("late", "owed"), [(0, 0), (1, 250), (10, 2500), (120, 30000), (500, 30000)])
def test_telecom_two_and_a_half_euros_a_day_up_to_three_hundred(late: int, owed: int) -> None:
    """AGCOM 347/18/CONS, Annex A art. 12."""
    found = compute(steps("telecom_complaint"), DAY - timedelta(30), DAY, DAY + timedelta(late))
    assert found.amount == owed
    assert ("capped" in [code for code, _facts in found.lines]) == (late > 120)


@pytest.mark.parametrize(("since", "owed"), [(90, 0), (91, 500), (120, 500), (121, 1000)])
def test_rail_a_share_of_the_ticket_counted_from_receipt(since: int, owed: int) -> None:
    """ART 28/2021, Misura 5: 10 % from day 91 to 120, then 20 %."""
    found = compute(steps("rail_complaint"), DAY, DAY + timedelta(30), DAY + timedelta(since), price=5000)
    assert found.amount == owed


def test_a_share_of_a_price_nobody_told_is_not_guessed() -> None:
    found = compute(steps("rail_complaint"), DAY, DAY + timedelta(30), DAY + timedelta(100))
    assert found.needs_price and found.amount == 0
    small = compute(steps("rail_complaint"), DAY, DAY + timedelta(30), DAY + timedelta(100), price=3000)
    assert small.amount == 0, "300 cents are under the floor of 4 euros"


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("12", 1200), ("12,5", 1250), ("12,50 €", 1250), ("12.50", 1250), ("1.250,00", 125000), ("1250.00", 125000),
     ("", None), ("abc", None), ("-3", None), ("1,234", None)],
)  # fmt: skip
def test_amounts_as_people_write_them(typed: str, cents: int | None) -> None:
    assert money.cents(typed) == cents
    if cents is not None:
        assert money.cents(money.euros(cents)) == cents


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_leave_no_gap_in_the_register_though_some_are_undone() -> None:
    people = assemble()
    failed: list[BaseException] = []

    class Undone(Exception):
        """What opened the ticket failed after the number was taken."""

    def complain(place: int) -> None:
        try:
            with transaction.atomic():
                people.ticket(f"Reclamo {place}", kind="complaint", address=f"c{place}@example.org")
                if place % 5 == 0:
                    raise Undone
        except Undone:
            pass
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=complain, args=(place,)) for place in range(50)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(LIMIT)
    assert failed == []
    serials = sorted(Complaint.objects.filter(organisation=people.borgo).values_list("serial", flat=True))
    assert serials == list(range(1, 41)), "ten were undone, and no number with them"

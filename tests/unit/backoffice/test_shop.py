"""Withdrawal and guarantee: the days that follow from order and delivery, and why (Codice del consumo)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal import actor
from sportello.records.procedures.actions.publishing import publish
from sportello.records.procedures.models import OfficeCalendar, Procedure
from sportello.records.procedures.packs import shipped_version
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.models import ShopRequest
from sportello.service.backoffice.shop import telling
from sportello.service.backoffice.shop.dates import Dates, Told, dates_of
from tests.cast import HOURS, Cast

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")


def rule(cast: Cast, code: str) -> Procedure:
    definition = shipped_version(code, date(2026, 12, 1))
    assert definition is not None
    calendar, _made = OfficeCalendar.objects.get_or_create(
        organisation=cast.bottega, slug="italy", defaults={"data": {**HOURS, "country": "IT"}}
    )
    return publish(cast.bottega, definition, actor.SYSTEM, calendar=calendar, on=True)


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ROME)


def days(found: Dates) -> dict[str, date | None]:
    return {one.code: one.day for one in found.dates}


def test_fourteen_days_from_delivery_over_christmas(cast: Cast) -> None:
    """Art. 52; Reg. 1182/71: delivered on 11 December, 25 is a holiday, 26 too and a Saturday, 27 a Sunday → 28."""
    told = Told("withdrawal", at("2026-12-28 18:00"), concluded_on=date(2026, 12, 7), delivered_on=date(2026, 12, 11))
    found = dates_of(cast.bottega, rule(cast, "withdrawal"), told)
    assert days(found)["withdrawal_goods"] == date(2026, 12, 28)
    assert found.verdict.code == "in_time"
    assert "withdrawal_services" not in days(found)
    why = next(one.lines for one in found.dates if one.code == "withdrawal_goods")
    assert any("Natale" in line for line in why), why
    late = dates_of(cast.bottega, rule(cast, "withdrawal"), Told("withdrawal", at("2026-12-29 09:00"),
                                                                 delivered_on=date(2026, 12, 11)))
    assert late.verdict.code == "late"


def test_the_refund_is_due_in_fourteen_days_but_may_wait_for_the_goods(cast: Cast) -> None:
    """Art. 56: 14 days from being told; withheld until goods are back or their dispatch is proved."""
    procedure = rule(cast, "withdrawal")
    told = Told("withdrawal", at("2026-12-01 10:00"), delivered_on=date(2026, 11, 25))
    assert days(dates_of(cast.bottega, procedure, told))["refund"] == date(2026, 12, 15)
    waits = next(one for one in dates_of(cast.bottega, procedure, told).dates if one.code == "refund")
    assert any("attende" in line or "aspettare" in line for line in waits.lines), waits.lines
    back = Told("withdrawal", at("2026-12-01 10:00"), delivered_on=date(2026, 11, 25), returned_on=date(2026, 12, 18))
    assert days(dates_of(cast.bottega, procedure, back))["refund"] == date(2026, 12, 18)
    soon = Told("withdrawal", at("2026-12-01 10:00"), delivered_on=date(2026, 11, 25), returned_on=date(2026, 12, 3))
    assert days(dates_of(cast.bottega, procedure, soon))["refund"] == date(2026, 12, 15)
    assert days(dates_of(cast.bottega, procedure, told))["send_back"] == date(2026, 12, 15)


def test_a_service_counts_from_the_contract_and_nothing_comes_back(cast: Cast) -> None:
    told = Told("withdrawal", at("2026-12-01 10:00"), concluded_on=date(2026, 11, 20), is_service=True)
    found = days(dates_of(cast.bottega, rule(cast, "withdrawal"), told))
    assert found["withdrawal_services"] == date(2026, 12, 4)
    assert "withdrawal_goods" not in found and "send_back" not in found


def test_not_told_of_the_right_it_lasts_twelve_months_longer(cast: Cast) -> None:
    """Art. 53: 12 months after the ordinary end."""
    told = Told("withdrawal", at("2026-12-01 10:00"), delivered_on=date(2026, 3, 2), was_informed=False)
    found = dates_of(cast.bottega, rule(cast, "withdrawal"), told)
    assert days(found)["withdrawal_goods"] == date(2027, 3, 16)
    assert found.verdict.code == "in_time"


def test_what_depends_on_a_day_nobody_told_is_said_so(cast: Cast) -> None:
    found = dates_of(cast.bottega, rule(cast, "withdrawal"), Told("withdrawal", at("2026-12-01 10:00")))
    assert found.verdict.code == "unknown" and days(found)["withdrawal_goods"] is None


@pytest.mark.parametrize(
    ("defect", "verdict"),
    [(date(2026, 3, 1), "seller"), (date(2026, 3, 2), "customer"), (date(2027, 3, 1), "customer"),
     (date(2027, 3, 2), "over")],
)  # fmt: skip
def test_guarantee_and_who_has_to_prove(cast: Cast, defect: date, verdict: str) -> None:
    """Artt. 133 and 135 (D.Lgs. 170/2021): 24 months from delivery, within 12 presumed original."""
    told = Told("guarantee", at("2027-03-05 10:00"), delivered_on=date(2025, 3, 1), defect_on=defect)
    found = dates_of(cast.bottega, rule(cast, "guarantee"), told)
    assert days(found)["guarantee"] == date(2027, 3, 1)
    assert days(found)["presumption"] == date(2026, 3, 1)
    assert days(found)["action"] == date(2027, 5, 1)
    assert found.verdict.code == verdict


def test_kept_on_its_ticket_corrected_and_goods_back(cast: Cast) -> None:
    rule(cast, "withdrawal")
    ticket = cast.ticket("Recesso", organisation=cast.bottega, kind="withdrawal")
    ticket = Ticket.objects.select_related("kind", "organisation", "procedure").get(pk=ticket.pk)
    with pytest.raises(Refusal):
        telling.keep(ticket, telling.Declared(contract=" "), actor.SYSTEM)
    with pytest.raises(Refusal):
        telling.keep(ticket, telling.Declared("A-1", concluded_on=date(2026, 11, 20), delivered_on=date(2026, 11, 1)),
                     actor.SYSTEM)
    row = telling.keep(ticket, telling.Declared("A-1", delivered_on=date(2026, 11, 25)), actor.SYSTEM)
    assert (row.sort, row.told_at) == ("withdrawal", ticket.opened_at)
    telling.keep(ticket, telling.Declared("A-2", delivered_on=date(2026, 11, 26)), actor.SYSTEM)
    row = ShopRequest.objects.get(ticket=ticket)
    assert (row.contract, row.told_at) == ("A-2", ticket.opened_at)
    with pytest.raises(Refusal):
        telling.goods_back(row, date(2099, 1, 1), by=cast.member("Irene", cast.bottega))
    telling.goods_back(row, date(2026, 11, 28), by=cast.member("Irene", cast.bottega))
    plain = Ticket.objects.select_related("kind", "organisation").get(
        pk=cast.ticket("Altro", organisation=cast.bottega).pk)
    with pytest.raises(Refusal):
        telling.keep(plain, telling.Declared("A-1"), actor.SYSTEM)

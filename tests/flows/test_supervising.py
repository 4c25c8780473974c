"""Carla answers for the work of others: who has too much to do, who waits longest, what the week brought."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets.actions import ending, handling, messages
from sportello.records.tickets.models import Closure, Ticket
from sportello.records.tickets.queries.work_figures import loads, week_of
from tests.cast import Cast

ROME = ZoneInfo("Europe/Rome")


def at(cast: Cast, day: int, hour: int) -> None:
    """November 2026: the 23rd is a Monday."""
    clock.move_to(cast.borgo, datetime(2026, 11, day, hour, 0, tzinfo=ROME))
    cast.borgo.refresh_from_db()


def asked(cast: Cast, subject: str, **more: str) -> Ticket:
    ticket = cast.ticket(subject, **more)  # type: ignore[arg-type]  # the words of an opening
    return Ticket.objects.select_related("organisation", "team", "customer", "kind", "procedure__calendar").get(pk=ticket.pk)


def answered(cast: Cast, ticket: Ticket, who: str) -> None:
    ticket.refresh_from_db()
    messages.answer(ticket, cast.member(who), "Ecco la risposta.", to=[("Maria Popescu", "maria@example.org")],
                    base_position=ticket.last_public_position)


@pytest.fixture
def carla(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.users["Carla"])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def page(answer: HttpResponse, status: int = 200) -> str:
    assert answer.status_code == status
    return answer.content.decode()


def test_the_load_of_each_team_and_who_waits_longest(cast: Cast, carla: Client) -> None:
    at(cast, 23, 9)
    first = asked(cast, "Mensa: la più vecchia")
    at(cast, 24, 9)
    second, third = asked(cast, "Mensa: presa"), asked(cast, "TARI sbagliata", kind="complaint")
    handling.assign(second, cast.member("Anna"), by=cast.member("Anna"), expected_owner_id=None)
    answered(cast, second, "Anna")
    Ticket.objects.filter(pk=third.pk).update(next_promise_at=clock.now(cast.borgo) - timedelta(hours=1))
    by_team = {load.names["it"]: load for load in loads(cast.borgo)}
    front, taxes = by_team["Sportello"], by_team["Tributi"]
    assert (front.open, front.unassigned, front.waiting, front.overdue) == (2, 1, 1, 0)
    assert (taxes.open, taxes.unassigned, taxes.waiting, taxes.overdue) == (1, 1, 1, 1)
    assert front.oldest == Ticket.objects.get(pk=first.pk).unanswered_since
    whole = page(carla.get("/desk/workload/", follow=True))
    assert whole.index("la più vecchia") < whole.index("TARI sbagliata") and "Mensa: presa" not in whole
    assert f"/desk/lists/overdue/?org=borgo&amp;team={cast.team('taxes').pk}" in whole
    # totals of teams: no figure stands beside a colleague's name
    assert "Anna Prova" not in whole


def test_tickets_she_may_not_see_are_counted_and_not_named(cast: Cast, carla: Client) -> None:
    secret = asked(cast, "Nome riservato")
    Ticket.objects.filter(pk=secret.pk).update(sensitivity="named")
    whole = page(carla.get("/desk/borgo/workload/"))
    assert "Nome riservato" not in whole
    assert loads(cast.borgo)[0].open == 1


def test_a_week_by_kind_channel_outcome_and_time_to_answer(cast: Cast, carla: Client) -> None:
    at(cast, 18, 10)  # the week before
    asked(cast, "Vecchia")
    at(cast, 23, 9)
    quick, slow = asked(cast, "Rapida"), asked(cast, "Lenta")
    by_phone = asked(cast, "Telefonata", kind="complaint", channel="phone")
    at(cast, 23, 11)
    answered(cast, quick, "Anna")  # two opening hours
    at(cast, 24, 11)
    answered(cast, slow, "Anna")  # 9-13, 14:30-17 and 8:30-11: nine
    quick.refresh_from_db()
    ending.close(quick, outcome=Closure.Outcome.SOLVED, reason="Rimborsato.", by=cast.member("Anna"))
    found = week_of(cast.borgo, datetime(2026, 11, 26).date())
    assert (found.first.isoformat(), found.opened, found.opened_before, found.closed) == ("2026-11-23", 3, 1, 1)
    assert [(line.names["it"], line.count, line.before) for line in found.kinds] == [("Informazione", 2, 1), ("Reclamo", 1, 0)]
    assert {(line.code, line.count) for line in found.channels} == {("email", 2), ("phone", 1)}
    assert [(line.code, line.count) for line in found.outcomes] == [("solved", 1)]
    front = next(one for one in found.answers if one.names["it"] == "Sportello")
    assert (front.asked, front.answered, front.within, front.share) == (2, 2, 2, 100)
    assert front.median is not None and abs(front.median - (2 + 9) / 2 * 3600) < 60  # the clock goes on meanwhile
    assert by_phone.channel == "phone"
    whole = page(carla.get("/desk/borgo/workload/weeks/?day=2026-11-25"))
    assert "100%" in whole and "5.5" in whole and "The week before" in whole
    lines = carla.get("/desk/borgo/workload/weeks/csv/?day=2026-11-25").content.decode("utf-8-sig").splitlines()
    assert lines[0] == "What;Which;This week;The week before"
    assert "By kind;Information;2;1" in lines and "Closed, by outcome;Solved;1;0" in lines
    assert "Half were quicker than (hours);Front office;5.5;" in lines
    assert "1 the week before" in whole


def test_an_answer_on_sunday_night_belongs_to_its_week_by_the_wall_clock(cast: Cast) -> None:
    clock.move_to(cast.borgo, datetime(2026, 11, 29, 23, 59, tzinfo=ROME))  # 22:59 in UTC, Sunday on both
    Organisation.objects.get(pk=cast.borgo.pk)
    asked(cast, "Domenica")
    clock.move_to(cast.borgo, datetime(2026, 11, 30, 0, 30, tzinfo=ROME))  # Monday here, still Sunday in UTC
    asked(cast, "Lunedì")
    assert week_of(cast.borgo, datetime(2026, 11, 29).date()).opened == 1
    assert week_of(cast.borgo, datetime(2026, 11, 30).date()).opened == 1


def test_an_unreadable_day_is_this_week_and_nobody_else_looks(cast: Cast, carla: Client) -> None:
    page(carla.get("/desk/borgo/workload/weeks/?day=domani"))
    for who in ("Anna", "Elena", "Dario"):
        other = Client()
        other.force_login(cast.users[who])
        for address in ("/desk/workload/", "/desk/borgo/workload/", "/desk/borgo/workload/weeks/", "/desk/borgo/workload/weeks/csv/"):
            page(other.get(address), 404)

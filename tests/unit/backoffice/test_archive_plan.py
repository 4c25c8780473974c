"""The file plan: classes with their figures, kinds placed in them, dates counted at closing and explained; holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.tenancy import clock
from sportello.records.customers.actions.erasing import reasons_to_keep
from sportello.records.procedures.definition_parts import plain
from sportello.records.procedures.models import Kind
from sportello.records.tickets.actions import ending
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.archive import explaining, filing, holds, plan
from sportello.service.backoffice.archive.plan import Wanted
from sportello.service.backoffice.models import Archive, FileClass, Filing, LegalHold
from tests.cast import Cast
from tests.unit.backoffice.archive_scene import closed, confirmed, filed, react

pytestmark = pytest.mark.django_db


def test_a_ticket_is_filed_when_it_closes_and_the_date_is_explained(cast: Cast) -> None:
    """DPR 445/2000 art. 64 and 68: a class of the file plan, and how long its papers are kept."""
    cast.at_noon()
    ticket = closed(cast)
    row = filed(ticket)
    assert (row.code, row.outcome, row.by_hand) == ("1.1", "solved", False), "information falls under 1.1 by its family"
    on = clock.local(cast.borgo, ticket.closed_at).date()
    assert row.keep_until == on.replace(year=on.year + 3)
    with override("en"):
        lines = explaining.explained(row, [])
    assert "Class 1.1, Requests for information: by its kind of request." in lines
    assert any("3 years" in line for line in lines)
    assert "proposal" in lines[-1], "nobody confirmed the figure: it says so instead of promising a date"
    confirmed(cast, "1.1")
    with override("it"):
        last = explaining.explained(filed(ticket), [])[-1]
    assert "elenco di scarto" in last


def test_reopening_takes_the_date_back_and_closing_counts_anew(cast: Cast) -> None:
    cast.at_noon()
    ticket = closed(cast)
    first = filed(ticket).keep_until
    ending.reopen(ticket, by=cast.member("Anna"), reason="Non era così")
    react("ticket.reopened")
    assert (filed(ticket).closed_at, filed(ticket).keep_until) == (None, None)
    clock.move_to(cast.borgo, clock.now(cast.borgo) + timedelta(days=40))
    ending.close(Ticket.objects.get(pk=ticket.pk), by=cast.member("Anna"), outcome="solved", reason="Ora sì")
    react("ticket.closed", "ticket.reopened")
    assert filed(ticket).keep_until == first + timedelta(days=40)


def test_the_kind_may_have_a_class_of_its_own_and_the_ticket_too(cast: Cast) -> None:
    kind = Kind.objects.get(organisation=cast.borgo, slug="information")
    plan.place_kind(kind, "3.1", cast.member("Carla"))
    ticket = closed(cast)
    assert filed(ticket).code == "3.1"
    filing.choose(ticket, "2.2", cast.member("Anna"))
    row = filed(ticket)
    assert (row.code, row.by_hand, row.file_class.years) == ("2.2", True, 5)
    react("ticket.closed")
    assert filed(ticket).code == "2.2", "what a colleague chose stays, whatever is read again"
    with pytest.raises(Refusal):
        filing.choose(ticket, "2", cast.member("Anna"))  # a class with classes below it files nothing


def test_a_new_figure_counts_from_now_but_a_proposal_is_only_a_proposal(cast: Cast) -> None:
    """A confirmed date stands; one under a figure that nobody had confirmed follows the new version."""
    sure, unsure = closed(cast, kind="complaint"), closed(cast)
    confirmed(cast, "2.1")
    carla = cast.member("Carla")
    for code, family in (("2.1", "complaint"), ("1.1", "information")):
        plan.change(cast.borgo, Wanted(code, {"it": "Nuova"}, 7, "Delibera 9/2026", (family,)), carla, base_version=1)
    before = filed(sure).keep_until, filed(unsure).keep_until
    while filing.recount():
        pass
    assert filed(sure).keep_until == before[0] and filed(sure).file_class.version == 1
    row = filed(unsure)
    assert (row.file_class.version, row.keep_until.year) == (2, before[1].year + 4)
    assert filed(closed(cast, kind="complaint")).file_class.version == 2
    with pytest.raises(Stale):
        plan.change(cast.borgo, Wanted("1.1", {"it": "Altra"}, 2, "x"), carla, base_version=1)


def test_the_procedure_may_ask_for_longer_than_the_class(cast: Cast) -> None:
    """ARERA, TIQV: energy complaints are kept at least three years; where class and procedure differ, the longer counts."""
    ticket = closed(cast)
    procedure = ticket.procedure
    kept = {"years": 20, "after": "closed", "source": "TIQV", "confidence": "B"}
    procedure.definition = {**plain(procedure.defined), "retention": kept}
    procedure.save()
    Filing.objects.all().delete()
    react("ticket.closed")
    row = filed(ticket)
    assert (row.procedure_years, row.keep_until.year) == (20, clock.local(cast.borgo, ticket.closed_at).year + 20)
    with override("en"):
        assert any("asks for 20 years, more than the class" in line for line in explaining.explained(row, []))


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted("2.x", {"it": "A"}, 3, "s"), "code"),
        (Wanted("9.9.9", {"it": "A"}, 3, "s"), "code"),
        (Wanted("4", {"it": " "}, 3, "s"), "title_it"),
        (Wanted("4", {"it": "A"}, 0, "s"), "years"),
        (Wanted("4", {"it": "A"}, 101, "s"), "years"),
        (Wanted("4", {"it": "A"}, 3, ""), "source"),
        (Wanted("4", {"it": "A"}, 3, "s", ("nothing",)), "families"),
    ],
)
def test_a_class_that_cannot_be(cast: Cast, wanted: Wanted, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        plan.change(cast.borgo, wanted, cast.member("Carla"), base_version=0)
    assert refused.value.field == field


def test_the_plan_goes_out_and_comes_back(cast: Cast) -> None:
    text = plan.write(plan.in_force(cast.borgo))
    assert plan.load(cast.borgo, text, cast.member("Carla")) == 0, "the same plan changes nothing"
    changed = text.replace("years: 10", "years: 12", 1)
    assert plan.load(cast.borgo, changed, cast.member("Carla")) == 1
    row = next(one for one in plan.in_force(cast.borgo) if one.version == 2)
    assert (row.years, row.is_to_confirm) == (12, True), "a figure of a file is confirmed by a person, not by loading it"
    for wrong in ("- code: [", "code: 1", "- code: 1\n  titles: {it: A}\n  years: a", "- {code: '7', titles: {it: A}, source: s, confidence: Z}"):
        with pytest.raises(Refusal):
            plan.load(cast.borgo, wrong, cast.member("Carla"))


def test_29_february_and_for_ever() -> None:
    assert plan.keep_until(1, date(2028, 2, 29)) == date(2029, 2, 28)
    assert plan.keep_until(4, date(2028, 2, 29)) == date(2032, 2, 29)
    assert plan.keep_until(None, date(2028, 2, 29)) is None


def test_what_closed_before_the_archive_began_is_caught_up_with(cast: Cast) -> None:
    tickets = [closed(cast), closed(cast)]
    Filing.objects.all().delete()
    Archive.objects.all().delete()
    for _round in range(10):
        if not filing.work():
            break
    assert set(Filing.objects.values_list("ticket_id", flat=True)) == {one.pk for one in tickets}
    assert filing.work() == 0


# ---- legal holds


def test_a_hold_on_ticket_customer_or_class_covers_what_it_says(cast: Cast) -> None:
    mine, other = closed(cast), closed(cast, "Passo carrabile", address="john@example.org", name="John Baker")
    complaint = closed(cast, "Coda", kind="complaint", address="ion@example.org", name="Ion")
    ids = {mine.pk, other.pk, complaint.pk}
    carla = cast.member("Carla")
    assert holds.held(cast.borgo, ids) == set()
    cases = ((mine, {mine.pk}), (other.customer, {other.pk}), (plan.in_force(cast.borgo)[3], {complaint.pk}))
    for target, covered in cases:
        hold = holds.place(target, "Ricorso TAR 12/2026", carla)
        assert holds.held(cast.borgo, ids) == covered
        assert set(holds.free(Filing.objects.all(), cast.borgo).values_list("ticket_id", flat=True)) == ids - covered
        (one,) = [ticket for ticket in (mine, other, complaint) if ticket.pk in covered]
        assert holds.of_ticket(one) == [hold]
        assert "Ricorso TAR" in reasons_to_keep(one.customer)[0], "an erasure waits too (GDPR art. 17(3)(e))"
        with pytest.raises(Refusal):
            holds.lift(hold, " ", carla)
        holds.lift(hold, "Sentenza 9/2026", carla)
        holds.lift(hold, "Di nuovo", carla)
        hold.refresh_from_db()
        assert hold.lifted_reason == "Sentenza 9/2026"
    assert holds.held(cast.borgo, ids) == set() and reasons_to_keep(mine.customer) == []


def test_a_hold_says_why_and_may_end_by_itself(cast: Cast) -> None:
    ticket, carla = closed(cast), cast.member("Carla")
    with pytest.raises(Refusal):
        holds.place(ticket, "  ", carla)
    today = clock.local(cast.borgo, clock.now(cast.borgo)).date()
    with pytest.raises(Refusal):
        holds.place(ticket, "Ispezione", carla, until=today - timedelta(days=1))
    holds.place(ticket, "Ispezione", carla, until=today)
    assert holds.held(cast.borgo, [ticket.pk]) == {ticket.pk}, "the last day counts"
    clock.move_to(cast.borgo, clock.now(cast.borgo) + timedelta(days=1, hours=1))
    assert holds.held(type(cast.borgo).objects.get(pk=cast.borgo.pk), [ticket.pk]) == set()
    assert LegalHold.objects.get().lifted_at is None and FileClass.objects.count() > 5

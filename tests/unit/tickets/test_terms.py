"""Terms on the ticket: the vectors of the law (facts: L. 241/1990, D.Lgs. 33/2013, GDPR), asked of the verbs themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal import actor
from sportello.foundation.journal.models import Event
from sportello.records.procedures.models import OfficeCalendar
from sportello.records.tickets.actions import ending, handling, messages
from sportello.records.tickets.actions import terms as acts
from sportello.records.tickets.actions.globally import suspend_for_all
from sportello.records.tickets.models import (
    Extension,
    Message,
    Moment,
    Notice,
    Suspension,
    Term,
    Ticket,
)
from sportello.records.tickets.words import Words
from tests.cast import Cast

from .terms_scene import RULES, Scene, day, minute, rule, term_of, tick_all


@pytest.fixture
def scene(cast: Cast) -> Iterator[Scene]:
    """Who is at work reads English; the customer is still told in Italian."""
    with translation.override("en"):
        yield Scene(cast)


def last_notice(ticket: Ticket) -> Message:
    return Message.objects.filter(entry__ticket=ticket, direction="out").order_by("-id")[0]


@pytest.mark.parametrize(
    ("received", "safe", "legal"),
    [
        ("2026-09-04 10:00", "2026-10-04", "2026-10-05"),  # L. 151/2025: 4 October is a holiday again
        ("2026-11-05 10:00", "2026-12-05", "2026-12-05"),  # a Saturday is not moved (Cass. 20056/2023)
    ],
)
def test_legal_and_safe_end_stand_side_by_side(scene: Scene, received: str, safe: str, legal: str) -> None:
    ticket = scene.opened(received)
    term = term_of(ticket)
    assert (day(term.safe_due_at), day(term.due_at)) == (safe, legal)
    assert ticket.next_promise_at == term.due_at


def test_a_gdpr_month_is_european(scene: Scene) -> None:
    """Reg. 1182/71: a month from 31 January ends on 28 February, a Sunday, hence 1 March."""
    months = rule(term={"value": 1, "unit": "months", "roll": "festivo_and_saturday"})
    ticket = scene.opened("2027-01-31 09:00", months)
    assert day(term_of(ticket).due_at) == "2027-03-01"


def test_the_channel_may_know_better_when_it_began(scene: Scene) -> None:
    """A PEC delivered on Friday and read on Monday began on Friday."""
    scene.now("2026-09-07 09:00")
    scene.under(RULES)
    delivered = datetime.fromisoformat("2026-09-04T18:00:00+02:00")
    assert day(term_of(scene.ticket(starts_at=delivered)).due_at) == "2026-10-05"


def test_article_2_paragraph_7(scene: Scene) -> None:
    """Received 1 September, stopped on the 11th after ten days, facts came on the 25th: 15 October."""
    ticket, anna = scene.opened("2026-09-01 10:00"), scene.cast.member("Anna")
    scene.now("2026-09-11 11:00")
    acts.suspend(ticket, "missing_facts", by=anna, reason="Manca la planimetria.", document="prot. 12/2026")
    assert day(term_of(ticket).due_at) == "2026-10-31", "until it ends, as if it lasted all its thirty days"
    told = last_notice(ticket)
    assert told.notice_moment == "suspended"
    for words in ("Informazioni mancanti", "Manca la planimetria.", "prot. 12/2026", "11 ottobre", "31 ottobre"):
        assert words in told.text
    scene.now("2026-09-25 12:00")
    acts.resume(ticket, by=anna, reason="Arrivata.")
    assert day(term_of(ticket).due_at) == "2026-10-15"
    assert "15 ottobre 2026" in last_notice(ticket).text
    row = Suspension.objects.get(ticket=ticket)
    assert (row.cause, row.reason, row.document, row.by_member_id, row.ended_how) == (
        "missing_facts", "Manca la planimetria.", "prot. 12/2026", anna.pk, "met",
    )
    assert ["suspended" in [code for code, _facts in term_of(ticket).steps]] == [True]
    with pytest.raises(Refusal, match="only once"):
        acts.suspend(ticket, "missing_facts", by=anna, reason="Ancora", document="x")


def test_article_10_bis_with_observations(scene: Scene) -> None:
    """Warning on day 20 (21 September), observations on the 28th: it goes on on 8 October, ends on the 19th."""
    ticket, anna = scene.opened("2026-09-01 10:00"), scene.cast.member("Anna")
    scene.now("2026-09-21 10:00")
    acts.suspend(ticket, "refusal_warning", by=anna, reason="Manca il requisito.")
    assert last_notice(ticket).notice_moment == "refusal_warning"
    assert day(Term.objects.get(ticket=ticket, kind="customer").due_at) == "2026-10-01"
    scene.now("2026-09-28 15:00")
    messages.receive(ticket, Words(text="Osservo che…"), channel="email", customer=None, actor=actor.MACHINE)
    scene.now("2026-09-30 09:00")
    came = datetime.fromisoformat("2026-09-28T15:00:00+02:00")
    acts.resume(ticket, by=anna, came_at=came)
    term = term_of(ticket)
    assert (day(term.safe_due_at), day(term.due_at)) == ("2026-10-18", "2026-10-19")
    assert day(Suspension.objects.get(ticket=ticket).restart_at) == "2026-10-08"
    assert not Term.objects.filter(ticket=ticket, kind="customer", ended_at=None).exists()


def test_article_10_bis_without_observations_ends_by_itself(scene: Scene) -> None:
    """The window closes on 1 October: the term ends on 12 October, whenever the worker comes by."""
    ticket, anna = scene.opened("2026-09-01 10:00"), scene.cast.member("Anna")
    scene.now("2026-09-21 10:00")
    acts.suspend(ticket, "refusal_warning", by=anna, reason="Manca il requisito.")
    scene.now("2026-10-01 23:00")
    tick_all()
    assert Suspension.objects.get(ticket=ticket).ended_at is None, "the last day lasts until its end"
    scene.now("2026-10-03 08:00")  # the worker was down for a day and a half
    assert tick_all() == 1
    row = Suspension.objects.get(ticket=ticket)
    assert (row.ended_how, minute(row.ended_at)) == ("lapsed", "2026-10-01 23:59")
    term = term_of(ticket)
    assert (day(term.safe_due_at), day(term.due_at)) == ("2026-10-11", "2026-10-12")
    assert last_notice(ticket).notice_moment == "term_resumed"
    assert tick_all() == 0


def test_third_parties_are_told_before_it_is_closed(scene: Scene) -> None:
    ticket, anna = scene.opened("2026-09-01 10:00"), scene.cast.member("Anna")
    with pytest.raises(Refusal, match="who else"):
        acts.suspend(ticket, "third_parties", by=anna, reason="Dati di un'impresa.")
    acts.suspend(ticket, "third_parties", by=anna, reason="Dati di un'impresa.", third_party="Edil Borgo srl")
    notice = Notice.objects.get(ticket=ticket, party="third_party")
    assert (notice.state, notice.party_name) == ("due", "Edil Borgo srl")
    told = last_notice(ticket)
    assert told.notice_moment == "third_party"
    assert "Edil Borgo" not in told.text, "the customer is not told who"
    with pytest.raises(Refusal, match="Edil Borgo srl"):
        ending.close(ticket, by=anna, outcome="solved", reason="Fatto.")
    acts.notice_given(notice, by=anna, how="letter", proof="Raccomandata 13579")
    assert ending.close(ticket, by=anna, outcome="solved", reason="Fatto.").pk


def test_an_interruption_begins_a_new_term(scene: Scene) -> None:
    ticket, anna = scene.opened("2026-09-01 10:00"), scene.cast.member("Anna")
    scene.now("2026-09-08 10:00")
    acts.suspend(ticket, "irregular", by=anna, reason="Manca la firma.")
    first = term_of(ticket)
    scene.now("2026-09-15 10:00")
    acts.resume(ticket, by=anna)
    second = term_of(ticket)
    assert second.pk != first.pk
    assert (day(second.starts_at), day(second.due_at)) == ("2026-09-15", "2026-10-15")
    first.refresh_from_db()
    assert day(first.ended_at) == "2026-09-15"
    assert Moment.objects.filter(term=first, done_at=None).count() == 0


def test_too_late_to_interrupt(scene: Scene) -> None:
    ticket = scene.opened("2026-09-01 10:00")
    scene.now("2026-09-12 10:00")
    with pytest.raises(Refusal, match="within 10 days"):
        acts.suspend(ticket, "irregular", by=scene.cast.member("Anna"), reason="Manca la firma.")


@pytest.mark.parametrize(
    ("cause", "given", "says"),
    [
        ("nothing_such", {"reason": "x"}, "does not allow"),
        ("missing_facts", {"reason": " ", "document": "x"}, "Say why"),
        ("missing_facts", {"reason": "x"}, "asks for a document"),
        ("missing_facts", {"reason": "x", "document": "y", "until": "2026-12-24T10:00:00+01:00"}, "fewer days"),
        ("missing_facts", {"reason": "x", "document": "y", "until": "2026-08-01T10:00:00+02:00"}, "still to come"),
    ],
)
def test_what_a_suspension_asks(scene: Scene, cause: str, given: dict[str, Any], says: str) -> None:
    ticket = scene.opened("2026-09-01 10:00")
    until = datetime.fromisoformat(given["until"]) if "until" in given else None
    with pytest.raises(Refusal, match=says):
        acts.suspend(ticket, cause, by=scene.cast.member("Anna"), **{**given, "until": until})
    assert not Suspension.objects.exists()


def test_the_interim_reply_moves_the_end_once(scene: Scene) -> None:
    """Payment services: 15 working days, with an interim reply up to 35 (facts 5.3: 1 December to 25 January)."""
    bank = rule(
        term={"value": 15, "unit": "working_days", "roll": "none"},
        interim={"value": 35, "unit": "working_days", "times": 1},
    )
    ticket, anna = scene.opened("2026-12-01 10:00", bank), scene.cast.member("Anna")
    assert day(term_of(ticket).due_at) == "2026-12-23"
    scene.now("2026-12-20 10:00")
    acts.extend(ticket, by=anna, reason="Attendiamo la banca estera.", sort="interim", document="prot. 9")
    assert day(term_of(ticket).due_at) == "2027-01-25"
    assert last_notice(ticket).notice_moment == "interim"
    assert "25 gennaio 2027" in last_notice(ticket).text
    row = Extension.objects.get(ticket=ticket)
    assert (day(row.due_before), day(row.due_after)) == ("2026-12-23", "2027-01-25")
    with pytest.raises(Refusal, match="only so often"):
        acts.extend(ticket, by=anna, reason="Ancora")


def test_no_extension_after_the_end_nor_where_there_is_no_rule(scene: Scene) -> None:
    ticket, anna = scene.opened("2026-09-01 10:00"), scene.cast.member("Anna")
    scene.now("2026-10-02 10:00")
    with pytest.raises(Refusal, match="already ended"):
        acts.extend(ticket, by=anna, reason="Serve tempo")
    with pytest.raises(Refusal, match="neither extension"):
        acts.extend(scene.cast.ticket("Altro"), by=anna, reason="Serve tempo")


def test_a_decree_stops_all_terms(scene: Scene) -> None:
    """23 February to 15 April (DL 18/2020 art. 103): days inside are not counted; a term begun inside counts after."""
    ticket = scene.opened("2026-02-10 10:00")
    assert day(term_of(ticket).due_at) == "2026-03-12"
    first, last = date(2026, 2, 23), date(2026, 4, 15)
    assert suspend_for_all(scene.cast.borgo, "decreto-18", {"it": "Decreto"}, first, last, source="DL 18/2020") == 1
    # twelve days used, eighteen left: 3 May is a Sunday
    assert (day(term_of(ticket).safe_due_at), day(term_of(ticket).due_at)) == ("2026-05-03", "2026-05-04")
    assert suspend_for_all(scene.cast.borgo, "decreto-18", {}, first, last, source="DL 18/2020") == 0, "once"
    scene.now("2026-03-01 10:00")
    inside = scene.ticket()
    assert day(term_of(inside).due_at) == "2026-05-15"


def test_neither_new_hours_nor_a_new_version_rewrite_a_date(scene: Scene) -> None:
    """T18: what ran keeps its version and its hours, also when it is counted again."""
    ticket, anna = scene.opened("2026-09-04 10:00"), scene.cast.member("Anna")
    scene.under(rule(term={"value": 10, "unit": "calendar_days", "roll": "none"}, suspensions=[]))
    office = OfficeCalendar.objects.get(slug="italy")
    office.data = {**office.data, "country": "", "holidays": []}
    office.save()
    scene.now("2026-09-14 10:00")
    acts.suspend(ticket, "missing_facts", by=anna, reason="Manca un dato.", document="x")
    acts.resume(ticket, by=anna)
    assert day(term_of(ticket).due_at) == "2026-10-05", "the holiday of 4 October still counts"


def test_warnings_before_and_after_once_and_to_whom(scene: Scene) -> None:
    ticket, anna = scene.opened("2026-09-01 10:00"), scene.cast.member("Anna")
    handling.take(ticket, anna)
    given: list[tuple[str, str, str]] = []
    for written in ("2026-09-24 12:00", "2026-09-25 12:00", "2026-09-30 12:00", "2026-10-02 12:00", "2026-10-09 12:00"):
        scene.now(written)
        tick_all()
    for moment in Moment.objects.filter(ticket=ticket, done_at__isnull=False).order_by("at", "id"):
        given.append((moment.sort, moment.whom, minute(moment.at)))
    assert given == [
        ("warning", "owner", "2026-09-24 08:30"),  # five working days before 1 October, at the opening
        ("warning", "team", "2026-09-29 08:30"),
        ("due", "", "2026-10-01 23:59"),
        ("warning", "supervisor", "2026-10-02 08:30"),  # not at midnight
    ]
    owner = Moment.objects.get(ticket=ticket, whom="owner")
    assert (owner.to_member_id, owner.to_team_id) == (anna.pk, None)
    missed = Event.objects.get(verb="ticket.term_missed", subject_id=ticket.pk)
    assert missed.payload["happened"].startswith("2026-10-01T21:59:59"), "the time of the event, not of the look"


def test_an_answered_ticket_warns_no_more_and_a_closed_one_has_no_timer(scene: Scene) -> None:
    """T18, T21: after it is closed nothing rings, and nothing opens it again."""
    ticket, anna = scene.opened("2026-09-01 10:00"), scene.cast.member("Anna")
    acts.suspend(ticket, "refusal_warning", by=anna, reason="Manca il requisito.")
    ending.close(ticket, by=anna, outcome="withdrawn", reason="Rinuncia.")
    assert not Moment.objects.filter(ticket=ticket, done_at=None).exists()
    assert Suspension.objects.get(ticket=ticket).ended_how == "closed"
    version = Ticket.objects.get(pk=ticket.pk).version
    scene.now("2026-12-01 10:00")
    assert tick_all() == 0
    row = Ticket.objects.get(pk=ticket.pk)
    assert (row.status, row.version) == ("closed", version)


def test_a_moment_left_on_a_closed_ticket_does_nothing(scene: Scene) -> None:
    """T21, the hard way: even a timer that should not be there."""
    ticket, anna = scene.opened("2026-09-01 10:00"), scene.cast.member("Anna")
    ending.close(ticket, by=anna, outcome="withdrawn", reason="Rinuncia.")
    now = scene.now("2026-12-01 10:00")
    past = now - timedelta(hours=1)
    Moment.objects.create(
        organisation=scene.cast.borgo,
        ticket=ticket,
        term=term_of(ticket),
        sort="due",
        at=past,
        due_at=past,
        next_moment_at=past,
    )
    tick_all()
    assert Ticket.objects.get(pk=ticket.pk).status == "closed"
    assert not Moment.objects.filter(ticket=ticket, done_at=None).exists()


def test_reopening_counts_a_new_term(scene: Scene) -> None:
    ticket, anna = scene.opened("2026-09-01 10:00"), scene.cast.member("Anna")
    ending.close(ticket, by=anna, outcome="solved", reason="Fatto.")
    scene.now("2026-09-10 10:00")
    ending.reopen(ticket, by=anna, reason="Non era finita.")
    assert day(term_of(ticket).due_at) == "2026-10-10", "a Saturday, which is not moved"

"""Checklists stand against closing until somebody ticks them; a case without procedure comes back as one."""

from __future__ import annotations

import pytest

from sportello.foundation.core.errors import Refusal, Stale
from sportello.records.procedures.actions.switching import switch_on
from sportello.records.procedures.models import Kind
from sportello.records.procedures.queries import unconfirmed
from sportello.records.tickets import blockers
from sportello.records.tickets.actions import ending
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.checklists import ticking
from sportello.service.backoffice.checklists.ticking import Item, items_from
from sportello.service.backoffice.models import Checklist, ChecklistTemplate, ChecklistTick
from sportello.service.backoffice.unknown_cases import drafts, handling
from sportello.service.backoffice.unknown_cases.handling import Solution
from tests.cast import Cast
from tests.reacting import react

ITEMS = items_from("!Identità verificata\n\nRicevuta allegata\n! IBAN controllato")


@pytest.fixture
def template(cast: Cast) -> ChecklistTemplate:
    kind = Kind.objects.get(organisation=cast.borgo, slug="complaint")
    return ticking.make_template(cast.borgo, "Rimborso", ITEMS, kind=kind, by=cast.member("Carla"))


def names(ticket: Ticket) -> list[str]:
    return [one.name for one in blockers.missing(ticket, "solved")]


def test_a_line_is_an_item_and_a_mark_makes_it_mandatory() -> None:
    assert [Item("Identità verificata", True), Item("Ricevuta allegata"), Item("IBAN controllato", True)] == ITEMS


def test_the_checklist_of_the_kind_hangs_on_the_ticket_once(cast: Cast, template: ChecklistTemplate) -> None:
    ticket = cast.ticket(kind="complaint")
    assert len(names(ticket)) == 2, "it counts before the worker has come by"
    for _ in range(3):
        react()
    assert Checklist.objects.get(ticket=ticket).items.count() == 3
    assert len(names(ticket)) == 2
    other = cast.ticket()
    react()
    assert not Checklist.objects.filter(ticket=other).exists()


def test_mandatory_items_stand_against_closing_until_ticked(cast: Cast, template: ChecklistTemplate) -> None:
    ticket = cast.ticket(kind="complaint")
    react()
    anna, bruno = cast.member("Anna"), cast.member("Bruno")
    with pytest.raises(Refusal, match="IBAN controllato"):
        ending.close(ticket, by=anna, outcome="solved", reason="Fatto.")
    identity, _receipt, iban = Checklist.objects.get(ticket=ticket).items.order_by("position")
    ticking.tick(identity, by=anna)
    ticking.tick(identity, by=bruno)
    assert identity.ticks.get().by_member == anna, "the first who ticked it"
    ticking.tick(iban, by=bruno)
    assert not names(ticket)
    ticking.untick(iban, by=anna)
    assert len(names(ticket)) == 1
    assert ChecklistTick.objects.filter(item=iban, back_by=anna).count() == 1, "who said so first is not lost"
    ticking.tick(iban, by=bruno)
    ending.close(ticket, by=anna, outcome="solved", reason="Fatto.")
    with pytest.raises(Refusal):
        ticking.untick(iban, by=anna)


def test_nothing_is_asked_where_nothing_was_decided(cast: Cast, template: ChecklistTemplate) -> None:
    ticket = cast.ticket(kind="complaint")
    react()
    ending.close(ticket, by=cast.member("Anna"), outcome="withdrawn", reason="Rinuncia.")


def test_several_by_hand_and_one_taken_off_with_its_reason(cast: Cast, template: ChecklistTemplate) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    ticking.hang(ticket, template, by=anna)
    own = ticking.write(ticket, "Sopralluogo", [Item("Foto fatte", True)], by=anna)
    assert len(names(ticket)) == 3
    with pytest.raises(Refusal):
        ticking.hang(ticket, template, by=anna)
    with pytest.raises(Refusal):
        ticking.take_off(own, by=anna, reason="")
    ticking.take_off(own, by=anna, reason="Non serve il sopralluogo.")
    assert len(names(ticket)) == 2


def test_a_changed_template_leaves_what_hangs_as_it_was(cast: Cast, template: ChecklistTemplate) -> None:
    ticket = cast.ticket(kind="complaint")
    react()
    ticking.make_template(cast.borgo, "Rimborso", [Item("Altro", True)], kind=template.kind, by=cast.member("Carla"),
                          replaces=template)  # fmt: skip
    assert [item.text for item in Checklist.objects.get(ticket=ticket).items.order_by("position")] == [
        "Identità verificata", "Ricevuta allegata", "IBAN controllato"]  # fmt: skip
    assert len(names(ticket)) == 2, "nor is the new one asked of a ticket opened before it"


def flagged(cast: Cast, ticket: Ticket) -> handling.UnknownCase:
    return handling.flag(ticket, cast.team("taxes"), by=cast.member("Anna"), case="Chiede un duplicato del tributo.",
                         needed="Chi lo rilascia, entro quando.", meanwhile="Ho promesso una risposta.")


def test_a_case_without_procedure_comes_back_as_the_draft_of_one(cast: Cast) -> None:
    ticket = cast.ticket()
    case = flagged(cast, ticket)
    with pytest.raises(Refusal):
        flagged(cast, ticket)
    assert [one.pk for one in handling.cases_for(cast.person("Bruno"))] == [case.pk]
    handling.take(case, by=cast.member("Bruno"))
    with pytest.raises(Stale):
        handling.take(case, by=cast.member("Dario"))
    plan = drafts.ProcedureDraft("Duplicato di un tributo", "service", 15)
    handling.solve(case, Solution("procedure", "Seguire la bozza: rilascia Tributi.", procedure=plan), by=cast.member("Bruno"))
    draft = case.procedure
    assert not draft.is_on and draft.defined.names == {"it": "Duplicato di un tributo"}
    assert ticket.number in draft.defined.notes["it"], "tied to where it comes from"
    assert [value.key for value in unconfirmed(draft)] == ["term"], "no source was given: it is asked before it is on"
    with pytest.raises(Refusal):
        switch_on(draft, cast.person("Carla").actor)
    told = ticket.entries.get(event__code="case_solved")
    assert told.event.reason == "Seguire la bozza: rilascia Tributi." and told.visibility == "internal"
    assert not list(handling.cases_for(cast.person("Bruno")))


def test_two_cases_of_one_name_make_two_kinds(cast: Cast) -> None:
    plan = drafts.ProcedureDraft("Duplicato", "service", 15, source="Delibera 12/2026")
    first, second = (drafts.procedure(cast.borgo, plan, "2026-0000001", cast.person("Bruno").actor) for _ in range(2))
    assert (first.kind.slug, second.kind.slug) == ("duplicato", "duplicato_2")
    assert not unconfirmed(first)


@pytest.mark.parametrize("result", ["reply", "sheet"])
def test_or_as_a_reply_or_sheet_nobody_is_offered_until_it_is_put_into_use(cast: Cast, result: str) -> None:
    case = flagged(cast, cast.ticket())
    with pytest.raises(Refusal):
        handling.solve(case, Solution(result, "Ecco.", name="", body="Testo"), by=cast.member("Bruno"))
    handling.solve(case, Solution(result, "Ecco la bozza.", name="Duplicati", body="Si chiedono a Tributi."), by=cast.member("Bruno"))
    draft = case.reply or case.sheet
    assert draft.retired_at is not None and draft.texts.get().body == "Si chiedono a Tributi."
    handling.put_into_use(case, by=cast.member("Carla"))
    draft.refresh_from_db()
    assert draft.retired_at is None


def test_declined_with_words_it_is_told_too(cast: Cast) -> None:
    ticket = cast.ticket()
    case = flagged(cast, ticket)
    with pytest.raises(Refusal):
        handling.decline(case, " ", by=cast.member("Bruno"))
    handling.decline(case, "C'è già: informazione.", by=cast.member("Bruno"))
    assert ticket.entries.filter(event__code="case_declined").exists()
    with pytest.raises(Refusal):
        handling.take(case, by=cast.member("Bruno"))

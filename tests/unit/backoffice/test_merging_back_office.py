"""What the back office has open on a ticket stands against its going on in another one; what is settled goes along."""

from __future__ import annotations

import pytest

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actor import MACHINE
from sportello.records.tickets.actions import asides, merging
from sportello.records.tickets.models import Message, Ticket, TicketMerge
from sportello.records.tickets.words import Words
from sportello.service.backoffice.approvals import asking
from sportello.service.backoffice.approvals.rules import Approver
from sportello.service.backoffice.models import Approval, Complaint
from sportello.service.backoffice.offices import answering, forwarding
from tests.cast import Cast
from tests.unit.tickets.terms_scene import Scene

from .complaints_scene import RULES
from .test_approvals import draft
from .test_offices import forwarded, inside, office

pytestmark = pytest.mark.django_db


def two(cast: Cast) -> tuple[Ticket, Ticket]:
    return cast.ticket("Mensa"), cast.ticket("Ancora la mensa")


def test_an_office_at_work_is_heard_or_recalled_first_and_settled_letters_go_along(cast: Cast) -> None:
    scene, anna = Scene(cast), cast.member("Anna")
    first, second = two(cast)
    asking_works = forwarded(scene, second, office(cast))
    asking_taxes = forwarded(scene, second, inside(cast))
    second.refresh_from_db()
    with pytest.raises(Refusal, match=r"Lavori pubblici.*Tributi"):
        merging.merge(second, first, by=anna)
    assert not TicketMerge.objects.exists() and second.open_asides == 2
    # the other way round it may: the office goes on working for the ticket that goes on
    forwarding.recall(asking_works, reason="Basta l'altro ufficio.", by=anna)
    answering.answer_inside(asking_taxes, "Ecco i conti.", by=cast.member("Bruno"))
    asking_taxes.refresh_from_db()
    with pytest.raises(Refusal, match="Tributi"):
        merging.merge(second, first, by=anna)
    forwarding.accept(asking_taxes, by=anna)
    made = merging.merge(Ticket.objects.get(pk=second.pk), first, by=anna)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.open_asides, second.open_asides) == (0, 0)
    letters = Message.objects.filter(aside=asking_taxes.aside_id)
    assert {one.entry.ticket_id for one in letters} == {first.pk}
    # what the office adds later stands with its letters, and wakes nothing
    asides.told(first, asking_taxes.aside, Words(text="Un ripensamento."), channel="phone", actor=MACHINE)
    merging.part(made, by=anna)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.open_asides, second.open_asides) == (0, 0) and not second.is_closed
    came = {one.text: one.entry.ticket_id for one in Message.objects.filter(aside=asking_taxes.aside_id)}
    assert came["Ecco i conti."] == second.pk and came["Un ripensamento."] == first.pk, "each where it came in"


def test_an_office_asked_on_the_other_one_is_no_hindrance(cast: Cast) -> None:
    scene, anna = Scene(cast), cast.member("Anna")
    first, second = two(cast)
    forwarded(scene, first, office(cast))
    made = merging.merge(second, first, by=anna)
    first.refresh_from_db()
    assert first.open_asides == 1
    merging.part(made, by=anna)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.open_asides, second.open_asides) == (1, 0)
    forwarded(scene, second, office(cast, name="Polizia locale", address="polizia@provincia.test"))
    second.refresh_from_db()
    assert second.open_asides == 1


def test_words_that_wait_for_approval_are_decided_or_withdrawn_first(cast: Cast) -> None:
    anna = cast.member("Anna")
    first, second = two(cast)
    approval = asking.ask(second, draft(second), by=anna, steps=[Approver(member=cast.member("Carla"))])
    with pytest.raises(Refusal, match="Anna"):
        merging.merge(second, first, by=anna)
    merging.merge(first, Ticket.objects.get(pk=second.pk), by=anna)
    merging.part(TicketMerge.objects.get(), by=anna)
    asking.withdraw(Approval.objects.get(pk=approval.pk), by=anna)
    merging.merge(Ticket.objects.get(pk=second.pk), Ticket.objects.get(pk=first.pk), by=anna)


def test_a_line_of_the_register_ends_with_its_ticket_and_is_open_again_with_it(cast: Cast) -> None:
    scene, anna = Scene(cast), cast.member("Anna")
    first = scene.opened("2026-09-01 10:00", RULES)
    second = scene.ticket()
    made = merging.merge(second, first, by=anna)
    old, kept = (Complaint.objects.get(ticket=one) for one in (second, first))
    assert old.closed_at is not None and old.finding == "" and kept.is_open
    assert first.number in old.stages.get(code="closing").text
    merging.part(made, by=anna)
    old.refresh_from_db()
    assert old.is_open and Complaint.objects.count() == 2, "no third line"

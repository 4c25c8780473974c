"""Anna reads a letter that came as "information" and says what it is: the law that governs it runs from its first day."""

from __future__ import annotations

import pytest

from sportello.foundation.core.errors import Refusal
from sportello.records.procedures.models import Kind
from sportello.records.tickets.actions import classifying, handling
from sportello.records.tickets.actions import terms as acts
from sportello.records.tickets.models import Moment, Notice, StatedReason, Term, Ticket
from tests.cast import Cast

from .terms_scene import Scene, day, rule, term_of


@pytest.fixture
def scene(cast: Cast) -> Scene:
    return Scene(cast)


def came(scene: Scene, **rules: object) -> Ticket:
    """By the general mailbox, on 1 September, as information (30 days); complaints have `rules`."""
    scene.now("2026-09-01 10:00")
    scene.under(rule(**rules))
    return scene.cast.ticket(kind="information")


def complaint(scene: Scene) -> Kind:
    return Kind.objects.get(organisation=scene.cast.borgo, slug="complaint")


def test_its_procedure_runs_from_the_day_it_came(scene: Scene) -> None:
    """L. 241/1990 art. 2 c. 6: from the receipt, not from the day it was understood."""
    ticket = came(scene, term={"value": 20, "unit": "calendar_days", "roll": "festivo"})
    scene.now("2026-09-08 10:00")
    classifying.classify(ticket, complaint(scene), by=scene.cast.member("Anna"), reason="Chiede un rimborso.")
    assert ticket.procedure.kind == ticket.kind == complaint(scene)
    assert day(term_of(ticket).starts_at) == "2026-09-01" and day(term_of(ticket).due_at) == "2026-09-21"
    assert Term.objects.filter(ticket=ticket, kind="conclusion", ended_at__isnull=True).count() == 1
    assert Term.objects.get(ticket=ticket, kind="first_answer").is_running, "what was promised at the door is kept"
    assert Notice.objects.filter(ticket=ticket, moment="promise", state="given").count() == 1, "they are told the new date"
    assert StatedReason.objects.get(ticket=ticket).text == "Chiede un rimborso."
    old = Term.objects.filter(ticket=ticket, ended_at__isnull=False)
    assert not Moment.objects.filter(term__in=old, next_moment_at__isnull=False).exists(), "the old term warns no more"


def test_a_longer_term_takes_back_no_promise(scene: Scene) -> None:
    ticket = came(scene, term={"value": 90, "unit": "calendar_days", "roll": "festivo"})
    first, told = ticket.next_promise_at, term_of(ticket).due_at
    classifying.classify(ticket, complaint(scene), by=scene.cast.member("Anna"))
    assert day(term_of(ticket).due_at) == "2026-11-30" and ticket.next_promise_at == first
    assert Term.objects.get(ticket=ticket, kind="promise").due_at == told
    assert not Notice.objects.filter(ticket=ticket, moment="promise").exists(), "nothing they were told has changed"


def test_the_reason_is_asked_where_the_procedure_says_so(scene: Scene) -> None:
    ticket = came(scene, reasons=["procedure", "priority"])
    with pytest.raises(Refusal) as refused:
        classifying.classify(ticket, complaint(scene), by=scene.cast.member("Anna"))
    assert refused.value.field == "reason"
    classifying.classify(ticket, complaint(scene), by=scene.cast.member("Anna"), reason="Contesta un addebito.")
    with pytest.raises(Refusal) as refused:
        handling.change_priority(ticket, 4, by=scene.cast.member("Anna"))
    assert refused.value.field == "reason"
    handling.change_priority(ticket, 4, by=scene.cast.member("Anna"), reason="Rischio per una bambina.")


def test_not_while_the_term_stands_still_nor_under_what_did_not_govern(scene: Scene) -> None:
    ticket = came(scene)
    retired = Kind.objects.create(organisation=scene.cast.borgo, slug="nuovo", names={"it": "Nuovo"}, family="service")
    with pytest.raises(Refusal):
        classifying.classify(ticket, retired, by=scene.cast.member("Anna"))
    classifying.classify(ticket, complaint(scene), by=scene.cast.member("Anna"))
    acts.suspend(ticket, "missing_facts", by=scene.cast.member("Anna"), reason="Manca un dato.", document="prot. 1")
    information = Kind.objects.get(organisation=scene.cast.borgo, slug="information")
    with pytest.raises(Refusal, match="fermo"):
        classifying.classify(ticket, information, by=scene.cast.member("Anna"))


def test_days_on_which_the_office_opens_are_counted_where_the_rule_says_so(scene: Scene) -> None:
    """The ticket counts as `sportello terms` does: ten days on which the office opens, which is closed on Fridays."""
    from sportello.records.procedures.models import OfficeCalendar
    from tests.cast import HOURS

    hours = {name: [["09:00", "12:00"]] for name in ("mon", "tue", "wed", "thu")}
    OfficeCalendar.objects.create(
        organisation=scene.cast.borgo, slug="italy", data={**HOURS, "country": "IT", "hours": hours}
    )
    ticket = came(scene, term={"value": 10, "unit": "working_days", "roll": "none", "office_days": True})
    classifying.classify(ticket, complaint(scene), by=scene.cast.member("Anna"))
    assert day(term_of(ticket).due_at) == "2026-09-17", "by the law's working days it would be 15 September"

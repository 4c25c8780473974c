"""A complaint from the customer's word to the register, the reply, the closing and the bodies beyond us."""

from __future__ import annotations

from datetime import date

import pytest

from sportello.foundation.core.errors import NotAllowed, Refusal, Stale
from sportello.records.procedures.models import Kind
from sportello.records.tickets import blockers
from sportello.records.tickets.actions import ending, handling, messages
from sportello.records.tickets.models import Message, Note, StatedReason, Term, Ticket
from sportello.service.backoffice.complaints import (
    erasing,
    escalation,
    instances,
    lessons,
    limits,
    registering,
    remedies,
    replies,
    stages,
)
from sportello.service.backoffice.models import Complaint, ComplaintStage, Instance, OfferedRemedy
from sportello.service.channels.models import Dispatch
from tests.cast import Cast
from tests.unit.tickets.terms_scene import Scene

from .complaints_scene import ALL_BLOCKS, RULES, complaint_of, line_of

pytestmark = pytest.mark.django_db
F, S = Complaint.Finding, ComplaintStage.Code


def codes(complaint: Complaint) -> list[str]:
    return list(complaint.stages.order_by("id").values_list("code", flat=True))


def position(complaint: Complaint) -> int:
    return Ticket.objects.get(pk=complaint.ticket_id).last_public_position


def test_a_complaint_enters_by_itself_with_number_basis_term_and_receipt(cast: Cast) -> None:
    complaint = complaint_of(cast)
    assert (complaint.year, complaint.serial, complaint.number) == (2026, 1, "R-2026-0001")
    assert complaint.legal_basis == "Carta dei servizi art. 7"
    assert (complaint.term_value, complaint.term_unit) == (30, "calendar_days")
    assert complaint.due_at == Term.objects.get(ticket=complaint.ticket, kind="conclusion").due_at
    assert codes(complaint) == [S.RECEIPT, S.ACKNOWLEDGEMENT]
    assert line_of(cast.ticket(kind="complaint")).serial == 2
    assert not Complaint.objects.filter(ticket=cast.ticket(kind="information")).exists()


def test_a_question_that_turns_out_a_complaint_enters_then_with_its_own_term(cast: Cast) -> None:
    scene = Scene(cast)
    scene.now("2026-09-01 10:00")
    scene.under({**RULES, "term": {"value": 10, "unit": "calendar_days", "roll": "festivo"}})
    ticket = cast.ticket(kind="information")
    scene.now("2026-09-03 10:00")
    kind = Kind.objects.get(organisation=cast.borgo, slug="complaint")
    handling.change_kind(ticket, kind, by=cast.member("Anna"))
    complaint = line_of(ticket)
    assert complaint.received_at == ticket.opened_at, "its term runs from the customer's words, not from our finding out"
    assert complaint.due_at.date() == date(2026, 9, 11)
    running = Term.objects.filter(ticket=ticket, kind="conclusion", ended_at=None).order_by("due_at")
    assert [term.due_at.date() for term in running] == [date(2026, 9, 11), date(2026, 10, 1)], "both are kept"
    # the rule it is closed by is the complaint's, whatever it was opened as
    said = [one.code for one in blockers.missing(Ticket.objects.get(pk=ticket.pk), "solved")]
    assert "complaint_reply" in said
    handling.change_kind(ticket, Kind.objects.get(organisation=cast.borgo, slug="information"), by=cast.member("Anna"))
    handling.change_kind(ticket, kind, by=cast.member("Anna"))
    assert Complaint.objects.filter(ticket=ticket).count() == 1, "one line in force"


def test_found_a_complaint_while_closed_it_enters_when_it_is_opened_again(cast: Cast) -> None:
    ticket, anna = cast.ticket(kind="information"), cast.member("Anna")
    ending.close(ticket, by=anna, outcome="information_given", reason="Fatto.")
    handling.change_kind(ticket, Kind.objects.get(organisation=cast.borgo, slug="complaint"), by=anna)
    assert not Complaint.objects.filter(ticket=ticket).exists()
    ending.reopen(ticket, by=anna, reason="È un reclamo.")
    assert line_of(ticket).is_open


def test_annulled_stays_in_view_and_its_number_is_not_given_again(cast: Cast) -> None:
    complaint = complaint_of(cast)
    with pytest.raises(Refusal):
        registering.annul(complaint, " ", by=cast.member("Carla"))
    registering.annul(complaint, "Era una domanda.", by=cast.member("Carla"))
    kept = Complaint.objects.get(pk=complaint.pk)
    assert kept.is_annulled and kept.annulled_why == "Era una domanda." and kept.serial == 1
    with pytest.raises(Refusal):
        stages.investigate(kept, cause="delay", text="x", by=cast.member("Anna"))
    kind = kept.kind
    handling.change_kind(kept.ticket, Kind.objects.get(organisation=cast.borgo, slug="information"),
                         by=cast.member("Anna"))
    handling.change_kind(kept.ticket, kind, by=cast.member("Anna"))
    assert line_of(kept.ticket).serial == 2


def test_what_is_critical_or_touches_safety_is_urgent(cast: Cast) -> None:
    complaint = complaint_of(cast)
    stages.assess(complaint, severity=2, risk=1, is_safety=True, responsible=cast.member("Bruno"), text="Scala rotta.",
                  by=cast.member("Anna"))
    complaint.ticket.refresh_from_db()
    assert complaint.ticket.priority == Ticket.Priority.URGENT
    assert Complaint.objects.get(pk=complaint.pk).responsible == cast.member("Bruno")
    with pytest.raises(Refusal):
        stages.assess(complaint, severity=9, risk=1, is_safety=False, responsible=cast.member("Bruno"), text="",
                      by=cast.member("Anna"))
    leo = cast.member("Leo")
    leo.refresh_from_db()
    with pytest.raises(Refusal):  # who left answers for nothing
        stages.assess(complaint, severity=1, risk=1, is_safety=False, responsible=leo, text="",
                      by=cast.member("Anna"))


def test_the_whole_chain_of_iso_10002_and_a_reply_with_its_blocks(cast: Cast) -> None:
    complaint = complaint_of(cast)
    anna = cast.member("Anna")
    with pytest.raises(Refusal):  # the customer is told a name
        stages.acknowledge(complaint, "Ricevuto.", by=anna, base_position=position(complaint))
    stages.assess(complaint, severity=2, risk=3, is_safety=False, responsible=anna, text="Doppio addebito.", by=anna)
    said = stages.acknowledgement_text(complaint)
    assert "R-2026-0001" in said and "Anna Prova" in said and "1° ottobre" in said.replace("1 ottobre", "1° ottobre")
    stages.acknowledge(complaint, said, by=anna, base_position=position(complaint))
    stages.investigate(complaint, cause="billing", text="Rata inviata due volte.", by=anna)
    with pytest.raises(Refusal) as refused:
        replies.send_final(complaint, {**ALL_BLOCKS, "checks": " "}, finding=F.UPHELD, by=anna,
                           base_position=position(complaint))
    assert "Verifiche" in str(refused.value.sentence), "which block is missing is said"
    with pytest.raises(Refusal) as refused:  # what is refused has a block of its own
        replies.send_final(complaint, ALL_BLOCKS, finding=F.NOT_UPHELD, by=anna, base_position=position(complaint))
    assert "Perché no" in str(refused.value.sentence)
    with pytest.raises(Stale):
        replies.send_final(complaint, ALL_BLOCKS, finding=F.UPHELD, by=anna, base_position=0)
    assert Complaint.objects.get(pk=complaint.pk).answered_at is None
    reply = replies.send_final(complaint, ALL_BLOCKS, finding=F.UPHELD, by=anna, base_position=position(complaint))
    assert reply.message is not None and "Verifiche\nAbbiamo confrontato" in reply.message.text
    ticket = Ticket.objects.get(pk=complaint.ticket_id)
    assert [one.code for one in blockers.missing(ticket, "solved")] == ["reason"], "only why this remedy is left to say"
    remedies.offer(complaint, sort="apology", cost=0, text="Ci scusiamo.", reason="Errore nostro.", by=anna)
    ending.close(ticket, by=anna, outcome="solved", reason="Rimborsato.")
    row = Complaint.objects.get(pk=complaint.pk)
    assert row.finding == F.UPHELD and row.closed_at is not None
    assert codes(row) == [S.RECEIPT, S.ACKNOWLEDGEMENT, S.ASSESSMENT, S.ACKNOWLEDGEMENT, S.INVESTIGATION, S.RESPONSE,
                          S.DECISION, S.CLOSING]
    ending.reopen(ticket, by=anna, reason="Manca un mese.")
    assert Complaint.objects.get(pk=complaint.pk).is_open


def test_a_block_left_out_with_a_reason_no_longer_stands_against_closing(cast: Cast) -> None:
    complaint = complaint_of(cast)
    anna = cast.member("Anna")
    texts = {code: text for code, text in ALL_BLOCKS.items() if code != "checks"}
    replies.send_final(complaint, texts, finding=F.UPHELD, by=anna, base_position=position(complaint),
                       left_out_why="Non serviva verificare: l'errore era nella nostra lettera.")
    kept = complaint.replies.get()
    assert kept.left_out == ["checks"] and kept.left_out_why
    assert "block" not in [one.code for one in blockers.missing(Ticket.objects.get(pk=complaint.ticket_id), "solved")]


def test_a_complaint_answered_as_any_ticket_is_decided_by_how_it_ends(cast: Cast) -> None:
    ticket = cast.ticket(kind="complaint")
    messages.answer(ticket, cast.member("Anna"), "Non possiamo.", base_position=ticket.last_public_position)
    ending.close(ticket, by=cast.member("Anna"), outcome="not_accepted", reason="Il regolamento non lo prevede.")
    assert line_of(ticket).finding == F.NOT_UPHELD


def test_the_interim_reply_moves_the_term_as_the_rule_allows(cast: Cast) -> None:
    complaint = complaint_of(cast)
    anna = cast.member("Anna")
    with pytest.raises(Refusal):
        replies.send_interim(complaint, {}, by=anna, base_position=position(complaint))
    reply = replies.send_interim(complaint, {"delay_reason": "Aspettiamo la banca."}, by=anna,
                                 base_position=position(complaint))
    assert reply.message is not None and "Aspettiamo la banca." in reply.message.text
    # 60 days from 1 September end on Saturday 31 October, which this rule does not move
    assert stages.due_at(complaint).date() == date(2026, 10, 31)


def test_where_else_to_turn_is_written_from_the_rule_with_its_dates(cast: Cast) -> None:
    complaint = complaint_of(cast)
    Scene(cast).now("2026-09-20 09:00")
    way = escalation.ways(complaint, None)[0]
    assert (way.opens, way.closes) == (date(2026, 10, 11), date(2027, 9, 1))
    answered = escalation.ways(complaint, complaint.received_at.replace(day=20))[0]
    assert answered.opens == date(2026, 9, 20), "a poor answer opens it at once"
    with stages.in_language_of(complaint):
        said = escalation.text(complaint, complaint.received_at.replace(day=20))
    assert "Conciliazione (Servizio di conciliazione), dal 20 settembre 2026 al 1° settembre 2027" in said
    assert "è obbligatoria" in said or "prima di andare dal giudice" in said


def test_bodies_beyond_us_are_followed_to_their_result(cast: Cast) -> None:
    complaint = complaint_of(cast)
    Scene(cast).now("2026-10-20 09:00")
    complaint = line_of(complaint.ticket)
    by = cast.member("Anna")
    with pytest.raises(Refusal):
        instances.open_instance(complaint, code="conciliation", opened_on=date(2026, 8, 1), by=by)
    row = instances.open_instance(complaint, code="conciliation", opened_on=date(2026, 10, 19), reference="C/12", by=by)
    assert row.decides_by == date(2027, 1, 17), "90 days from 19 October, by the rule's own roll: none"
    instances.hear(row, by=by, answer_by=date(2026, 11, 2))
    instances.conclude(row, result="agreed", text="Accordo.", concluded_on=date(2026, 11, 20), cost=4500, by=by)
    row = Instance.objects.get(pk=row.pk)
    assert (row.state, row.result, row.cost, row.answer_by) == ("concluded", "agreed", 4500, date(2026, 11, 2))
    with pytest.raises(Refusal):
        instances.drop(row, text="", by=by)
    assert "court" in instances.bodies(complaint), "and any body the rule does not name"


def test_remedies_within_the_limit_at_once_above_it_when_somebody_else_grants(cast: Cast) -> None:
    complaint = complaint_of(cast)
    anna, carla, elena = cast.member("Anna"), cast.member("Carla"), cast.member("Elena")
    limits.set_limit(cast.borgo, by=elena, amount=5000, role="operator")
    limits.set_limit(cast.borgo, by=elena, amount=20000, role="supervisor")
    first = remedies.offer(complaint, sort="refund", cost=3000, text="", reason="Doppio addebito.", by=anna)
    assert first.state == "granted"
    second = remedies.offer(complaint, sort="discount", cost=3000, text="", reason="Per il disturbo.", by=anna)
    assert second.state == "asked", "two halves do not pass where the whole would not"
    with pytest.raises(NotAllowed):
        remedies.grant(second, by=anna)
    with pytest.raises(NotAllowed):  # Bruno's own limit covers no more than Anna's
        remedies.grant(second, by=cast.member("Bruno"))
    ticket = Ticket.objects.select_related("kind").get(pk=complaint.ticket_id)
    assert "complaint_remedy" in [one.code for one in blockers.missing(ticket, "solved")]
    remedies.grant(second, by=carla)
    assert Note.objects.filter(entry__ticket=ticket, text__contains="Anna Prova").count() == 1, "the asker is told"
    with pytest.raises(Refusal):
        remedies.grant(second, by=carla)
    third = remedies.offer(complaint, sort="refund", cost=100000, text="", reason="Chiede tutto.", by=anna)
    with pytest.raises(NotAllowed):
        remedies.refuse(third, by=carla, reason="Troppo.")
    limits.set_limit(cast.borgo, by=elena, amount=None, member=carla)
    with pytest.raises(Refusal):
        remedies.refuse(third, by=carla, reason="")
    remedies.refuse(third, by=carla, reason="Il danno è di 30 euro.")
    assert OfferedRemedy.objects.get(pk=third.pk).state == "refused"
    remedies.answered(first, accepted=True, by=anna)
    remedies.done(first, by=anna)
    assert remedies.spent(complaint) == 6000
    assert StatedReason.objects.filter(ticket=complaint.ticket, about="remedy").exists()
    with pytest.raises(Refusal):
        remedies.withdraw(first, by=anna)
    with pytest.raises(NotAllowed):
        limits.set_limit(cast.borgo, by=carla, amount=None, role="supervisor")


def test_compensation_is_what_the_rule_owes_and_has_no_limit(cast: Cast) -> None:
    complaint = complaint_of(cast)
    anna = cast.member("Anna")
    with pytest.raises(Refusal):
        remedies.offer(complaint, sort="compensation", cost=0, text="", reason="Ritardo.", by=anna)
    Scene(cast).now("2026-11-05 09:00")
    complaint = line_of(complaint.ticket)
    owed = remedies.offer(complaint, sort="compensation", cost=1, text="", reason="Ritardo.", by=anna)
    assert (owed.cost, owed.state) == (6000, "granted"), "35 days late: doubled, whatever was typed"
    assert ["replaced", {"code": "base", "by": "double"}] in owed.steps


def test_lessons_have_an_owner_and_a_day_and_are_followed_until_done(cast: Cast) -> None:
    complaint = complaint_of(cast)
    anna, bruno = cast.member("Anna"), cast.member("Bruno")
    with pytest.raises(Refusal):
        lessons.begin(complaint, lesson="x", action="y", owner=bruno, due_on=date(2026, 8, 1), by=anna)
    row = lessons.begin(complaint, lesson="La rata parte due volte.", action="Controllo prima dell'invio.", owner=bruno,
                        due_on=date(2026, 10, 1), public_text="Un controllo evita gli addebiti doppi.", by=anna)
    with pytest.raises(Refusal):
        lessons.finish(row, effect=" ", by=bruno)
    lessons.finish(row, effect="Nessun caso in ottobre.", by=bruno)
    row.refresh_from_db()
    assert row.done_by == bruno and row.done_at is not None


def test_erased_by_law_the_words_go_and_what_was_counted_stays(cast: Cast) -> None:
    from types import SimpleNamespace

    from sportello.records.customers.actions.erasing import erase
    from sportello.records.customers.models import Erasure

    complaint = complaint_of(cast)
    anna, ticket = cast.member("Anna"), Ticket.objects.select_related("customer__organisation").get(pk=complaint.ticket_id)
    stages.assess(complaint, severity=1, risk=1, is_safety=False, responsible=anna, text="Maria è anziana.", by=anna)
    stages.investigate(complaint, cause="delay", text="Maria abita in via Roma.", by=anna)
    remedies.offer(complaint, sort="apology", cost=0, text="Scuse a Maria.", reason="Maria aspettava.", by=anna)
    replies.send_final(complaint, ALL_BLOCKS, finding=F.UPHELD, by=anna, base_position=position(complaint))
    today = escalation.today(complaint)
    body = instances.open_instance(complaint, code="conciliation", opened_on=today, by=anna)
    lessons.begin(complaint, lesson="Maria aspettava.", action="Si avvisa.", owner=anna, due_on=today,
                  public_text="Si avvisa prima.", by=anna)
    ending.close(ticket, by=anna, outcome="solved", reason="Fatto.")
    Dispatch.objects.update(state="sent")  # no letter is on its way
    with pytest.raises(Refusal) as refused:  # a body beyond us has it (GDPR art. 17(3)(e))
        erase(ticket.customer, cast.member("Carla"), ground="Art. 17")
    assert "organismo" in str(refused.value.sentence) or "another body" in str(refused.value.sentence)
    instances.conclude(body, result="agreed", text="Accordo con Maria.", concluded_on=today, by=anna)
    erase(ticket.customer, cast.member("Carla"), ground="Art. 17")
    event = SimpleNamespace(payload={"erasure_id": Erasure.objects.get(customer=ticket.customer).pk})
    erasing.erase_complaints(event)  # type: ignore[arg-type]  # what it reads of an event
    row = Complaint.objects.get(pk=complaint.pk)
    kept = [*row.stages.values_list("text", flat=True), *row.remedies.values_list("text", "reason"),
            *row.replies.values_list("blocks"), *row.instances.values_list("result_text"),
            *row.corrective_actions.values_list("lesson", "action")]  # fmt: skip
    assert "Maria" not in str(kept) and "addebiti" not in str(kept)
    assert (row.finding, row.cause, row.number) == (F.UPHELD, "delay", "R-2026-0001")
    assert row.corrective_actions.get().public_text == "Si avvisa prima."


def test_no_note_or_reason_of_ours_reaches_the_customer(cast: Cast) -> None:
    complaint = complaint_of(cast)
    anna = cast.member("Anna")
    stages.assess(complaint, severity=1, risk=1, is_safety=False, responsible=anna, text="girasole", by=anna)
    stages.investigate(complaint, cause="delay", text="girasole trovato", by=anna)
    remedies.offer(complaint, sort="refund", cost=900, text="Rimborso", reason="girasole perché", by=anna)
    replies.send_final(complaint, ALL_BLOCKS, finding=F.UPHELD, by=anna, base_position=position(complaint))
    said = Message.objects.filter(entry__ticket=complaint.ticket).values_list("text", flat=True)
    assert not any("girasole" in text for text in said)

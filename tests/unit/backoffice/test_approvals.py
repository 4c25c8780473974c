"""What Anna writes on a complaint leaves after Bruno and Carla have read it, as they read it, to the letter."""

from __future__ import annotations

from typing import Any

import pytest

from sportello.foundation.core.errors import NotAllowed, Refusal, Stale
from sportello.foundation.files.actions import keep
from sportello.foundation.journal import actor
from sportello.records.procedures.models import Kind
from sportello.records.tickets.actions import ending, messages
from sportello.records.tickets.models import Message, Ticket
from sportello.records.tickets.words import File, Words
from sportello.service.backoffice.approvals import asking, rules
from sportello.service.backoffice.approvals.asking import Draft
from sportello.service.backoffice.approvals.rules import Approver
from sportello.service.backoffice.models import Approval
from sportello.service.channels import waiting
from tests.cast import Cast

TEXT = "Gentile Maria, le rimborsiamo 46,80 euro entro il 15 dicembre."


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    """A complaint: replies and decisions of the kind are approved by the taxes team, then by any supervisor."""
    kind = Kind.objects.get(organisation=cast.borgo, slug="complaint")
    rules.make_rule(kind, "both", [Approver(team=cast.team("taxes")), Approver()], by=cast.member("Carla"))
    return cast.ticket(kind="complaint")


def draft(ticket: Ticket, text: str = TEXT, **more: Any) -> Draft:
    return Draft(**{"text": text, "base_position": ticket.last_public_position,
                    "to": [("Maria Popescu", "maria@example.org")], **more})


def answers(ticket: Ticket) -> list[str]:
    return list(Message.objects.filter(entry__ticket=ticket, direction="out", notice_moment="").values_list("text", flat=True))


def test_it_leaves_unchanged_after_the_last_approval_and_not_before(cast: Cast, ticket: Ticket) -> None:
    file = File("calcolo.txt", keep(cast.borgo, b"46,80"))
    approval = asking.ask(ticket, draft(ticket, files=[file]), by=cast.member("Anna"))
    asking.approve(approval, 1, by=cast.member("Bruno"))
    assert approval.state == "pending" and not answers(ticket)
    asking.approve(approval, 1, by=cast.member("Carla"))
    assert approval.state == "left" and answers(ticket) == [TEXT]
    sent = approval.message
    assert [(one.filename, one.blob.sha256) for one in sent.entry.attachments.all()] == [("calcolo.txt", file.blob.sha256)]
    assert sent.entry.by_member == cast.member("Anna"), "the author answers, not who approved"
    assert [(one.by_member.user.name, one.sort) for one in approval.texts.get().verdicts.order_by("pk")] == [
        ("Bruno Prova", "approved"), ("Carla Prova", "approved")]  # fmt: skip


def test_nothing_leaves_by_another_door_or_with_another_word(cast: Cast, ticket: Ticket) -> None:
    """By the composer, with the time to undo, or by the bare verb: what was not approved is refused."""
    anna = cast.member("Anna")
    reply = waiting.Reply(TEXT, ticket.last_public_position, [("Maria", "maria@example.org")])
    for seconds in (0, 20):
        with pytest.raises(Refusal, match="si approvano prima"):
            waiting.send(ticket, anna, reply, seconds=seconds)
    with pytest.raises(Refusal):
        messages.answer(ticket, anna, TEXT, base_position=ticket.last_public_position)
    approval = asking.ask(ticket, draft(ticket), by=anna)
    Approval.objects.filter(pk=approval.pk).update(state="approved")  # as at the moment it leaves
    for other in (
        waiting.Reply(TEXT + " Forse.", ticket.last_public_position, reply.to),
        waiting.Reply(TEXT, ticket.last_public_position, [("Ugo", "ugo@example.org")]),
        waiting.Reply(TEXT, ticket.last_public_position, reply.to, files=[File("x.txt", keep(cast.borgo, b"x"))]),
    ):
        with pytest.raises(Refusal):
            waiting.send(ticket, anna, other)
    assert not answers(ticket)


def test_sent_back_with_words_and_worded_anew_it_needs_every_approval_again(cast: Cast, ticket: Ticket) -> None:
    anna, bruno, carla = cast.member("Anna"), cast.member("Bruno"), cast.member("Carla")
    approval = asking.ask(ticket, draft(ticket), by=anna)
    asking.approve(approval, 1, by=bruno)
    with pytest.raises(Refusal):
        asking.send_back(approval, 1, "  ", by=carla)
    asking.send_back(approval, 1, "Manca la data del rimborso.", by=carla)
    assert approval.state == "sent_back"
    asking.reword(approval, draft(ticket, TEXT + " Data certa."), by=anna)
    with pytest.raises(Stale):
        asking.approve(approval, 1, by=bruno)
    with pytest.raises(NotAllowed):
        asking.approve(approval, 2, by=carla)  # Bruno has not read the new words yet
    asking.approve(approval, 2, by=bruno)
    asking.approve(approval, 2, by=carla)
    assert answers(ticket) == [TEXT + " Data certa."]


def test_nobody_approves_their_own_words_or_out_of_turn(cast: Cast, ticket: Ticket) -> None:
    approval = asking.ask(ticket, draft(ticket), by=cast.member("Bruno"))
    for name in ("Bruno", "Anna", "Carla"):
        with pytest.raises(NotAllowed):
            asking.approve(approval, 1, by=cast.member(name))
    asking.approve(approval, 1, by=cast.member("Dario"))
    with pytest.raises(NotAllowed):
        asking.reword(approval, draft(ticket, "Altro."), by=cast.member("Dario"))
    with pytest.raises(NotAllowed):
        asking.withdraw(approval, by=cast.member("Dario"))
    asking.withdraw(approval, by=cast.member("Bruno"))
    with pytest.raises(Refusal):
        asking.approve(approval, 1, by=cast.member("Carla"))


def test_news_of_the_customer_holds_it_approved_and_its_author_sends_it(cast: Cast, ticket: Ticket) -> None:
    approval = asking.ask(ticket, draft(ticket), by=cast.member("Anna"))
    asking.approve(approval, 1, by=cast.member("Bruno"))
    messages.receive(ticket, Words(text="Ho cambiato banca.", sender_address="maria@example.org"), channel="email",
                     customer=ticket.customer, actor=actor.customer(ticket.customer_id))
    asking.approve(approval, 1, by=cast.member("Carla"))
    assert approval.state == "approved" and "qualcosa di nuovo" in approval.held_words
    assert not answers(ticket)
    with pytest.raises(NotAllowed):
        asking.send(approval, by=cast.member("Carla"), base_position=99)
    ticket.refresh_from_db()
    asking.send(approval, by=cast.member("Anna"), base_position=ticket.last_public_position)
    assert approval.state == "left" and answers(ticket) == [TEXT]


def test_a_decision_is_approved_with_its_reason(cast: Cast, ticket: Ticket) -> None:
    anna = cast.member("Anna")
    with pytest.raises(Refusal, match="si approva prima"):
        ending.close(ticket, by=anna, outcome="not_accepted", reason="Il pagamento risulta uno.")
    approval = asking.ask(ticket, Draft(outcome="not_accepted", reason="Il pagamento risulta uno."), by=anna)
    asking.approve(approval, 1, by=cast.member("Bruno"))
    asking.approve(approval, 1, by=cast.member("Carla"))
    ticket.refresh_from_db()
    assert ticket.is_closed and approval.state == "left"


def test_a_reply_that_closes_is_one_approval(cast: Cast, ticket: Ticket) -> None:
    ending_too = {"then": "close", "outcome": "solved", "reason": "Rimborso disposto."}
    approval = asking.ask(ticket, draft(ticket, **ending_too), by=cast.member("Anna"))
    for name in ("Bruno", "Carla"):
        asking.approve(approval, 1, by=cast.member(name))
    ticket.refresh_from_db()
    assert approval.state == "left" and ticket.is_closed and answers(ticket) == [TEXT]


def test_who_withdraws_a_request_needs_nobodys_approval(cast: Cast, ticket: Ticket) -> None:
    ending.close(ticket, by=cast.member("Anna"), outcome="withdrawn", reason="Ci ha ripensato.")
    assert ticket.is_closed


def test_by_hand_on_a_kind_that_asks_for_none(cast: Cast) -> None:
    ticket = cast.ticket()
    with pytest.raises(Refusal):
        asking.ask(ticket, draft(ticket), by=cast.member("Anna"))
    approval = asking.ask(ticket, draft(ticket), by=cast.member("Anna"), steps=[Approver(member=cast.member("Hugo"))])
    asking.approve(approval, 1, by=cast.member("Hugo"))
    assert answers(ticket) == [TEXT]


def test_a_new_rule_ends_the_one_before_and_one_can_be_taken_away(cast: Cast, ticket: Ticket) -> None:
    kind = ticket.kind
    rules.make_rule(kind, "decisions", [Approver()], by=cast.member("Carla"))
    messages.answer(ticket, cast.member("Anna"), TEXT, base_position=ticket.last_public_position)
    rules.end_rule(kind, by=cast.member("Carla"))
    ending.close(ticket, by=cast.member("Anna"), outcome="solved", reason="Fatto.")
    for steps, covers in (([], "both"), ([Approver()], "everything")):
        with pytest.raises(Refusal):
            rules.make_rule(kind, covers, steps, by=cast.member("Carla"))


def test_a_step_whose_people_may_not_see_the_ticket_is_refused(cast: Cast) -> None:
    from sportello.records.tickets.actions import handling

    ticket, anna = cast.ticket(), cast.member("Anna")
    handling.change_sensitivity(ticket, "named", named=[cast.member("Bruno")], by=anna)
    for step in (Approver(member=cast.member("Hugo")), Approver(), Approver(member=anna)):
        with pytest.raises(Refusal, match="può vedere questa pratica"):
            asking.ask(ticket, draft(ticket), by=anna, steps=[step])
    assert asking.ask(ticket, draft(ticket), by=anna, steps=[Approver(team=cast.team("taxes"))]).state == "pending"

"""T9, T10, T13, T14: nobody comes into a ticket by guessing, nobody speaks as a colleague, answers go where they came
from."""

from __future__ import annotations

import random

import pytest

from sportello.records.customers.models import Customer
from sportello.records.tickets.models import Message, Participant, Ticket
from sportello.records.tickets.reach import reach
from sportello.service.channels import intake
from sportello.service.channels.intake import arrived
from sportello.service.channels.steps.deciding import decide
from sportello.service.channels.steps.known import Known
from tests.cast import Cast
from tests.flows.mail_fixtures import URP, arrive, letter, stored, ticket_of

pytestmark = pytest.mark.django_db
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def test_t09_ten_thousand_guesses_join_nothing(cast: Cast) -> None:
    """zammad#5064: numbers in the subject, ids of our shape, reply addresses, ids of customers that are known."""
    tickets = [ticket_of(arrive(letter(f"cosa {number}", message_id=f"<c{number}@example.org>"))) for number in range(3)]
    chance, known, guesses = random.Random(9), Known(), 0
    before = Message.objects.count()
    while guesses < 10_000:
        ids = [f"<sp.{''.join(chance.choices(_LETTERS, k=24))}@borgo.test>" for _ in range(45)]
        ids += [f"<c{chance.randrange(3)}@example.org>", tickets[0].number, f"<{tickets[1].number}@borgo.test>"]
        number = chance.choice(tickets).number
        guess = "".join(chance.choices(_LETTERS, k=24))
        row = stored(
            letter("fatemi entrare", sender=f"x{guesses}@evil.test", subject=f"Re: Orari [{number}]",
                   In_Reply_To=ids[0], References=" ".join(ids[1:]), Cc=f"urp+sp-{guess}@borgo.test"),
        )  # fmt: skip
        row.organisation, row.mailbox = cast.borgo, known.desk(cast.borgo.pk).mailbox(row.mailbox_id)
        decision = decide(arrived(row, known.desk(cast.borgo.pk)))
        assert (decision.fate, decision.found) == ("opened", None)
        guesses += len(ids) + 2
    assert Message.objects.count() == before, "deciding writes nothing"
    while intake.work():
        pass
    assert Message.objects.filter(entry__ticket__in=tickets, direction="in").count() == 3
    mail = arrive(letter("anch'io", sender="x@evil.test", References="<c0@example.org>"))
    assert mail.message.entry.ticket not in tickets
    assert mail.cause == "opened"


@pytest.mark.parametrize("author", ["anna@sportello.test", f"Anna Prova <{URP}>", "Anna <tributi@borgo.test>"])
def test_t10_a_forged_colleague_is_no_colleague(cast: Cast, author: str) -> None:
    """FreeScout GHSA-6r38: who writes as an agent is at most a stranger; what says it is ours is held."""
    ticket = ticket_of(arrive(letter(message_id="<m@example.org>")))
    position = ticket.last_public_position
    mail = arrive(letter("Accolto, firmato Anna", sender=author, In_Reply_To="<m@example.org>"), envelope_from="x@evil.test")
    ticket.refresh_from_db()
    assert ticket.last_public_position == position
    assert ticket.owner is None
    assert not Message.objects.filter(entry__by_member__isnull=False).exists()
    assert (mail.state, mail.cause) in {("quarantined", "loop"), ("ticketed", "opened")}
    if mail.message_id:
        assert mail.message.direction == Message.Direction.IN
        assert ticket_of(mail) != ticket


def test_t13_who_is_copied_elsewhere_is_no_party_here(cast: Cast) -> None:
    """chatwoot#3503: the copies of one conversation never become recipients of another."""
    ticket = ticket_of(arrive(letter(message_id="<m@example.org>", Cc="figlia@example.org")))
    arrive(letter("io?", sender="x@evil.test", In_Reply_To="<m@example.org>", Cc="complice@evil.test"))
    arrive(letter("altra cosa", subject="Altro", Cc="geometra@example.net"))
    assert set(Participant.objects.filter(ticket=ticket).values_list("address", flat=True)) == {
        "maria@example.org", "figlia@example.org",
    }  # fmt: skip


def test_t14_the_answer_goes_where_the_question_came_from(cast: Cast) -> None:
    """chatwoot#15359: one customer with two addresses is answered at the one each ticket was written from."""
    home = ticket_of(arrive(letter("da casa", message_id="<a@example.org>")))
    work = ticket_of(arrive(letter("dal lavoro", sender="m.popescu@ditta.example", subject="Altro")))
    kept, other = home.customer, work.customer
    assert kept != other
    Customer.objects.filter(pk=other.pk).update(merged_into=kept)
    for sender, wanted in (("maria@example.org", home), ("m.popescu@ditta.example", work)):
        again = ticket_of(arrive(letter(f"di nuovo da {sender}", sender=sender, subject=f"Nuova {sender}")))
        assert again.customer == kept
        assert reach(again).address == sender
        assert reach(Ticket.objects.get(pk=wanted.pk)).address == sender

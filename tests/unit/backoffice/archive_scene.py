"""Tickets that closed years ago, and a worker that does what follows, for the tests of the archive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sportello.config import reactions
from sportello.foundation.files.actions import keep
from sportello.foundation.journal.models import Event
from sportello.foundation.journal.reader import Position, Read
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.tickets.actions import ending, messages
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.words import File
from sportello.service.backoffice.archive import carrying_out, disposal, filing, plan
from sportello.service.backoffice.models import DisposalList, FileClass, Filing
from sportello.service.channels import outbox
from tests.cast import Cast

MARK = "girasole"


def react(*verbs: str) -> None:
    """What the worker does about these events, all of them, from the beginning: twice is once."""
    for event in Event.objects.filter(verb__in=verbs).order_by("id"):
        seen = Read(event.id, Position(event.epoch, str(event.xid), event.id), event.at, event.happened_at,
                    event.organisation_id, event.actor_kind, event.actor_id, event.verb, event.subject_kind,
                    event.subject_id, event.payload)  # fmt: skip
        for consumer in reactions.DURABLE:
            if event.verb in consumer.verbs:
                consumer.react(seen)


def closed(cast: Cast, subject: str = f"Mensa {MARK}", *, kind: str = "information", years: int = 0, **more) -> Ticket:
    """A ticket with a file, a note with a file and an answer, closed `years` ago and filed."""
    ticket = cast.ticket(subject, kind=kind, **more)
    anna = cast.member("Anna")
    messages.note(ticket, anna, f"Tra noi: {MARK}", files=(File(f"{MARK}-nota.txt", keep(cast.borgo, b"nota " + subject.encode())),))
    messages.answer(ticket, anna, f"Abbiamo restituito la somma di {subject}.", to=[("Maria", "maria@example.org")],
                    base_position=ticket.last_public_position,
                    files=(File(f"{MARK}.txt", keep(cast.borgo, f"ricevuta {subject}".encode())),))  # fmt: skip
    outbox.work()
    ending.close(ticket, by=anna, outcome="solved", reason=f"Restituito, {MARK}")
    outbox.work()
    if years:
        at = clock.now(cast.borgo) - timedelta(days=366 * years)
        Ticket.objects.filter(pk=ticket.pk).update(closed_at=at, opened_at=at, moved_at=at)
    ticket.refresh_from_db()
    react("ticket.closed")
    return Ticket.objects.select_related("organisation", "customer", "kind", "team").get(pk=ticket.pk)


def confirmed(cast: Cast, *codes: str) -> list[FileClass]:
    """The office has answered for these classes."""
    found = [plan.with_code(cast.borgo, code) for code in codes]
    for one in found:
        plan.confirm(one, "Massimario, delibera 12/2026", cast.member("Carla"))
    return found


def filed(ticket: Ticket) -> Filing:
    return Filing.objects.select_related("file_class", "organisation").get(ticket=ticket)


def approved(cast: Cast, by: Membership | None = None, code: str = "") -> DisposalList:
    """A list of what is due, proposed by Carla and approved by Elena."""
    made = disposal.propose(cast.borgo, by or cast.member("Carla"), code)
    disposal.approve(made, "Nulla osta Soprintendenza prot. 77/2026", cast.member("Elena"))
    made.refresh_from_db()
    return made


def carry_out(rounds: int = 50) -> int:
    """The worker until nothing is left; how many portions it took."""
    for number in range(rounds):
        if not carrying_out.work():
            return number
    raise AssertionError("the worker does not come to an end")


def numbers(tickets: Iterable[Ticket]) -> set[str]:
    return {one.number for one in tickets}


__all__ = ["MARK", "approved", "carry_out", "closed", "confirmed", "filed", "filing", "numbers", "react"]

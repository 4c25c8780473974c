"""`sportello explain NUMBER`: the walk of a ticket from the door to the answer, from reason rows kept at the time."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from sportello.foundation.tenancy import clock
from sportello.records.tickets.models import EntryMove, Notice, Reason, Term, Ticket, TicketMerge
from sportello.records.tickets.queries.timeline import public_timeline
from sportello.records.tickets.standing import standing
from sportello.service.channels.models import Dispatch, IncomingMail


def explain(number: str, organisation: str | None = None) -> str:
    """The walk as text, one line a step; LookupError when no organisation has that number, or more than one."""
    tickets = Ticket.objects.filter(number=number).select_related(
        "organisation", "team", "kind", "procedure", "owner__user"
    )
    if organisation:
        tickets = tickets.filter(organisation__slug=organisation)
    found = list(tickets[:2])
    if not found:
        raise LookupError(f"No ticket has the number {number}.")
    if len(found) > 1:
        slugs = ", ".join(sorted(ticket.organisation.slug for ticket in tickets))
        raise LookupError(f"{number} is in several organisations ({slugs}): name one with --organisation.")
    return "\n".join(_walk(found[0]))


def _walk(ticket: Ticket) -> list[str]:
    now = standing(ticket, "en")
    lines = [
        f"{ticket.number}  {ticket.organisation.slug}  {ticket.kind.name_in('en')}, {ticket.team.name_in('en')}",
        f"Where it stands: {now.sentence} {now.promise_sentence}".rstrip(),
        "",
        "Door",
        *(
            _step(ticket, mail.received_at, f"mail {mail.pk} by {mail.door}, {mail.state} {mail.cause}".rstrip())
            for mail in IncomingMail.objects.filter(message__entry__ticket=ticket).order_by("id")
        ),
        *_reasons(ticket, ("door", "customer", "ticket")),
        "Route",
        *_reasons(ticket, ("route", "complaint")),
        "Terms",
        *_reasons(ticket, ("term",)),
        *_terms(ticket),
        "Whose it is, and when it slept",
        *_reasons(ticket, ("assigned", "snooze")),
        "Joined and taken apart",
        *_joined(ticket),
        "Timeline the customer sees",
        *(
            _step(ticket, item.happened_at, f"{item.position}. {item.kind} {item.event_code} {item.author_kind}")
            for item in public_timeline(ticket, limit=500)
        ),
        "Told",
        *(
            _step(ticket, notice.given_at or notice.due_at, f"{notice.moment}: {notice.state} {notice.how}".rstrip())
            for notice in Notice.objects.filter(ticket=ticket).order_by("id")
        ),
        "Left by",
        *(
            _step(ticket, row.queued_at, f"{row.channel} {row.state}, attempts {row.attempts} {row.answer}".rstrip())
            for row in Dispatch.objects.filter(message__entry__ticket=ticket).order_by("id")
        ),
        *_reasons(ticket, ("notice", "dispatch")),
    ]
    return lines


def _step(ticket: Ticket, instant: datetime | None, text: str) -> str:
    at = clock.local(ticket.organisation, instant).strftime("%Y-%m-%d %H:%M") if instant else "-"
    return f"  {at}  {text}"


def _reasons(ticket: Ticket, about: tuple[str, ...]) -> list[str]:
    return [
        _step(
            ticket,
            reason.at,
            f"{reason.about}: {reason.code} " + " ".join(f"{key}={value}" for key, value in reason.facts.items()),
        )
        for reason in Reason.objects.filter(ticket=ticket, about__in=about).order_by("id")
    ]


def _joined(ticket: Ticket) -> list[str]:
    """Merges of this ticket and into it, and entries that came or went by themselves."""
    lines: list[str] = []
    merges = TicketMerge.objects.filter(Q(merged=ticket) | Q(kept=ticket)).select_related("merged", "kept")
    for one in merges.order_by("id"):
        undone = f", undone {one.undone_at:%Y-%m-%d %H:%M}" if one.undone_at else ""
        lines.append(_step(ticket, one.merged_at, f"{one.merged.number} merged into {one.kept.number}{undone}"))
    moves = EntryMove.objects.filter(Q(source=ticket) | Q(target=ticket), merge__isnull=True)
    for move in moves.select_related("source", "target").order_by("id"):
        what = f"entry {move.entry_id}, {move.why}: {move.source.number} {move.from_position}"
        lines.append(_step(ticket, move.moved_at, f"{what} to {move.target.number} {move.to_position}"))
    return lines


def _terms(ticket: Ticket) -> list[str]:
    lines: list[str] = []
    for term in Term.objects.filter(ticket=ticket).order_by("id"):
        state = f"met {term.met_at:%Y-%m-%d %H:%M}" if term.met_at else "ended" if term.ended_at else "running"
        lines.append(_step(ticket, term.due_at, f"{term.kind} due, {state} {term.source}".rstrip()))
        lines += [
            f"      {code} " + " ".join(f"{key}={value}" for key, value in facts.items()) for code, facts in term.steps
        ]
    return lines

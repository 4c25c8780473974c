"""What a customer reads of their ticket: what was said, what we told them and when. Built of public entries only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.records.accounts.models import Team
from sportello.records.procedures.models import NoticeTemplate, Procedure
from sportello.records.tickets import codes
from sportello.records.tickets.access import public_entries
from sportello.records.tickets.models import Attachment, Closure, Entry, Notice, Ticket
from sportello.records.tickets.rules import step_name
from sportello.records.tickets.surviving import together

#: The newest are shown; a conversation of more is folded away on its first page.
MOST = 200


@dataclass(frozen=True)
class Enclosed:
    """A file of a public entry."""

    id: int
    name: str
    size: int
    is_infected: bool


@dataclass(frozen=True)
class Said:
    """One line of the conversation. `kind`: message_in, message_out, call, visit, event."""

    id: int
    kind: str
    author: str
    at: datetime
    text: str
    quoted: str = ""
    reason: str = ""
    files: tuple[Enclosed, ...] = field(default=())


@dataclass(frozen=True)
class Told:
    """One line of the ledger: what we told them, when, by which way, in which words."""

    label: str
    at: datetime
    how: str
    subject: str
    text: str


def conversation(ticket: Ticket, language: str) -> list[Said]:
    """Messages and what happened, oldest first. Notices are in the ledger, not here."""
    newest = public_entries(ticket).order_by("-position").select_related("message", "event", "by_member")
    entries = list(newest.prefetch_related("attachments__blob")[:MOST])[::-1]
    teams = _teams(entries, language)
    said = (_said(ticket, entry, teams) for entry in entries)
    return [one for one in said if one is not None]


def public_file(ticket: Ticket, file_id: int) -> Attachment | None:
    """A file of a public entry of this ticket; those of notes are not found."""
    found = Attachment.objects.filter(pk=file_id, entry__in=public_entries(ticket).values("pk"))
    return found.select_related("blob").first()


def ledger(ticket: Ticket) -> list[Told]:
    """The notices given, oldest first, with those of tickets that go on in this one."""
    given = Notice.objects.filter(ticket__in=together(ticket), state=Notice.State.GIVEN).order_by("given_at", "id")
    return [
        Told(
            label=str(NoticeTemplate.Moment(notice.moment).label),
            at=notice.given_at or notice.due_at,
            how=_how(notice.how),
            subject=notice.message.subject if notice.message else "",
            text=codes.filled(notice.ticket, notice.message) if notice.message else "",
        )
        for notice in given.select_related("message", "ticket")[:MOST]
    ]


def _said(ticket: Ticket, entry: Entry, teams: dict[int, str]) -> Said | None:
    if entry.kind == Entry.Kind.MESSAGE:
        return _message(ticket, entry)
    if entry.kind == Entry.Kind.EVENT:
        return _event(ticket, entry, teams)
    return None


def _message(ticket: Ticket, entry: Entry) -> Said | None:
    """The body speaks, not the team of today: who answers now may not be who answered then."""
    message = entry.message
    if message.notice_moment:
        return None
    files = tuple(_enclosed(entry.attachments.all()))
    if message.is_incoming:
        writer = _writer(ticket, entry)
        return Said(entry.pk, "message_in", writer, entry.happened_at, message.text, message.quoted, files=files)
    return Said(entry.pk, "message_out", ticket.organisation.name, entry.happened_at, message.text, files=files)


def _writer(ticket: Ticket, entry: Entry) -> str:
    message = entry.message
    own = ticket.customer_id is not None and entry.by_customer_id == ticket.customer_id
    return _("You") if own else message.sender_name or message.sender_address or _("You")


def _enclosed(files: Iterable[Attachment]) -> Iterable[Enclosed]:
    return (Enclosed(one.pk, one.filename, one.blob.size, one.blob.is_infected) for one in files if not one.is_inline)


def _event(ticket: Ticket, entry: Entry, teams: dict[int, str]) -> Said | None:
    event = entry.event
    sentence = _step(ticket, event.facts) if event.code == "step_done" else _sentence(event.code, event.facts, teams)
    if not sentence:
        return None
    # the reason of a closing stands in "where it stands"; a customer's own words are a message of theirs
    is_told_here = entry.by_member_id is not None and event.code != "closed"
    return Said(entry.pk, "event", "", entry.happened_at, sentence, reason=event.reason if is_told_here else "")


def _step(ticket: Ticket, facts: dict[str, Any]) -> str:
    """A step of the procedure by its title; of one the request had before by that one's."""
    procedure, known = ticket.procedure, facts.get("procedure_id")
    if known and known != procedure.pk:
        procedure = Procedure.objects.filter(organisation=ticket.organisation_id, pk=known).first() or procedure
    return _("Step done: %(step)s") % {"step": step_name(procedure, str(facts.get("step", "")), get_language() or "it")}


def _sentence(code: str, facts: dict[str, Any], teams: dict[int, str]) -> str:
    """What happened, to the customer; empty for what they need not know."""
    if code == "moved":
        team = teams.get(facts.get("to_id", 0), "")
        return _("Passed to %(team)s") % {"team": team} if team else _("Passed to another office")
    if code == "closed" and facts.get("outcome") in Closure.Outcome.values:
        return _("Concluded: %(outcome)s") % {"outcome": str(Closure.Outcome(facts["outcome"]).label).lower()}
    if code in ("merged", "merged_here", "parted", "parted_here", "split"):
        return _of_two(code) % {"number": facts.get("number", "")}
    return {
        "waiting": _("We asked you for something"),
        "resumed": _("Work goes on"),
        "promised": _("We set a new date"),
        "closed": _("Concluded"),
        "reopened": _("Opened again"),
        "customer_confirmed": _("You confirmed that it is solved"),
    }.get(code, "")


def _of_two(code: str) -> str:
    return {
        "merged": _("It goes on together with %(number)s"),
        "merged_here": _("Your request %(number)s goes on here too"),
        "parted": _("It is on its own again, apart from %(number)s"),
        "parted_here": _("%(number)s is on its own again"),
        "split": _("A part of it goes on as %(number)s"),
    }[code]


def _teams(entries: Iterable[Entry], language: str) -> dict[int, str]:
    events = [entry.event for entry in entries if entry.kind == Entry.Kind.EVENT]
    wanted = {event.facts.get("to_id") for event in events if event.code == "moved"}
    return {team.pk: team.name_in(language) for team in Team.objects.filter(pk__in=wanted - {None})} if wanted else {}


def _how(how: str) -> str:
    """By which way, as the customer saw it."""
    return {
        "email": _("by e-mail"), "portal": _("on this page"), "screen": _("on the screen"),
        "counter": _("at the counter"),
        "phone": _("by phone"), "letter": _("by letter"), "pec": _("by PEC"),
    }.get(how, "")

"""Handling: who has it, where it lies, what it is, by when. One verb a function; each tells whom it must."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.core.text import clean
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership, Team, TeamMembership
from sportello.records.procedures.models import Kind

from .. import levels, notices, sleeping, terms
from ..models import Named, Ticket
from ..rules import rules_of
from .change import changing


def take(
    ticket: Ticket, member: Membership, *, expected_owner_id: int | None = None, at: datetime | None = None
) -> None:
    """`member` takes the ticket on. Stale when someone else was first."""
    assign(ticket, member, by=member, expected_owner_id=expected_owner_id, at=at)


def assign(
    ticket: Ticket,
    member: Membership | None,
    *,
    by: Membership,
    expected_owner_id: int | None,
    at: datetime | None = None,
) -> None:
    """Give the ticket to `member`, or to nobody. Stale when its owner is no longer `expected_owner_id`."""
    if member is not None and (member.organisation_id != ticket.organisation_id or not member.is_active):
        raise Refusal(_("This colleague does not work here any more. Choose another."), field="member")
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        _refuse_closed(row)
        if row.owner_id == (member.pk if member else None):
            return
        if row.owner_id != expected_owner_id:
            raise Stale(_("Someone else was first: the ticket has another owner now."))
        before = row.owner_id
        row.owner = member
        if member is not None and row.sensitivity == Ticket.Sensitivity.NAMED:
            Named.objects.get_or_create(organisation_id=row.organisation_id, ticket=row, member=member)
        code = "taken" if member is not None and member.pk == by.pk else "assigned"
        entry = change.event(code, member=by, from_id=before, to_id=member.pk if member else None)
        change.tell("ticket.assigned", entry_id=entry.pk)
        sleeping.wake(change, sleeping.Woken.HANDED_ON)
        if member is not None and row.status == Ticket.Status.NEW:
            row.status = Ticket.Status.IN_PROGRESS
            notices.give(change, "taken")


def move(ticket: Ticket, team: Team, *, by: Membership, reason: str = "", at: datetime | None = None) -> None:
    """Pass the ticket to another team, which answers for it from now; the owner stays only if in that team."""
    if team.organisation_id != ticket.organisation_id or not team.is_active:
        raise Refusal(_("This team does not exist any more. Choose another."), field="team")
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        _refuse_closed(row)
        if row.team_id == team.pk:
            return
        before, row.team = row.team_id, team
        if row.owner_id and not TeamMembership.objects.filter(membership_id=row.owner_id, team=team).exists():
            row.owner = None
        entry = change.event("moved", member=by, reason=clean(reason), public=True, from_id=before, to_id=team.pk)
        change.tell("ticket.moved", entry_id=entry.pk)
        sleeping.wake(change, sleeping.Woken.HANDED_ON)
        notices.give(change, "moved")


def change_kind(ticket: Ticket, kind: Kind, *, by: Membership, reason: str = "", at: datetime | None = None) -> None:
    """Say what kind of request it is. The procedure it runs under stays: terms already promised are kept."""
    if kind.organisation_id != ticket.organisation_id or kind.retired_at is not None:
        raise Refusal(_("This kind of request is not used any more. Choose another."), field="kind")
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        if row.kind_id == kind.pk:
            return
        before, row.kind = row.kind_id, kind
        entry = change.event("kind_changed", member=by, reason=clean(reason), from_id=before, to_id=kind.pk)
        change.tell("ticket.kind_changed", kind_id=kind.pk, entry_id=entry.pk)


def change_priority(
    ticket: Ticket, priority: int, *, by: Membership, reason: str = "", at: datetime | None = None
) -> None:
    """Whether it goes before others; with its reason where the procedure asks for one."""
    if priority not in Ticket.Priority.values:
        raise Refusal(_("Choose a priority from the list."), field="priority")
    stated = clean(reason)
    if not stated and "priority" in rules_of(ticket.procedure).reasons:
        raise Refusal(_("The procedure asks for the reason: say why it goes before or after others."), field="reason")
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        if row.priority == priority:
            return
        before, row.priority = row.priority, priority
        entry = change.event("priority_changed", member=by, reason=stated, before=before, after=priority)
        change.tell("ticket.priority_changed", priority=priority, entry_id=entry.pk)


def change_sensitivity(
    ticket: Ticket, sensitivity: str, *, named: Sequence[Membership] = (), by: Membership, at: datetime | None = None
) -> None:
    """Who may see it: all who serve, the team, or named persons (with whoever changes it, and its owner)."""
    if sensitivity not in Ticket.Sensitivity.values:
        raise Refusal(_("Choose who may see the ticket from the list."), field="sensitivity")
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        before, row.sensitivity = row.sensitivity, sensitivity
        Named.objects.filter(ticket=row).delete()
        if sensitivity == Ticket.Sensitivity.NAMED:
            members = {member.pk: member for member in (*named, by, *([row.owner] if row.owner else []))}
            Named.objects.bulk_create(
                Named(organisation_id=row.organisation_id, ticket=row, member=member)
                for member in members.values()
                if member.organisation_id == row.organisation_id
            )
        entry = change.event("sensitivity_changed", member=by, before=before, after=sensitivity)
        change.tell("ticket.sensitivity_changed", entry_id=entry.pk)


def promise(ticket: Ticket, until: datetime, *, by: Membership, reason: str, at: datetime | None = None) -> None:
    """Promise the customer to be heard from by `until`, with the reason they will read."""
    stated = clean(reason)
    if not stated:
        raise Refusal(_("Say why there is a new date: the customer reads it."), field="reason")
    if until <= clock.now(ticket.organisation):
        raise Refusal(_("Choose a day that is still to come."), field="until")
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        _refuse_closed(row)
        terms.end_promises(row, change.at)
        terms.promised(row, until, change.at, by.pk)
        levels.told(row, change.at)
        entry = change.event("promised", member=by, reason=stated, public=True, until=until.isoformat())
        change.tell("ticket.promised", entry_id=entry.pk, due=until)
        notices.give(change, "promise", reason=stated)


def wait_for_customer(ticket: Ticket, *, by: Membership, reason: str, at: datetime | None = None) -> None:
    """What we need is theirs to give: say what, and wait. Terms run on: waiting suspends nothing by itself."""
    stated = clean(reason)
    if not stated:
        raise Refusal(_("Say what you need from the customer: they read it."), field="reason")
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        _refuse_closed(row)
        row.status, row.unanswered_since = Ticket.Status.WAITING, None
        entry = change.event("waiting", member=by, reason=stated, public=True)
        levels.told(row, change.at)
        levels.pause(row, "waiting", change.at, reason=stated, entry=entry, by_member_id=by.pk)
        change.tell("ticket.waiting", entry_id=entry.pk)
        notices.give(change, "waiting", reason=stated)


def resume(ticket: Ticket, *, by: Membership, at: datetime | None = None) -> None:
    """Work goes on without waiting any longer."""
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        if row.status != Ticket.Status.WAITING:
            return
        row.status = Ticket.Status.IN_PROGRESS
        levels.resume(row, "waiting", change.at)
        entry = change.event("resumed", member=by, public=True)
        change.tell("ticket.resumed", entry_id=entry.pk)
        notices.give(change, "resumed")


def _refuse_closed(ticket: Ticket) -> None:
    if ticket.is_closed:
        raise Refusal(_("This ticket is closed. Reopen it first."))

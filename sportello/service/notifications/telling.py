"""The durable reaction: an event of the journal becomes notifications, each once, of who may see and wants to hear."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Prefetch

from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.journal.reader import Read
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership, TeamMembership
from sportello.records.tickets.access import sees
from sportello.records.tickets.models import Ticket

from . import choices
from .models import Notification
from .reasons import DESK, HAPPENINGS, MAIL, PUSH
from .rules import RULES, Told, told_by

VERBS = frozenset(RULES)
#: An event this old is history: a first start on an old journal, or a restored one, rings no bells.
NEWS = timedelta(days=1)


def follow(event: Read) -> None:
    """Tell whom it concerns. Twice is once."""
    if event.at < clock.server_now() - NEWS:
        return
    told = told_by(event)
    if not told:
        return
    known = set(Notification.objects.filter(event_id=event.id, member_id__in=[one.member_id for one in told])
                .values_list("member_id", flat=True))  # fmt: skip
    told = [one for one in told if one.member_id not in known]
    members = _members([one.member_id for one in told])
    tickets = {one.pk: one for one in Ticket.objects.filter(pk__in={one.ticket_id for one in told})}
    wanted = choices.of_users({one.user_id for one in members.values()})
    rows = [
        _row(event, one, member, wanted[member.user_id])
        for one in told
        if (member := members.get(one.member_id)) is not None
        and _may_hear(event, one, member, tickets.get(one.ticket_id))
        and wanted[member.user_id].ways(HAPPENINGS[one.what].reason)
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    for row in rows:
        if row.in_desk:
            record(row.organisation, "notification.made", row.member, SYSTEM, user_id=row.member.user_id)


def _members(ids: Collection[int]) -> dict[int, Membership]:
    """Those who still work here, with what `sees` asks."""
    teams = TeamMembership.objects.filter(team__ended_at__isnull=True)
    found = (
        Membership.objects.filter(pk__in=ids, ended_at__isnull=True, user__is_active=True)
        .select_related("user", "organisation")
        .prefetch_related(Prefetch("team_places", queryset=teams))
    )
    return {member.pk: member for member in found}


def _may_hear(event: Read, told: Told, member: Membership, ticket: Ticket | None) -> bool:
    own = event.actor_kind == "person" and event.actor_id == member.user_id and not told.by_itself
    return not own and ticket is not None and sees(member, ticket)


def _row(event: Read, told: Told, member: Membership, wanted: choices.Wanted) -> Notification:
    here = member.organisation
    now = clock.now(here)
    ways = wanted.ways(HAPPENINGS[told.what].reason)
    return Notification(
        organisation=here,
        member=member,
        ticket_id=told.ticket_id,
        what=told.what,
        event_id=event.id,
        by_user_id=event.actor_id if event.actor_kind == "person" and not told.by_itself else None,
        team_id=told.team_id,
        happened_at=event.happened_at,
        made_at=now,
        in_desk=DESK in ways,
        mail_at=wanted.mail_at(here, now) if MAIL in ways else None,
        push_at=wanted.push_at(here, now) if PUSH in ways else None,
    )

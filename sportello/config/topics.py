"""Every topic of the live stream: who may hear it, what feeds it, what it says. One page, like the reactions.

    bell                         who serves somewhere: how many notifications they have not read (`live_bell.py`)
    lists                        who serves somewhere: tickets that entered or left their lists, and which changed
    ticket:<organisation>/<no.>  who may see the ticket: that it changed, or that it is no longer theirs to see

Both also hear who of their colleagues has a ticket before them or is writing (`live/presence.py`).

An event says ids, versions and names of lists, never a word of a ticket. Whether somebody may hear of a change is
asked anew at each change, of the ticket as it is now: what came late tells of nothing that was closed since.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db.models import Q

from sportello.foundation.journal.verbs import all_verbs
from sportello.foundation.live.page import Change, Page, Saying, Topic, saying
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import User
from sportello.records.accounts.people import Person, people_for
from sportello.records.tickets.access import Sight, may_see, sights, visible_by
from sportello.records.tickets.models import Named, Ticket
from sportello.records.tickets.queries.work_lists import day_ends

from . import live_bell
from .live_rights import rights_now, rights_of

#: What takes rights away or gives them: the stream is cut, the browser comes back with what is theirs now.
CUTS = {"membership.began": "user_id", "membership.changed": "user_id", "membership.ended": "user_id"}
#: What happens in the conversation alone, to be read in it or in its head: nothing beside it is older for that.
IN_CONVERSATION = frozenset({"note.written", "ticket.assigned"})


Alike = frozenset[tuple[int, str, frozenset[int]]]


@dataclass(frozen=True, slots=True)
class Hearer:
    """What is kept of a person while they listen: what is asked of them at every change, and no row of the database.
    Colleagues share what is equal."""

    user_id: int
    name: str
    sights: tuple[Sight, ...]
    #: Of `sights`.
    member_ids: tuple[int, ...]
    team_ids: frozenset[int]
    #: All that decides what they may hear of tickets which name none of their memberships.
    alike: Alike
    #: All that decides what they may hear, to be compared with `rights_now`.
    rights: str


Asking = Sequence[tuple[Hearer, Sequence[str]]]


def hearers(users: Sequence[User]) -> dict[int, Hearer]:
    return {user_id: _hearer(person) for user_id, person in people_for(users).items()}


def _hearer(person: Person) -> Hearer:
    seen = tuple(replace(one, team_ids=_shared(one.team_ids)) for one in sights(person))
    alike = frozenset((place.organisation.pk, str(place.role), place.team_ids) for place in person.serving)
    return Hearer(
        person.user.pk, person.user.name, seen, tuple(one.member_id for one in seen), _shared(person.team_ids),
        _shared(alike), rights_of(person),
    )  # fmt: skip


@lru_cache(maxsize=4_000)
def _shared(one: Any) -> Any:
    return one  # the same object for the same rights: thousands keep it, and compare it at every change


@dataclass(frozen=True)
class Standing:
    """Where a ticket stood or stands: what lists are made of."""

    team_id: int
    owner_id: int | None
    is_open: bool
    sensitivity: str
    waits: bool
    waits_for_customer: bool
    #: today, and still to come
    is_due: bool
    is_overdue: bool
    is_snoozed: bool = False


@dataclass(frozen=True)
class About:
    """A change of one ticket. `before` None: it was not there, or what it was is not known."""

    organisation_id: int
    name: str
    ticket_id: int
    version: int
    now: Standing
    before: Standing | None
    #: Memberships named for the ticket, where only named ones may see it.
    named: frozenset[int]
    #: Nothing was done to it: an instant passed.
    by_clock: bool = False
    #: Memberships a note has just named.
    mentioned: frozenset[int] = frozenset()
    #: What stands beside its conversation (customer, terms, documents) may have changed.
    beside: bool = True
    #: What was told of it to whom it does not concern more than their colleagues.
    told: dict[Alike, Saying | None] = field(default_factory=dict, compare=False, repr=False)

    def concerns(self, hearer: Hearer) -> bool:
        """Whether one of their memberships is named in it: as owner, now or before, or as one of a few."""
        owners = (self.now.owner_id, self.before.owner_id if self.before else None)
        return any(one in owners or one in self.named or one in self.mentioned for one in hearer.member_ids)

    def seen_by(self, hearer: Hearer, standing: Standing) -> bool:
        return may_see(hearer.sights, self.organisation_id, standing.team_id, standing.sensitivity, self.named)


# ---- what happened


def about(changes: Sequence[Change]) -> list[About | live_bell.Bell | None]:
    """Of each change what it is about: one query for the tickets, one more where some are for named people only."""
    bells = live_bell.bells([change for change in changes if change.last.verb in live_bell.VERBS])
    ids = {change.last.subject_id for change in changes if change.last.verb not in live_bell.VERBS}
    found = Ticket.objects.filter(pk__in=ids).select_related("organisation") if ids else ()
    tickets: dict[int, Ticket] = {ticket.pk: ticket for ticket in found}
    named = named_for(tickets.values())
    return [
        bells.get(change.last.payload["user_id"])
        if change.last.verb in live_bell.VERBS
        else _about(change, tickets[change.last.subject_id], named.get(change.last.subject_id, frozenset()))
        if change.last.subject_id in tickets
        else None
        for change in changes
    ]


def about_tickets(tickets: Sequence[Ticket]) -> list[About]:
    """The same of tickets nothing was done to; `before` is not known."""
    named = named_for(tickets)
    return [
        About(
            ticket.organisation_id,
            f"{ticket.organisation.slug}/{ticket.number}",
            ticket.pk,
            ticket.version,
            _standing(ticket)[0],
            None,
            named.get(ticket.pk, frozenset()),
        )
        for ticket in tickets
    ]


def named_for(tickets: Collection[Ticket]) -> dict[int, frozenset[int]]:
    """Ticket → memberships named for it; a query only where some are for named people."""
    guarded = [ticket.pk for ticket in tickets if ticket.sensitivity == Ticket.Sensitivity.NAMED]
    named: dict[int, set[int]] = {}
    if guarded:
        for pk, member_id in Named.objects.filter(ticket_id__in=guarded).values_list("ticket_id", "member_id"):
            named.setdefault(pk, set()).add(member_id)
    return {pk: frozenset(members) for pk, members in named.items()}


def _about(change: Change, ticket: Ticket, named: frozenset[int]) -> About:
    now, instant, day = _standing(ticket)
    return About(
        ticket.organisation_id,
        f"{ticket.organisation.slug}/{ticket.number}",
        ticket.pk,
        ticket.version,
        now,
        _before(change.first.payload, now, instant, day),
        named,
        mentioned=frozenset(
            member_id
            for event in (change.first, change.last)
            if event.verb == "ticket.mentioned"
            for member_id in event.payload["member_ids"]
        ),
        beside=not change.verbs or not change.verbs <= IN_CONVERSATION,
    )


def _standing(ticket: Ticket) -> tuple[Standing, datetime, datetime]:
    """Where it stands, by its organisation's instant and the end of its day."""
    instant, day = clock.now(ticket.organisation), day_ends(ticket.organisation)
    promised = ticket.next_promise_at
    now = Standing(
        ticket.team_id,
        ticket.owner_id,
        not ticket.is_closed,
        ticket.sensitivity,
        ticket.waits_for_us,
        ticket.status == Ticket.Status.WAITING,
        promised is not None and instant <= promised < day,
        promised is not None and promised < instant,
        ticket.is_snoozed,
    )
    return now, instant, day


def _before(payload: Mapping[str, Any], now: Standing, instant: datetime, day: datetime) -> Standing | None:
    """The ticket before the first event of the change; what the event does not say is taken as unchanged."""
    status, team_id = payload.get("before_status"), payload.get("before_team_id")
    if status is None or team_id is None:
        return None
    is_due, is_overdue = now.is_due, now.is_overdue
    if "before_due_at" in payload:
        promised = datetime.fromisoformat(payload["before_due_at"]) if payload["before_due_at"] else None
        is_due = promised is not None and instant <= promised < day
        is_overdue = promised is not None and promised < instant
    return Standing(
        team_id,
        payload.get("before_owner_id"),
        status != Ticket.Status.CLOSED,
        payload.get("before_sensitivity") or now.sensitivity,
        bool(payload.get("before_waits")),
        status == Ticket.Status.WAITING,
        is_due,
        is_overdue,
        bool(payload.get("before_snoozed")),
    )


# ---- lists


def admit_to_lists(asked: Asking) -> list[dict[str, Any]]:
    return [dict.fromkeys(names, True) if hearer.sights else {} for hearer, names in asked]


def lists_of(hearer: Hearer, change: About, standing: Standing | None) -> frozenset[str]:
    """Their lists a ticket standing so is in: as `tickets.queries.work_lists` has them, on values."""
    if standing is None or not change.seen_by(hearer, standing):
        return frozenset()
    is_awake = standing.is_open and not standing.is_snoozed
    held = {
        "all": True,
        "mine": is_awake and standing.owner_id in hearer.member_ids,
        "unassigned": is_awake and standing.owner_id is None and standing.team_id in hearer.team_ids,
        "waiting": is_awake and standing.waits,
        "customer": is_awake and standing.waits_for_customer,
        "due": is_awake and standing.is_due,
        "overdue": standing.is_open and standing.is_overdue,
        "snoozed": standing.is_snoozed,
        # that it names somebody is news once; that they read it is no change of the ticket
        "mentioned": standing is change.now and not change.mentioned.isdisjoint(hearer.member_ids),
    }
    return frozenset(name for name, holds in held.items() if holds)


def tell_lists(hearer: Hearer, change: About) -> Saying | None:
    if change.concerns(hearer):
        return _told_lists(hearer, change)
    if hearer.alike not in change.told:
        change.told[hearer.alike] = _told_lists(hearer, change)
    return change.told[hearer.alike]


def _told_lists(hearer: Hearer, change: About) -> Saying | None:
    now, before = lists_of(hearer, change, change.now), lists_of(hearer, change, change.before)
    if not now and not before:
        return None
    return _lists_saying(change, tuple(sorted(now - before)), tuple(sorted(before - now)))


@lru_cache(maxsize=500)
def _lists_saying(change: About, entered: tuple[str, ...], left: tuple[str, ...]) -> Saying:
    timed: dict[str, Any] = {"timed": True} if change.by_clock else {}
    told: dict[str, Any] = {"ticket": change.name, "id": change.ticket_id, "version": change.version}
    return saying("lists", **told, entered=entered, left=left, **timed)


# ---- one ticket

_TICKET = re.compile(r"ticket:[a-z][a-z0-9-]{0,39}/[0-9-]{1,20}")


def admit_to_tickets(asked: Asking) -> list[dict[str, Any]]:
    """Of each hearer's names those they may see, with the version the ticket has now; one query for all, one more where
    some are for named people only."""
    wanted: dict[str, set[str]] = {}
    for _, names in asked:
        for slug, number in map(_slug_and_number, names):
            wanted.setdefault(slug, set()).add(number)
    of_these = Q(pk__in=[])
    for slug, numbers in wanted.items():
        of_these |= Q(organisation__slug=slug, number__in=numbers)
    fields = ("organisation__slug", "team_id", "sensitivity", "number", "version")
    tickets = list(Ticket.objects.filter(of_these).select_related("organisation").only(*fields))
    named, found = named_for(tickets), {f"ticket:{one.organisation.slug}/{one.number}": one for one in tickets}
    return [
        {
            name: {"version": ticket.version}
            for name in names
            if (ticket := found.get(name)) is not None
            and may_see(
                hearer.sights, ticket.organisation_id, ticket.team_id, ticket.sensitivity,
                named.get(ticket.pk, frozenset()),
            )
        }
        for hearer, names in asked
    ]  # fmt: skip


def _slug_and_number(name: str) -> tuple[str, str]:
    slug, _, number = name.removeprefix("ticket:").partition("/")
    return slug, number


def _lists_topic(about: About | live_bell.Bell) -> str:
    return "lists" if isinstance(about, About) else ""


def ticket_topic(about: About | live_bell.Bell) -> str:
    return f"ticket:{about.name}" if isinstance(about, About) else ""


def tell_ticket(hearer: Hearer, change: About) -> Saying | None:
    if change.by_clock:
        return None
    return _ticket_saying(change, change.seen_by(hearer, change.now))


@lru_cache(maxsize=500)
def _ticket_saying(change: About, is_theirs: bool) -> Saying:
    if is_theirs:
        told: dict[str, Any] = {} if change.beside else {"beside": False}
        return saying("ticket", asks=True, ticket=change.name, id=change.ticket_id, version=change.version, **told)
    # they had it before them: that it is not theirs any more is the last they hear of it
    name = ticket_topic(change)
    return saying("gone", ends=name, topic=name, ticket=change.name)


def present(hearer: Hearer, name: str) -> tuple[About, str] | None:
    """What `ticket:<…>` is about and by which name this person is said to be there; None when it is not theirs."""
    if not _TICKET.fullmatch(name):
        return None
    slug, number = _slug_and_number(name)
    found = Ticket.objects.filter(visible_by(hearer.sights), organisation__slug=slug, number=number)
    found = found.select_related("organisation")
    about_it = about_tickets(list(found[:1]))
    return (about_it[0], hearer.name) if about_it else None


def page() -> Page:
    """The page; asked for once Django has started, since it lists the verbs every room has registered."""
    from .live_moments import Moments  # which is about this page's tickets

    return Page(
        topics=(
            Topic(re.compile("lists"), admit_to_lists, _lists_topic, tell_lists),
            Topic(_TICKET, admit_to_tickets, ticket_topic, tell_ticket),
            live_bell.TOPIC,
        ),
        verbs=frozenset(name for name, verb in all_verbs().items() if verb.subject == "ticket") | live_bell.VERBS,
        cuts=CUTS,
        gather=about,
        viewers=hearers,
        rights=attrgetter("rights"),
        rights_now=rights_now,
        by_clock=Moments().passed,
        present=present,
        may_hear=lambda hearer, change: change.seen_by(hearer, change.now),
    )

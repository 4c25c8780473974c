"""Who sees what. The only way to get a ticket on behalf of someone; what is not theirs does not exist (404).

membership × role × team × sensitivity, as one predicate in SQL: pages, search, counts, topics and files ask it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Prefetch, Q, QuerySet
from django.http import Http404

from sportello.foundation.core.ids import matches, normal_code
from sportello.foundation.core.questions import Question
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, TeamMembership
from sportello.records.accounts.people import Person, Place

from .actions.change import lock_one, locking
from .codes import TRIES, in_force
from .models import AccessCode, Entry, Named, Ticket


@dataclass(frozen=True, slots=True)
class Sight:
    """What decides which tickets of one organisation somebody sees: thousands of open streams keep theirs."""

    organisation_id: int
    member_id: int
    team_ids: frozenset[int]
    #: Whether every normal ticket of it is theirs to see; a specialist sees those of their teams.
    whole_house: bool


def sights(person: Person) -> tuple[Sight, ...]:
    """Where they serve, and what they see there."""
    return tuple(map(_sight, person.serving))


def _sight(place: Place) -> Sight:
    return Sight(place.organisation.pk, place.membership.pk, place.team_ids, sees_house(place))


def sees_house(place: Place) -> bool:
    """Whether every normal ticket of it is theirs to see."""
    return bool(place.role != Membership.Role.SPECIALIST)


def visible(person: Person, *, ticket_id: str = "pk") -> Q:
    """The predicate for a row with organisation_id, team_id, sensitivity and the ticket's id in `ticket_id`."""
    return visible_by(sights(person), ticket_id=ticket_id)


def visible_by(those: Sequence[Sight], *, ticket_id: str = "pk") -> Q:
    """The same by what was kept of a person."""
    seen = Q(pk__in=[])
    for sight in those:
        seen |= Q(organisation_id=sight.organisation_id) & _within(sight, ticket_id)
    return seen


def visible_in(place: Place, *, ticket_id: str = "pk") -> Q:
    """The same for rows known to be of one organisation in which they serve: it does not say of which, where the
    database must not know it as one value (`search.py`)."""
    return _within(_sight(place), ticket_id)


def _within(sight: Sight, ticket_id: str) -> Q:
    own = Q(team_id__in=sorted(sight.team_ids), sensitivity__in=(Ticket.Sensitivity.NORMAL, Ticket.Sensitivity.TEAM))
    if sight.whole_house:
        own = Q(sensitivity=Ticket.Sensitivity.NORMAL) | own
    named = Named.objects.filter(member_id=sight.member_id).values("ticket_id")
    return own | (Q(sensitivity=Ticket.Sensitivity.NAMED) & Q(**{f"{ticket_id}__in": named}))


def may_see(
    those: Sequence[Sight], organisation_id: int, team_id: int, sensitivity: str, named: frozenset[int]
) -> bool:
    """The same predicate on values, for live topics; `named`: memberships named for the ticket."""
    for sight in those:
        if sight.organisation_id != organisation_id:
            continue
        if sensitivity == Ticket.Sensitivity.NAMED:
            return sight.member_id in named
        if team_id in sight.team_ids:
            return True
        return sensitivity == Ticket.Sensitivity.NORMAL and sight.whole_house
    return False


def colleagues(organisation_id: int) -> list[Membership]:
    """Who serves in an organisation, by name, with their users and teams: two queries. Trainee and assessor too, where
    nothing is real: `sees` tells."""
    members = (
        Membership.objects.filter(organisation_id=organisation_id, ended_at__isnull=True, user__is_active=True)
        .exclude(role=Membership.Role.ADMINISTRATOR)
        .exclude(user__runs_installation=True)
        .select_related("user", "organisation")
        .prefetch_related(Prefetch("team_places", queryset=TeamMembership.objects.filter(team__ended_at__isnull=True)))
    )
    return sorted(members, key=lambda one: one.user.name.casefold())


def sees(member: Membership, ticket: Ticket) -> bool:
    """Whether a colleague of `colleagues` may see `ticket`; a query only for one of named persons."""
    named: frozenset[int] = frozenset()
    if ticket.sensitivity == Ticket.Sensitivity.NAMED:
        named = frozenset(Named.objects.filter(ticket=ticket).values_list("member_id", flat=True))
    teams = frozenset(place.team_id for place in member.team_places.all())
    there = Person(member.user, (Place(member, member.organisation, member.role, teams),))
    return may_see(sights(there), ticket.organisation_id, ticket.team_id, ticket.sensitivity, named)


def tickets_for(person: Person) -> QuerySet[Ticket]:
    return Ticket.objects.filter(visible(person))


def get_ticket(person: Person, slug: str, number: str) -> Ticket:
    """The ticket with what its page needs; Http404 when there is none or it is not theirs."""
    ticket = _TICKET.first(person, slug=slug, number=number)
    if ticket is None:
        raise Http404
    return ticket


def _ticket(person: Person, slug: str, number: str) -> QuerySet[Ticket]:
    return (
        tickets_for(person)
        .filter(organisation__slug=slug, number=number)
        .select_related(
            "organisation", "team", "owner__user", "customer", "kind", "procedure__calendar", "service_sheet",
            "merged_into",
        )
        .order_by("pk")[:1]
    )  # fmt: skip


_TICKET = Question(_ticket, planned=True)


def lock_ticket(person: Person, slug: str, number: str) -> Ticket:
    """`get_ticket` for who changes it at once: the row locked until the transaction ends, with what a verb needs."""
    place = next((one for one in person.places if one.organisation.slug == slug), None)
    ticket = lock_one(_OWN.tuples(person, organisation_id=place.organisation.pk, number=number)) if place else None
    if ticket is None:
        raise Http404
    return ticket


_OWN: Question[Ticket] = Question(
    lambda person, organisation_id, number: locking(
        tickets_for(person).filter(organisation_id=organisation_id, number=number)
    ),
    planned=True,
)


def refuse_stranger(person: Person, ticket: Ticket) -> None:
    """Http404 for who does not serve where a ticket, already obtained for them, belongs: notes are in its timeline."""
    if not any(person.serves(place) and place.organisation.pk == ticket.organisation_id for place in person.places):
        raise Http404


def entries_for(person: Person, ticket: Ticket) -> QuerySet[Entry]:
    """The timeline of a ticket already obtained for `person`: who sees the ticket sees its notes."""
    refuse_stranger(person, ticket)
    return Entry.objects.filter(ticket=ticket)


def public_entries(ticket: Ticket) -> QuerySet[Entry]:
    """What the customer may read. Never joins notes."""
    return Entry.objects.filter(ticket=ticket, visibility=Entry.Visibility.PUBLIC).order_by("position")


def by_code(organisation: Organisation, number: str, typed: str) -> Ticket | None:
    """The customer's ticket by number and code; None for a wrong one, and for any code after too many wrong ones.

    Wrong number and wrong code cost and answer the same.
    """
    ticket = (
        Ticket.objects.filter(organisation=organisation, number=number.strip())
        .select_related("organisation", "team", "customer", "kind", "procedure__calendar", "service_sheet")
        .first()
    )
    code = in_force(ticket) if ticket else None
    right = matches(normal_code(typed), code.digest if code else "")
    if ticket is None or code is None or code.failed_tries >= TRIES:
        return None
    if not right:
        AccessCode.objects.filter(pk=code.pk).update(failed_tries=F("failed_tries") + 1)
        return None
    return ticket

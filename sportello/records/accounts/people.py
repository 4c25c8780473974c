"""A person who works here, with every place they work in: what the screens ask about rights.

One `Person` a request, made by `guard`: a picture of the moment, rights taken away are gone from the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.http import Http404

from sportello.foundation.core.questions import Question
from sportello.foundation.journal import actor
from sportello.foundation.tenancy.models import Organisation

from .models import Membership, TeamMembership, User

_Role = Membership.Role
#: Who works on requests of real customers.
_SERVING = frozenset({_Role.OPERATOR, _Role.SUPERVISOR, _Role.SPECIALIST})
#: Who works on requests only where nothing is real.
_PRACTISING = frozenset({_Role.TRAINEE, _Role.ASSESSOR})


@dataclass(frozen=True)
class Place:
    """One organisation a person works in: their role and their teams there that still exist."""

    membership: Membership
    organisation: Organisation
    role: str
    team_ids: frozenset[int]


#: How callers name an organisation: the row, its id, or the place a person has in it.
Where = Organisation | Place | int


@dataclass(frozen=True)
class Person:
    """A user and their places, one an organisation, in the order of the organisations' names.

    Who runs the installation serves nobody, whatever else they are: backups and organisations are one job,
    reading customers' requests another, and each has its own account.
    """

    user: User
    places: tuple[Place, ...]

    @property
    def wording(self) -> tuple[Any, ...]:
        """What of them decides the words of a question about what they may see: all that `serves`, `supervises`,
        `administers` and the sets below look at (`foundation/core/questions.py`)."""
        return (
            self.user.pk,
            self.user.runs_installation,
            *[
                (one.organisation.pk, one.organisation.sort, one.membership.pk, one.role, one.team_ids)
                for one in self.places
            ],
        )

    def place_in(self, where: Where) -> Place | None:
        """Their place in an organisation, None when they have none."""
        wanted = _organisation_id(where)
        return next((place for place in self.places if place.organisation.pk == wanted), None)

    def organisation(self, slug: str) -> Organisation:
        """The organisation of this slug. Raises Http404 when they do not work there."""
        for place in self.places:
            if place.organisation.slug == slug:
                return place.organisation
        raise Http404

    def serves(self, where: Where) -> bool:
        """Whether they read and answer customers' requests there: operator, supervisor or specialist; trainee
        or assessor only where the organisation is for practice; an administrator never."""
        place = self.place_in(where)
        if place is None or self.user.runs_installation:
            return False
        practises = place.role in _PRACTISING and place.organisation.sort == Organisation.Sort.PRACTICE
        return place.role in _SERVING or practises

    def supervises(self, where: Where) -> bool:
        """Whether they answer for the work of others there."""
        place = self.place_in(where)
        return place is not None and place.role == _Role.SUPERVISOR and not self.user.runs_installation

    def administers(self, where: Where) -> bool:
        """Whether they set the organisation up: people, teams, doors. It gives no sight of tickets."""
        place = self.place_in(where)
        return place is not None and place.role == _Role.ADMINISTRATOR

    @property
    def serving(self) -> tuple[Place, ...]:
        """The places where they serve customers."""
        return tuple(place for place in self.places if self.serves(place))

    @property
    def team_ids(self) -> frozenset[int]:
        """Their teams in all the organisations they serve: never one whose tickets they may not read."""
        return frozenset().union(*(place.team_ids for place in self.serving))

    @property
    def membership_ids(self) -> frozenset[int]:
        """Their memberships where they serve: the owner or named person they may be on a ticket."""
        return frozenset(place.membership.pk for place in self.serving)

    @property
    def actor(self) -> actor.Actor:
        """Them, as the journal writes it."""
        return actor.person(self.user.pk)


def person_for(user: User) -> Person:
    """The person behind a signed-in user, in one query; without any place when the user is switched off."""
    if not user.is_active:
        return Person(user, ())
    return Person(user, tuple(_place(membership, user) for membership in _PLACES.rows(user_id=user.pk)))


def _places(user_id: int) -> QuerySet[Membership]:
    teams = TeamMembership.objects.filter(membership=OuterRef("pk"), team__ended_at__isnull=True)
    return (
        Membership.objects.filter(user_id=user_id, ended_at__isnull=True)
        .select_related("organisation")
        .annotate(teams_now=ArraySubquery(teams.values("team_id")))
        .order_by("organisation__name", "pk")
    )


_PLACES = Question(_places, planned=True)


def people_for(users: Sequence[User]) -> dict[int, Person]:
    """The people behind several users, by user, in two queries; rows of an organisation are shared between them."""
    teams = TeamMembership.objects.filter(membership=OuterRef("pk"), team__ended_at__isnull=True)
    active = {user.pk: user for user in users if user.is_active}
    memberships = list(
        Membership.objects.filter(user__in=active, ended_at__isnull=True)
        .only("organisation_id", "user_id", "role")
        .annotate(teams_now=ArraySubquery(teams.values("team_id")))
        .order_by("pk")
    )
    organisations = Organisation.objects.in_bulk({membership.organisation_id for membership in memberships})
    places: dict[int, list[Place]] = {}
    for membership in memberships:
        membership.organisation = organisations[membership.organisation_id]
        places.setdefault(membership.user_id, []).append(_place(membership, active[membership.user_id]))
    return {
        user.pk: Person(user, tuple(sorted(places.get(user.pk, ()), key=lambda place: place.organisation.name)))
        for user in users
    }


def _place(membership: Any, user: User) -> Place:
    membership.user = user  # known already: `membership.user.name` asks no more
    return Place(membership, membership.organisation, membership.role, frozenset(membership.teams_now))


def _organisation_id(where: Where) -> int:
    if isinstance(where, Place):
        return where.organisation.pk
    return where.pk if isinstance(where, Organisation) else where

"""All that decides what somebody may hear, short enough to be kept for every stream and compared now and then."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

from sportello.records.accounts.models import Membership, TeamMembership, User
from sportello.records.accounts.people import Person


def rights_of(person: Person) -> str:
    """Of a person as they were read."""
    places = [
        (place.membership.pk, place.organisation.pk, place.role, sorted(place.team_ids)) for place in person.places
    ]
    return _written(person.user.password, person.user.runs_installation, places)


def rights_now(user_ids: Collection[int]) -> dict[int, str]:
    """`Hearer.rights` of users as they are in the database now, without those switched off; three queries."""
    users = User.objects.filter(pk__in=user_ids, is_active=True).values_list("pk", "password", "runs_installation")
    members = Membership.objects.filter(user_id__in=user_ids, ended_at__isnull=True)
    places: dict[int, tuple[int, tuple[int, int, str, list[int]]]] = {
        pk: (user_id, (pk, organisation_id, role, []))
        for pk, user_id, organisation_id, role in members.values_list("pk", "user_id", "organisation_id", "role")
    }
    teams = TeamMembership.objects.filter(membership__in=places, team__ended_at__isnull=True)
    for pk, team_id in teams.order_by("team_id").values_list("membership_id", "team_id"):
        places[pk][1][3].append(team_id)
    of_user: dict[int, list[tuple[int, int, str, list[int]]]] = {}
    for user_id, place in places.values():
        of_user.setdefault(user_id, []).append(place)
    return {pk: _written(password, runs, of_user.get(pk, [])) for pk, password, runs in users}


def _written(password: str, runs_installation: bool, places: Sequence[tuple[int, int, str, list[int]]]) -> str:
    sorts = [(pk, organisation_id, str(role), teams) for pk, organisation_id, role, teams in sorted(places)]
    # it is only compared, and kept for every stream
    return hashlib.blake2b(repr((password, runs_installation, sorts)).encode(), digest_size=16).hexdigest()

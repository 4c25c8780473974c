"""People get a place in an organisation, change it, lose it.

Every change is journalled with the user's id: open streams are cut by it, and the next request of a page asks for the
rights again (`guard`), so nothing has to be done to sessions.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation

from ..models import Membership, Team, TeamMembership, User


def add_member(
    organisation: Organisation, user: User, role: str, teams: Iterable[Team], actor: Actor
) -> Membership:
    """Give a user a place; who left comes back to the row that what they did points at.

    Raises Refusal when they already work there, or when role or teams are not the organisation's.
    """
    chosen = check_place(organisation, role, teams)
    now = clock.now(organisation)
    with transaction.atomic():
        membership, is_new = Membership.objects.get_or_create(
            organisation=organisation, user=user, defaults={"role": role, "began_at": now}
        )
        if not is_new:
            membership = _locked(membership)
            if membership.is_active:
                raise Refusal(_("%(name)s already works here: change the role instead.") % {"name": user.name})
            membership.role, membership.began_at, membership.ended_at = role, now, None
            membership.save(update_fields=["role", "began_at", "ended_at"])
        _set_teams(membership, chosen)
        record(organisation, "membership.began", membership, actor, user_id=user.pk, role=role)
    return membership


def change_member(membership: Membership, role: str, teams: Iterable[Team], actor: Actor) -> None:
    """Set role and teams. Nothing is journalled when nothing changes.

    Raises Refusal when the person left, when role or teams are not the organisation's, or when nobody else
    administers it.
    """
    chosen = check_place(membership.organisation, role, teams)
    with transaction.atomic():
        current = _locked(membership)
        if not current.is_active:
            raise Refusal(_("This person does not work here any more. Invite them again."))
        if role != Membership.Role.ADMINISTRATOR:
            _keep_an_administrator(current)
        team_ids = sorted(team.pk for team in chosen)
        before = sorted(TeamMembership.objects.filter(membership=current).values_list("team_id", flat=True))
        if current.role == role and before == team_ids:
            return
        current.role = role
        current.save(update_fields=["role"])
        _set_teams(current, chosen)
        record(current.organisation, "membership.changed", current, actor,
               user_id=current.user_id, role=role, team_ids=team_ids)
    membership.role = role


def end_member(membership: Membership, actor: Actor) -> None:
    """Take the place away. The row stays: what they did keeps pointing at it. Doing it twice is no error.

    Raises Refusal when nobody else administers the organisation.
    """
    with transaction.atomic():
        current = _locked(membership)
        if not current.is_active:
            return
        _keep_an_administrator(current)
        current.ended_at = clock.now(current.organisation)
        current.save(update_fields=["ended_at"])
        _set_teams(current, [])
        record(current.organisation, "membership.ended", current, actor, user_id=current.user_id)
    membership.ended_at = current.ended_at


def check_place(organisation: Organisation, role: str, teams: Iterable[Team]) -> list[Team]:
    """The teams as a list. Raises Refusal for an unknown role, and for a team that ended or is another's."""
    if role not in Membership.Role.values:
        raise Refusal(_("Choose a role from the list."), field="role")
    chosen = list(teams)
    if any(team.organisation_id != organisation.pk or not team.is_active for team in chosen):
        raise Refusal(_("Choose teams from the list: one of them does not exist any more."), field="teams")
    return chosen


def _locked(membership: Membership) -> Membership:
    """The row as it is now. The organisation is locked first: of two administrators who take each other's place at
    one moment, the second sees what the first did."""
    Organisation.objects.select_for_update(no_key=True).get(pk=membership.organisation_id)
    rows = Membership.objects.select_related("organisation").select_for_update(of=("self",))
    return rows.get(pk=membership.pk)


def _keep_an_administrator(leaving: Membership) -> None:
    """An organisation nobody administers could not be mended from inside."""
    if leaving.role != Membership.Role.ADMINISTRATOR:
        return
    others = Membership.objects.filter(organisation=leaving.organisation_id, role=leaving.role, ended_at__isnull=True,
                                       user__is_active=True).exclude(pk=leaving.pk)
    if not others.exists():
        raise Refusal(_("Nobody else administers this organisation. Give somebody else that role first."), field="role")


def _set_teams(membership: Membership, teams: list[Team]) -> None:
    wanted = {team.pk for team in teams}
    TeamMembership.objects.filter(membership=membership).exclude(team__in=wanted).delete()
    have = set(TeamMembership.objects.filter(membership=membership).values_list("team_id", flat=True))
    TeamMembership.objects.bulk_create(
        TeamMembership(organisation_id=membership.organisation_id, membership=membership, team_id=team_id)
        for team_id in sorted(wanted - have)
    )

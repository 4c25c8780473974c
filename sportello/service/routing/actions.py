"""Team by kind; no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Team
from sportello.records.knowledge.models import ServiceSheet
from sportello.records.procedures.models import Kind

from .models import Route


@dataclass(frozen=True)
class Routed:
    """The team that answers, and why: a code and its facts, kept as a reason row of the ticket."""

    team: Team
    code: str
    facts: dict[str, Any]


def team_for(
    organisation: Organisation, kind: Kind, sheet: ServiceSheet | None = None, asked: Team | None = None
) -> Routed:
    """The team for a request, first match wins: the door's own team (a mailbox of a team), the service's team,
    the kind's team, the team for everything else. LookupError when an organisation has no last one."""
    if asked is not None and asked.is_active:
        return Routed(asked, "door_team", {"team_id": asked.pk})
    if sheet is not None and sheet.team is not None and sheet.team.is_active:
        return Routed(sheet.team, "sheet_team", {"team_id": sheet.team.pk, "sheet_id": sheet.pk})
    routes = {
        route.kind_id: route.team for route in Route.objects.filter(organisation=organisation).select_related("team")
    }
    if kind.pk in routes and routes[kind.pk].is_active:
        return Routed(routes[kind.pk], "kind_team", {"team_id": routes[kind.pk].pk, "kind_id": kind.pk})
    if None in routes:
        return Routed(routes[None], "rest_team", {"team_id": routes[None].pk, "kind_id": kind.pk})
    raise LookupError(f"organisation {organisation.pk} has no route for what has no other")

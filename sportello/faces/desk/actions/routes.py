"""Which team answers for a kind: changed by who administers. Tickets already open stay where they are."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Team
from sportello.records.procedures.models import Kind
from sportello.service.routing.models import Route


def set_route(organisation: Organisation, kind: Kind | None, team: Team, actor: Actor) -> bool:
    """Requests of `kind` (None: of every kind without a route) go to `team` from now on. False: they did already."""
    with transaction.atomic():
        route, is_new = Route.objects.select_for_update(of=("self",)).get_or_create(
            organisation=organisation, kind=kind, defaults={"team": team})
        if not is_new:
            if route.team_id == team.pk:
                return False
            route.team = team
            route.save(update_fields=["team"])
        facts: dict[str, Any] = {"kind_id": kind.pk} if kind else {}
        record(organisation, "route.changed", route, actor, team_id=team.pk, **facts)
    return True

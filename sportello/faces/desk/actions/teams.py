"""A team ends only when nothing points at it any more: no open ticket may lose the team that answers for it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actor import Actor
from sportello.records.accounts.actions import teams
from sportello.records.accounts.models import Team
from sportello.records.tickets.models import Ticket
from sportello.service.channels.models import Mailbox
from sportello.service.routing.models import Route


def end(team: Team, actor: Actor) -> None:
    """Refusal while it has open tickets, answers for a kind, or reads a mailbox; the sentence says what to do."""
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team.pk)
        open_tickets = Ticket.objects.filter(organisation=team.organisation_id, team=team).open()
        many = open_tickets[:1000].count()
        if many:
            raise Refusal(
                ngettext(
                    "It answers for one open ticket: pass it on first.",
                    "It answers for %(many)s open tickets: pass them on first.",
                    many,
                )
                % {"many": many}
            )
        if Route.objects.filter(team=team).exists():
            raise Refusal(_("New requests are sent to it: choose another team under “Who answers for what?”."))
        if Mailbox.objects.filter(team=team, retired_at__isnull=True).exists():
            raise Refusal(_("A mailbox is read by it: give the mailbox another team first."))
        teams.end_team(team, actor)

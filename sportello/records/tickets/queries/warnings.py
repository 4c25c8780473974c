"""Warnings of terms as people read them: what was said to whom, about which end, and whether it still stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sportello.records.accounts.people import Person

from ..access import tickets_for
from ..models import Moment, Ticket

MOST = 100
#: How many of the newest of each hand are looked at: what is shown is at most `MOST` of them.
_LOOKED_AT = 300


@dataclass(frozen=True)
class Warned:
    """`whom` is the moment's: owner, team, supervisor, office. `is_open`: what it is about has not happened yet."""

    ticket: Ticket
    about: str
    whom: str
    said_at: datetime
    due_at: datetime
    is_open: bool

    @property
    def is_late(self) -> bool:
        """Told after the end."""
        return self.said_at >= self.due_at


def warnings_for(person: Person) -> list[Warned]:
    """The newest given to the person, to their teams, and to supervisors where they are one; of open tickets they see,
    newest first. Three queries, each by its own index (`moment_to_member`, `moment_to_team`) or the tickets' own."""
    leads = [place.organisation.pk for place in person.places if person.supervises(place)]
    given = Moment.objects.filter(done_at__isnull=False, sort=Moment.Sort.WARNING)
    ids = set(
        given.filter(to_member__in=sorted(person.membership_ids))
        .order_by("-done_at")
        .values_list("pk", flat=True)[:_LOOKED_AT]
    )
    ids |= set(
        given.filter(to_team__in=sorted(person.team_ids)).order_by("-done_at").values_list("pk", flat=True)[:_LOOKED_AT]
    )
    for organisation_id in leads:
        ids |= set(
            given.filter(organisation=organisation_id, whom=Moment.Whom.SUPERVISOR)
            .order_by("-done_at")
            .values_list("pk", flat=True)[:_LOOKED_AT]
        )
    found = (
        Moment.objects.filter(pk__in=ids, ticket__in=tickets_for(person).exclude(status=Ticket.Status.CLOSED))
        .select_related(
            "term", "level", "ticket__organisation", "ticket__customer", "ticket__owner__user", "ticket__team"
        )
        .order_by("-done_at", "-pk")[:MOST]
    )
    return [_warned(moment) for moment in found]


def _warned(moment: Moment) -> Warned:
    subject = moment.term or moment.level
    name = ""
    if moment.term is not None:
        name = str(moment.term.get_kind_display())
    elif moment.level is not None:
        name = str(moment.level.get_metric_display())
    return Warned(
        moment.ticket, name, moment.whom, moment.at, moment.due_at, bool(subject is not None and subject.is_running)
    )

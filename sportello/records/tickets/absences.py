"""The owner is away: what waits for us goes back to the team, with the reason why.

An automatic change never goes over one made by hand: whoever gives a ticket to somebody who is away, or takes one while
away themselves, has decided; it stays.
"""

from __future__ import annotations

import logging

from django.db import transaction

from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Absence

from . import sleeping
from .actions.change import Change, changing
from .models import Named, Ticket, TicketEvent

log = logging.getLogger("sportello.absences")

_BY_HAND = ("taken", "assigned")


def free_if_away(change: Change) -> bool:
    """The customer wrote: a ticket whose owner is away goes to the team's unassigned list. One query, more if away."""
    ticket = change.ticket
    if ticket.owner_id is None or ticket.is_closed:
        return False
    absence = Absence.objects.filter(member_id=ticket.owner_id).at(change.at).first()
    return absence is not None and _free(change, absence)


def work() -> int:
    """Absences that begin: what waits for us is offered to the teams. How many began. Cut anywhere it goes on."""
    begun = 0
    waiting = Absence.objects.in_force().filter(begun_at__isnull=True)
    for organisation in Organisation.objects.filter(pk__in=waiting.values("organisation")):
        now = clock.now(organisation)
        for absence in waiting.filter(organisation=organisation, starts_at__lte=now).order_by("pk")[:50]:
            begin(absence)
            begun += 1
    return begun


def begin(absence: Absence) -> int:
    """Give what waits for us back, each ticket in a transaction of its own; returns how many went. Again: none."""
    now, freed = clock.now(absence.organisation), 0
    if absence.ends_at > now:
        waits = Ticket.objects.open().filter(owner_id=absence.member_id, unanswered_since__isnull=False)
        for ticket in waits.order_by("pk"):
            try:
                freed += _give_back(ticket, absence)
            except Exception:  # one that fails must not keep the others
                log.exception("ticket %s could not be given back", ticket.pk)
    Absence.objects.filter(pk=absence.pk, begun_at__isnull=True).update(begun_at=now)
    return freed


def _give_back(ticket: Ticket, absence: Absence) -> bool:
    with transaction.atomic(), changing(ticket, SYSTEM) as change:
        # given to somebody, answered or closed by hand while we waited for the lock: nothing to do
        row = change.ticket
        is_still_so = row.owner_id == absence.member_id and row.waits_for_us
        return is_still_so and Absence.objects.in_force().filter(pk=absence.pk).exists() and _free(change, absence)


def _free(change: Change, absence: Absence) -> bool:
    ticket, owner_id = change.ticket, absence.member_id
    given = TicketEvent.objects.filter(
        entry__ticket=ticket, code__in=_BY_HAND, entry__happened_at__gte=absence.starts_at
    )
    if given.exists():
        return False
    others = Named.objects.filter(ticket=ticket).exclude(member_id=owner_id)
    if ticket.sensitivity == Ticket.Sensitivity.NAMED and not others.exists():
        change.because("assigned", "away_alone", absence_id=absence.pk, member_id=owner_id)
        return False  # nobody else could see it: it would be lost
    ticket.owner = None
    entry = change.event("freed_away", from_id=owner_id)
    change.because("assigned", "owner_away", absence_id=absence.pk, member_id=owner_id)
    change.tell("ticket.assigned", entry_id=entry.pk)
    sleeping.wake(change, sleeping.Woken.HANDED_ON)
    return True

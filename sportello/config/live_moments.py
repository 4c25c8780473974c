"""What the clock alone changes in the lists: tickets that come due today, or fall overdue, without anything done.

Asked by the stream's process now and then, for all organisations in one query over the index of promises.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db.models import Q

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.queries.work_lists import day_ends

from .topics import About, about_tickets

#: More at once (a moved clock, a long sleep): pages that are looked at again are right anyway.
MOST = 500


class Moments:
    """Remembers up to where each organisation's clock has been told."""

    def __init__(self) -> None:
        self._told: dict[int, tuple[datetime, datetime]] = {}

    def passed(self) -> list[About]:
        """Tickets that changed their list since the last question; nothing at the first."""
        before, wanted = dict(self._told), Q(pk__in=[])
        for organisation in Organisation.objects.all():
            now, day = clock.now(organisation), day_ends(organisation)
            self._told[organisation.pk] = (now, day)
            if organisation.pk in before:
                last, last_day = before[organisation.pk]
                passed = Q(next_promise_at__gte=last, next_promise_at__lt=now)
                passed |= Q(next_promise_at__gte=last_day, next_promise_at__lt=day)
                wanted |= Q(organisation_id=organisation.pk) & passed
        if not before:
            return []
        open_ones = Ticket.objects.filter(wanted).exclude(status=Ticket.Status.CLOSED)
        tickets = list(open_ones.select_related("organisation").order_by("next_promise_at", "pk")[:MOST])
        pairs = zip(about_tickets(tickets), tickets, strict=True)
        return [self._as_it_was(one, ticket, before) for one, ticket in pairs]

    @staticmethod
    def _as_it_was(about: About, ticket: Ticket, before: dict[int, tuple[datetime, datetime]]) -> About:
        last, last_day = before[ticket.organisation_id]
        promised = ticket.next_promise_at
        was_due = promised is not None and last <= promised < last_day
        return replace(about, before=replace(about.now, is_due=was_due, is_overdue=False), by_clock=True)

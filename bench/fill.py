"""Fill organisations with tickets by COPY: every row a ticket of the product has, years of them in a minute.

What is left out: journal events (nothing of the past is replayed) and the raw bytes of mails (only their rows).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind, Procedure
from sportello.records.tickets.models import Entry, Ticket, TicketCounter
from sportello.service.channels.models import Mailbox
from sportello.service.routing.actions import team_for

from .searchable import SearchRows, refuse_if_different
from .story import Life, Office, Writer
from .tables import Tables
from .words import LANGUAGES, Words

#: Tickets written in one transaction.
BATCH = 1_000
#: How long the organisation has been at work; tickets are spread over it evenly.
PERIOD = timedelta(days=365)


@dataclass(frozen=True)
class Filled:
    tickets: int
    rows: int
    seconds: float

    @property
    def rows_a_second(self) -> float:
        return self.rows / self.seconds


def fill(plan: list[tuple[Organisation, int]], seed: int, say: Callable[[str], None]) -> Filled:
    """So many tickets into each organisation of `plan`, then ANALYZE."""
    began = time.monotonic()
    chance = random.Random(seed)
    words = {language: Words(language, chance) for language in LANGUAGES}
    tables, found = Tables(), SearchRows()
    writer = Writer(tables, found, chance, words)
    for organisation, count in plan:
        _fill_one(writer, office_of(organisation), count, say)
    rows = tables.finish() + found.written
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    _check()
    return Filled(sum(count for _, count in plan), rows, time.monotonic() - began)


def _fill_one(writer: Writer, office: Office, count: int, say: Callable[[str], None]) -> None:
    chance = writer.chance
    instants = sorted(office.now - PERIOD * chance.random() for _ in range(count))
    for done, at in enumerate(instants, 1):
        writer.ticket(office, at)
        if done % BATCH == 0 or done == count:
            writer.tables.write()
            writer.found.write()
            say(f"{office.organisation.slug}: {done} of {count} tickets")
    _keep_counters(office)


def _keep_counters(office: Office) -> None:
    for year, last in office.serials.items():
        TicketCounter.objects.update_or_create(
            organisation=office.organisation, year=year, defaults={"last": last}
        )


def long_ticket(organisation: Organisation, entries: int, seed: int) -> Ticket:
    """A ticket with `entries` entries, half of them answers: the longest anybody opens.

    Made before the others: written last it alone would fill every search.
    """
    chance = random.Random(f"long {seed}")  # not the same blobs again
    words = {language: Words(language, chance) for language in LANGUAGES}
    tables, found = Tables(), SearchRows()
    writer, office = Writer(tables, found, chance, words), office_of(organisation)
    kind, procedure, calendar, team_id = office.kinds[0]
    at = office.now - timedelta(days=20)
    who = writer.customer(office, at)
    row = {
        "organisation_id": organisation.pk, "number": office.number(at), "kind_id": kind.pk, "status": "in_progress",
        "subject": words[who.language].subject()[:300], "procedure_id": procedure.pk, "customer_id": who.id,
        "channel": "email", "language": who.language, "team_id": team_id, "opened_at": at, "moved_at": at,
        "priority": 2, "sensitivity": "normal", "unanswered_since": None,
    }  # fmt: skip
    life = Life(writer, office, row, who, tables[Ticket].last_id + 1)
    due = life.promised(procedure, calendar)
    life.open()
    life.answer(at)
    while life.position < entries:
        at += (office.now - at) / (entries - life.position + 1)
        if life.position % 2:
            life.incoming(at, words[who.language].text())
        else:
            entry, text = life.entry("message", at, by_member_id=life.member.pk), words[who.language].text()
            life.outgoing(entry, at, f"Re: {row['subject']}"[:500], text, "")
            found.add(row, life.id, entry, text)
    row |= {"next_promise_at": due["conclusion"], "last_position": life.position, "version": life.position}
    row["last_public_position"] = life.position
    life.keep_terms()
    ticket_id = tables[Ticket].add(**row)
    tables.write()
    found.write()
    tables.finish()
    _keep_counters(office)
    return Ticket.objects.get(pk=ticket_id)


def office_of(organisation: Organisation) -> Office:
    """What the rows need to know about `organisation`, read once."""
    kinds = []
    for kind in Kind.objects.filter(organisation=organisation, retired_at__isnull=True):
        procedure = Procedure.objects.select_related("calendar").get(kind=kind, version=1)
        kinds.append((kind, procedure, procedure.calendar.calendar, team_for(organisation, kind).team.pk))
    members: dict[int, list[Membership]] = {}
    at_work = Membership.objects.filter(
        organisation=organisation, ended_at__isnull=True, role__in=("operator", "supervisor", "specialist")
    )
    for member in at_work.prefetch_related("team_places").order_by("pk"):
        for place in member.team_places.all():
            members.setdefault(place.team_id, []).append(member)
    mailbox = Mailbox.objects.get(organisation=organisation, is_default=True)
    counters = TicketCounter.objects.filter(organisation=organisation)
    serials = dict(counters.values_list("year", "last"))
    return Office(organisation, kinds, mailbox, members, clock.now(organisation), serials=serials)


def _check() -> None:
    """The first ticket's first search row is what the product's own indexing makes."""
    entry = Entry.objects.select_related("ticket__customer", "message").filter(position=1).earliest("id")
    ticket, message = entry.ticket, entry.message
    name = ticket.customer.name if ticket.customer else ""
    refuse_if_different(ticket, entry, ticket.subject, name, message.text, message.sender_name, message.sender_address)

"""Some hundred tickets, made from a seed of their own and written in one transaction: whole or not at all."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from sportello.foundation.tenancy import clock
from sportello.records.customers.models.customer import name_keys
from sportello.records.tickets.models import Closure
from sportello.service.backoffice.complaints.stages import FOUND

from . import words
from .letters import Letters
from .lexemes import Lexicon
from .life import Life
from .lines import NULL
from .office import Office
from .promises import Promises, shown
from .rows import Desk, Registered, Who
from .speech import Language, Speech
from .tables import Tables
from .telling import Teller

#: How likely a ticket is still open, by its age in days; the rest is closed.
STILL_OPEN = ((10, 0.8), (40, 0.3), (100_000, 0.005))
_MOST_MESSAGES = 30
_HOUR = timedelta(hours=1)
#: Of what was opened within it much is still open, and has moments to come.
_RECENT = timedelta(days=60)
_COMPLAINTS = (
    "INSERT INTO backoffice_complaintcounter (organisation_id, year, last) VALUES (%s, %s, %s)"
    " ON CONFLICT (organisation_id, year) DO UPDATE SET last = backoffice_complaintcounter.last + %s RETURNING last"
)


@dataclass
class Maker:
    """One process's: what it knows of the organisation, and the customers it made, who write again."""

    office: Office
    lexicon: Lexicon
    languages: dict[str, Language]
    #: Messages of customers and colleagues a ticket, on average.
    messages: float
    tables: Tables = field(init=False)
    letters: Letters = field(init=False)
    promises: Promises = field(init=False)
    teller: Teller = field(init=False)
    known: list[Who] = field(default_factory=list)
    #: A customer who writes so often (share of all tickets), and the share.
    busy: tuple[Who | None, float] = (None, 0.0)

    def __post_init__(self) -> None:
        self.tables = Tables(self.office.organisation.pk, self.office.epoch)
        self.letters, self.promises = Letters(self.office), Promises(self.office)
        self.teller = Teller(self.tables)

    def make(self, chance: random.Random, coming: Sequence[tuple[datetime, str]]) -> int:
        """Tickets opened at these instants with these numbers, written; how many rows."""
        with connection.cursor() as cursor:
            is_recent = coming[-1][0] > self.office.now - _RECENT
            self.tables.draw(cursor, len(coming), self.messages, 9.0 if is_recent else 1.0)
        speech = Speech(self.languages, self.lexicon, chance)
        desk = Desk(self.office, self.tables, self.teller, self.letters, speech, self.lexicon, chance)
        new: list[Who] = []
        for at, number in coming:
            self._one(desk, at, number, new)
        with transaction.atomic(), connection.cursor() as cursor:
            self._hold(cursor)
            rows = self.tables.write(cursor)
            self._register(cursor, desk.registered)
            rows += self.tables.write(cursor)
        self.known += new
        return rows

    def _one(self, desk: Desk, at: datetime, number: str, new: list[Who]) -> None:
        chance = desk.chance
        channel = "email" if chance.random() < 0.7 else "webform"
        way = chance.choice(self.office.by_mail if channel == "email" else self.office.by_form)
        who, is_new = self._customer(desk, at, new)
        life = Life(desk, way, who, number, at, self.promises.of(way, at))
        life.open(channel, is_new=is_new)
        live(life, chance, self.office.now, self.messages)

    def _customer(self, desk: Desk, at: datetime, new: list[Who]) -> tuple[Who, bool]:
        """Three in ten who wrote before write again, some of them often; the others are new."""
        chance = desk.chance
        busy, share = self.busy
        if busy is not None and chance.random() < share:
            return busy, False
        if self.known and chance.random() < 0.3:
            return self.known[int(len(self.known) * chance.random() ** 3)], False
        who = self.stranger(chance, at)
        new.append(who)
        return who, True

    def stranger(self, chance: random.Random, at: datetime) -> Who:
        """Somebody nobody knew: their row; their address is written with their first ticket."""
        name = words.person_name(chance)
        sort_key, family_key = name_keys(name)
        language = self.office.organisation.language_for("it" if chance.random() < 0.8 else "en")
        added = self.tables.customers.add(name, sort_key, family_key, language, shown(at))
        address = f"{sort_key.replace(' ', '.')}.{added}@example.org"
        return Who(added, name, address, language, self.lexicon.of_all(name))

    def _hold(self, cursor: Any) -> None:
        """What the rows point at and did not make cannot go while they are written."""
        ways = (*self.office.by_mail, *self.office.by_form)
        held = {
            "procedures_kind": {way.kind.pk for way in ways},
            "accounts_team": {way.routed.team.pk for way in ways},
            "accounts_membership": {member.pk for way in ways for member in way.members},
            "channels_mailbox": {way.mailbox.pk for way in ways},
            "files_blob": set(self.office.raw_ids),
        }
        for table, ids in held.items():
            statement = f"SELECT 1 FROM {table} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"  # noqa: S608 - as above
            cursor.execute(statement, [sorted(ids)])
            if len(cursor.fetchall()) != len(ids):
                raise RuntimeError(f"rows of {table} were taken away while tickets were loaded: run it again")

    def _register(self, cursor: Any, registered: list[Registered]) -> None:
        """Complaints enter their register last: its numbers have no gaps, and their counter is locked shortly."""
        years: dict[int, list[Registered]] = {}
        for one in registered:
            years.setdefault(self._year(one.at), []).append(one)
        for year, some in years.items():
            cursor.execute(_COMPLAINTS, [self.office.organisation.pk, year, len(some), len(some)])
            (last,) = cursor.fetchone()
            for serial, one in enumerate(some, last - len(some) + 1):
                self._complaint(one, year, serial)

    def _year(self, at: datetime) -> int:
        return int(clock.local(self.office.organisation, at).year)

    def _complaint(self, one: Registered, year: int, serial: int) -> None:
        """As `backoffice/complaints/registering.py` enters it and `stages.py` closes it."""
        procedure, at = one.way.procedure, shown(one.at)
        finding = FOUND.get(Closure.Outcome(one.outcome)) if one.closed_at else None
        basis = procedure.source or procedure.name_in("it") or procedure.code
        complaint = self.tables.complaints.add(
            one.ticket_id, one.way.kind.pk, procedure.pk, year, serial, at, at, basis[:300], procedure.term_value,
            procedure.term_unit, shown(one.due), finding or "", shown(one.closed_at),
        )  # fmt: skip
        facts = f'{{"number": "R-{year}-{serial:04d}", "kind_id": {one.way.kind.pk}}}'
        self.tables.reasons.add(one.ticket_id, "complaint", "registered", facts, at)
        for code in ("receipt", "acknowledgement"):
            self.tables.stages.add(complaint, code, at, NULL)
        payload = f'{{"ticket_id":{one.ticket_id},"year":{year},"serial":{serial},"due":"{shown(one.due)}"}}'
        self.teller.tell(at, "customer", one.who_id, "complaint.registered", "complaint", complaint, payload)
        if one.closed_at is not None and one.member is not None:
            closed = shown(one.closed_at)
            for code in ("decision", "closing") if finding else ("closing",):
                self.tables.stages.add(complaint, code, closed, one.member.pk)
            payload = f'{{"ticket_id":{one.ticket_id}}}'
            self.teller.tell(
                closed, "person", one.member.user_id, "complaint.closed", "complaint", complaint, payload
            )


def live(life: Life, chance: random.Random, now: datetime, messages: float) -> None:
    """New with a second word of the customer, answered, waiting for them, or closed: by its age and by chance."""
    age = (now - life.opened).days
    is_open = chance.random() < next(share for days, share in STILL_OPEN if age < days)
    at = life.opened + _HOUR * (1 + chance.expovariate(1 / 20))
    if is_open and chance.random() < 0.4:
        if chance.random() < 0.5 and at < now:
            life.until(at)
            life.receive(at)
    else:
        at = _conversation(life, chance, at, now, messages)
        if not is_open:
            at = min(at + _HOUR * chance.expovariate(1 / 40), now)
            life.until(at)
            life.close(at)
    life.until(now)
    life.end()


def _conversation(life: Life, chance: random.Random, at: datetime, now: datetime, messages: float) -> datetime:
    """An answer, and then so many words of both as make `messages` a ticket on average; the instant of the last."""
    further = max(0.0, (messages - 2) / (messages - 1)) if messages > 1 else 0.0
    count, last = 2, min(at, now)
    while chance.random() < further and count < _MOST_MESSAGES:
        count += 1
    for said in range(1, count):
        if at > now and said > 1:
            break
        last = min(at, now)
        life.until(last)
        if said % 2:
            life.answer(last, wait=chance.random() < 0.35)
        else:
            life.receive(last)
        at = last + _HOUR * (0.5 + chance.expovariate(1 / 30))
    return last


"""The rows one ticket consists of, as the product's actions write them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sportello.records.accounts.models import Membership
from sportello.records.tickets.search_index import number_tokens
from sportello.service.channels.mailkit import tokens

from .letters import Letter, Letters
from .lexemes import Lexemes, Lexicon, entered
from .lines import NULL
from .office import Office, Way
from .promises import Awaited, Promise, shown
from .speech import Said, Speech
from .tables import Tables
from .telling import Standing, Teller

#: Of digits, which a token cannot all have, letters.
_LETTERS = str.maketrans("0123456789", "ghijklmnop")
#: What an answer of the server takes after a letter was written.
_SENT = timedelta(seconds=3)


@dataclass(frozen=True)
class Who:
    """A customer as the rows need them."""

    id: int
    name: str
    address: str
    language: str
    lexemes: Lexemes


@dataclass
class Running:
    """A promise that runs on the ticket: its row is written at the end, with when it was met."""

    promise: Promise
    id: int
    met: datetime | None = None


@dataclass(frozen=True)
class Registered:
    """A complaint of the register that still lacks its number."""

    ticket_id: int
    way: Way
    at: datetime
    due: datetime
    closed_at: datetime | None
    member: Membership | None
    outcome: str
    who_id: int


@dataclass
class Desk:
    """What the tickets of one chunk share."""

    office: Office
    tables: Tables
    teller: Teller
    letters: Letters
    speech: Speech
    lexicon: Lexicon
    chance: random.Random
    registered: list[Registered] = field(default_factory=list)

    def token(self, number: int) -> str:
        """Twenty-four signs of those a token has; the first ten are the row's: no two of any load are alike."""
        return (number.to_bytes(5, "little") + self.chance.randbytes(7)).hex().translate(_LETTERS)


class Rows:
    """A ticket while it is written."""

    def __init__(self, desk: Desk, way: Way, who: Who, number: str, at: datetime, promises: list[Promise]) -> None:
        self.desk, self.way, self.who, self.number, self.opened = desk, way, who, number, at
        self.tables, self.chance = desk.tables, desk.chance
        self.id = desk.tables.tickets.next_id
        self.channel = "email"
        self.subject: Said = desk.speech.line(who.language)
        self.team_id: int = way.routed.team.id
        self.sensitivity = "team" if self.chance.random() < 0.02 else "normal"
        self.priority = self.chance.choices((1, 2, 3, 4), (5, 80, 12, 3))[0]
        self.status = "new"
        self.member: Membership | None = None
        self.moved = at
        self.unanswered: datetime | None = at
        self.closed_at: datetime | None = None
        self.outcome = ""
        self.position = self.public = 0
        self.version = 1
        first = desk.tables.terms.next_id
        self.running = [Running(one, first + offset) for offset, one in enumerate(promises)]
        self.awaited: list[Awaited] = []
        #: Nothing is awaited before; None once it was looked up.
        self.first: datetime | None = min(one.first for one in promises)
        #: Where it stood after the last change; None before it was opened.
        self.before: Standing | None = None
        self.number_words = desk.lexicon.of(number)
        self.told: list[tuple[str, str]] = []

    # ---- the rows it consists of

    def _look_up(self) -> None:
        """What all running promises await."""
        every = [
            one
            for running in self.running
            if running.met is None
            for one in running.promise.awaited()
            if one.sort != "warning" or one.at > self.opened
        ]
        self.awaited = sorted(every, key=lambda one: one.next)
        self.first = None

    def _due(self) -> datetime | None:
        running = [one.promise.due for one in self.running if one.met is None]
        return min(running, default=None)

    def _standing(self) -> Standing:
        owner = self.member.id if self.member else "null"
        waits = "true" if self.status != "closed" and self.unanswered is not None else "false"
        due = self._due()
        return self.team_id, owner, self.status, self.sensitivity, waits, f'"{shown(due)}"' if due else "null"

    def _change(self, at: datetime, actor: str, actor_id: int | str) -> None:
        """A change ends: what it told goes to the journal, with where the ticket stood before it and stands now."""
        if self.before is not None:
            self.version += 1
        self.moved = max(self.moved, at)
        now = self._standing()
        self.desk.teller.ticket(shown(at), actor, actor_id, self.id, self.told, self.version, now, self.before)
        self.before, self.told = now, []

    def _entry(
        self, kind: str, at: str, visibility: str = "public", member_id: int | str = NULL, customer_id: int | str = NULL
    ) -> int:
        self.position += 1
        return self.tables.entries.add(self.id, self.position, kind, visibility, at, member_id, customer_id)

    def _event(
        self, code: str, at: str, visibility: str, facts: str, *, member_id: int | str = NULL,
        customer_id: int | str = NULL, reason: str = "",
    ) -> int:
        entry = self._entry("event", at, visibility, member_id, customer_id)
        self.tables.events.add(entry, code, facts, reason)
        return entry

    def _customer(self, at: str) -> None:
        """The row of who writes for the first time; chunk.py has drawn its id."""
        identity = self.tables.identities.add(self.who.id, self.who.address, self.who.address, at)
        payload = f'{{"sort":"email","identity_id":{identity}}}'
        self.desk.teller.tell(at, "machine", NULL, "customer.added", "customer", self.who.id, payload)

    def _incoming(self, at: str, said: Said, *, first: bool) -> tuple[int, int, str]:
        """Entry, message and its Message-ID."""
        who, subject = self.who, self.subject
        entry = self._entry("message", at, customer_id=who.id)
        rfc_id = f"<{self.id}.{entry}@mail.example.org>" if self.channel == "email" else ""
        message = self.tables.messages.add(
            entry, "in", self.channel, subject.text if first else f"Re: {subject.text}", said.text, who.language,
            who.name, who.address, "", rfc_id, "f", "",
        )  # fmt: skip
        self.public = self.position
        words = said.lexemes | subject.lexemes | who.lexemes
        if first:
            numbers = map(entered, number_tokens(self.number))
            words = words.union(self.desk.lexicon.of(who.address), numbers)
        else:
            words |= self.desk.lexicon.of("Re:")
        self._found(entry, words)
        more = f',"message_id":{message},"entry_id":{entry},"channel":"{self.channel}","machine":false'
        self.told.append(("message.received", more))
        return entry, message, rfc_id

    def _mail_received(self, at: str) -> int:
        mail_id = self.tables.mails.next_id
        payload = f'{{"door":"smtp","mailbox_id":{self.way.mailbox.id}}}'
        self.desk.teller.tell(at, "machine", NULL, "mail.received", "incoming_mail", mail_id, payload)
        return mail_id

    def _settled(self, mail_id: int, message: int, rfc_id: str, at: str, cause: str) -> None:
        box, address = self.way.mailbox, self.who.address
        raw = self.desk.office.raw_ids[mail_id % len(self.desk.office.raw_ids)]
        subject = self.subject.text if cause == "opened" else f"Re: {self.subject.text}"
        self.tables.mails.add(box.id, raw, address, box.address, address, subject, at, at, cause, message, rfc_id, at)
        payload = f'{{"cause":"{cause}","state":"ticketed","ticket_id":{self.id}}}'
        self.desk.teller.tell(at, "machine", NULL, "mail.settled", "incoming_mail", mail_id, payload)

    def _reasons(self, at: str, mail_id: int) -> None:
        add, routed = self.tables.reasons.add, self.way.routed
        if mail_id:
            facts = f'{{"by": "smtp", "mail_id": {mail_id}, "mailbox_id": {self.way.mailbox.id}}}'
            add(self.id, "door", "email", facts, at)
            add(self.id, "customer", "by_sender", f'{{"customer_id": {self.who.id}}}', at)
            add(self.id, "ticket", "opened", f'{{"mail_id": {mail_id}, "receipt": true}}', at)
        else:
            add(self.id, "door", "webform", '{"files": 0}', at)
        route = ", ".join(f'"{name}": {value}' for name, value in routed.facts.items())
        add(self.id, "route", routed.code, f"{{{route}}}", at)
        procedure = self.way.procedure
        add(self.id, "term", "procedure", f'{{"version": {procedure.version}, "procedure_id": {procedure.id}}}', at)

    def _notice(self, moment: str, at: datetime, letter: Letter) -> None:
        when = shown(at)
        entry = self._entry("message", when)
        message = self._outgoing(entry, at, letter.subject, letter.body, moment)
        self._found(entry, letter.lexemes(self.desk.lexicon, self.number_words))
        is_required = "t" if moment in self.way.required else "f"
        notice = self.tables.notices.add(self.id, moment, when, when, message, is_required)
        facts = f'{{"moment": "{moment}", "notice_id": {notice}}}'
        self.tables.reasons.add(self.id, "notice", "by_email", facts, when)
        self.told.append(written(message, entry, "email", moment))
        self.told.append(("notice.given", f',"notice_id":{notice},"moment":"{moment}","how":"email"'))

    def _outgoing(self, entry: int, at: datetime, subject: str, text: str, moment: str) -> int:
        """A letter with its dispatch, which the server took seconds later."""
        number, box, who = self.tables.messages.next_id, self.way.mailbox, self.who
        token = self.desk.token(number)
        rfc_id = tokens.message_id(token, box.address.rpartition("@")[2])
        message = self.tables.messages.add(
            entry, "out", "email", subject, text, who.language, "", "", token, rfc_id, "t" if moment else "f", moment
        )
        self.tables.recipients.add(message, who.name, who.address)
        when, settled = shown(at), shown(at + _SENT)
        dispatch = self.tables.dispatches.add(message, box.id, when, settled, settled)
        self.tables.deliveries.add(dispatch, who.address, settled)
        self.tables.attempts.add(dispatch, settled)
        payload = f'{{"channel":"email","ticket_id":{self.id}}}'
        self.desk.teller.tell(when, "system", NULL, "dispatch.queued", "dispatch", dispatch, payload)
        self.desk.teller.tell(settled, "system", NULL, "dispatch.sent", "dispatch", dispatch, payload)
        return message

    def _found(self, entry: int, words: Lexemes) -> None:
        """The entry's row of search; the organisation is a lexeme of each."""
        self.tables.found.add(entry, self.id, self.team_id, self.sensitivity, words)

    def _meet(self, kind: str, at: datetime) -> None:
        """A promise is kept: nothing of it is awaited any more."""
        for one in self.running:
            if one.promise.kind == kind and one.met is None:
                one.met = at
                self.awaited = [awaited for awaited in self.awaited if awaited.term != kind]

    def _moment(
        self, one: Awaited, *, done: datetime | None = None, to_member: Any = NULL, to_team: Any = NULL
    ) -> int:
        term = next(running.id for running in self.running if running.promise.kind == one.term)
        return self.tables.moments.add(
            self.id, term, one.sort, one.code, one.whom, shown(one.at), shown(one.due),
            NULL if done else shown(one.next), shown(done), to_member, to_team,
        )  # fmt: skip

    def _filed(self, closed_at: datetime) -> None:
        """In the archive, as `backoffice/archive/filing.py` files it."""
        way = self.way
        years, until = self.desk.office.kept(way, closed_at)
        self.tables.filings.add(
            self.id, way.file_class.id, way.file_class.code, way.kind.id, self.outcome, shown(closed_at), years,
            NULL if until is None else until.isoformat(),
        )  # fmt: skip


def written(message: int, entry: int, channel: str, moment: str) -> tuple[str, str]:
    more = f',"message_id":{message},"entry_id":{entry},"channel":"{channel}","moment":"{moment}"'
    return "message.written", more

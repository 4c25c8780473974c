"""The rows of one ticket, as the product's own actions would have written them at the time."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sportello.foundation.core.ids import token
from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.customers.models import Customer, Identity
from sportello.records.customers.models.customer import name_keys
from sportello.records.procedures.calendar import Calendar
from sportello.records.procedures.counting import count_term
from sportello.records.procedures.models import Kind, Procedure
from sportello.records.tickets import codes
from sportello.records.tickets.models import (
    AccessCode,
    Closure,
    Entry,
    Message,
    Notice,
    Participant,
    Reason,
    Recipient,
    Term,
    Ticket,
    TicketEvent,
)  # fmt: skip
from sportello.service.channels.models import Delivery, Dispatch, IncomingMail, Mailbox

from .searchable import SearchRows
from .tables import Tables
from .words import Words, person_name

#: How likely a ticket is still open, by its age in days; the rest is closed.
STILL_OPEN = ((10, 0.8), (40, 0.3), (100_000, 0.005))


@dataclass
class Who:
    """A customer as the rows need them."""

    id: int
    name: str
    address: str
    language: str


@dataclass
class Office:
    """An organisation with what every ticket of it needs, looked up once."""

    organisation: Organisation
    kinds: list[tuple[Kind, Procedure, Calendar, int]]
    mailbox: Mailbox
    members: dict[int, list[Membership]]
    now: datetime
    customers: list[Who] = field(default_factory=list)
    serials: dict[int, int] = field(default_factory=dict)

    def number(self, at: datetime) -> str:
        self.serials[at.year] = self.serials.get(at.year, 0) + 1
        return f"{at.year}-{self.serials[at.year]:07d}"


class Writer:
    """Adds tickets to `tables` and `found`; every choice comes from `chance`."""

    def __init__(self, tables: Tables, found: SearchRows, chance: random.Random, words: dict[str, Words]) -> None:
        self.tables, self.found, self.chance, self.words = tables, found, chance, words

    def customer(self, office: Office, at: datetime) -> Who:
        """Three in ten who wrote before write again, some of them often; the others are new."""
        if office.customers and self.chance.random() < 0.3:
            return office.customers[int(len(office.customers) * self.chance.random() ** 3)]
        name, language = person_name(self.chance), "it" if self.chance.random() < 0.8 else "en"
        sort_key, family_key = name_keys(name)
        owned = office.organisation.pk
        added = self.tables[Customer].add(
            organisation_id=owned, name=name, sort_key=sort_key, family_key=family_key, language=language,
            first_seen_at=at,
        )  # fmt: skip
        address = f"{sort_key.replace(' ', '.')}.{added}@example.org"
        self.tables[Identity].add(
            organisation_id=owned, customer_id=added, sort="email", value=address, shown=address, added_at=at
        )
        who = Who(added, name, address, language)
        office.customers.append(who)
        return who

    def ticket(self, office: Office, at: datetime) -> int:
        """One ticket opened `at`, with all that happened since; its id."""
        kind, procedure, calendar, team_id = self.chance.choice(office.kinds)
        who = self.customer(office, at)
        row: dict[str, Any] = {
            "organisation_id": office.organisation.pk, "number": office.number(at), "kind_id": kind.pk,
            "subject": self.words[who.language].subject()[:300], "procedure_id": procedure.pk, "customer_id": who.id,
            "channel": "email" if self.chance.random() < 0.7 else "webform", "language": who.language,
            "team_id": team_id, "priority": self.chance.choices((1, 2, 3, 4), (5, 80, 12, 3))[0],
            "sensitivity": "team" if self.chance.random() < 0.02 else "normal",
            "status": "new", "opened_at": at, "moved_at": at, "unanswered_since": at,
        }  # fmt: skip
        life = Life(self, office, row, who, self.tables[Ticket].last_id + 1)
        due = life.promised(procedure, calendar)
        life.open()
        life.go_on(due)
        return self.tables[Ticket].add(**row)


class Life:
    """A ticket while it is written: `row` is the ticket's own row, filled as things happen."""

    def __init__(self, writer: Writer, office: Office, row: dict[str, Any], who: Who, ticket_id: int) -> None:
        self.writer, self.office, self.row, self.who, self.id = writer, office, row, who, ticket_id
        self.tables, self.chance = writer.tables, writer.chance
        self.said = writer.words[who.language]
        self.position = 0

    def add(self, model: Any, **values: Any) -> int:
        return self.tables[model].add(organisation_id=self.row["organisation_id"], **values)

    # -- what happens --

    def promised(self, procedure: Procedure, calendar: Calendar) -> dict[str, datetime]:
        """The terms that run, counted by the product's own arithmetic."""
        at = self.row["opened_at"]
        days = (procedure.term_value, procedure.term_unit)
        counted = {"conclusion": count_term(at, *days, calendar, procedure.term_roll)}
        if procedure.first_answer_hours:
            counted["first_answer"] = count_term(at, procedure.first_answer_hours, "open_hours", calendar, "none")
        self.terms = {
            kind: {
                "ticket_id": self.id, "kind": kind, "starts_at": at, "due_at": one.due, "source": procedure.source,
                "steps": [[code, dict(facts)] for code, facts in one.lines][:40],
            }
            for kind, one in counted.items()
        }  # fmt: skip
        return {kind: one.due for kind, one in counted.items()}

    def open(self) -> None:
        at = self.row["opened_at"]
        text, channel = self.said.text(), self.row["channel"]
        self.incoming(at, text, with_number=True)
        nonce, digest = codes.new_nonce()
        self.add(AccessCode, ticket_id=self.id, nonce=nonce, digest=digest, made_at=at)
        self.add(
            Participant, ticket_id=self.id, customer_id=self.who.id, address=self.who.address, role="requester",
            since=at,
        )  # fmt: skip
        self.because("door", channel, at)
        self.because("customer", "by_sender", at, customer_id=self.who.id)
        self.because("ticket", "opened", at)
        self.because("route", "by_kind", at, kind_id=self.row["kind_id"])
        self.because("term", "procedure", at, procedure_id=self.row["procedure_id"], version=1)
        self.notice("receipt", at)

    def go_on(self, due: dict[str, datetime]) -> None:
        """New with a second word of the customer, answered, waiting for them, or closed."""
        now, opened = self.office.now, self.row["opened_at"]
        age = (now - opened).days
        open_still = next(chance for days, chance in STILL_OPEN if age < days)
        answered = min(opened + timedelta(hours=1 + self.chance.expovariate(1 / 20)), now)
        if self.chance.random() < open_still:
            if self.chance.random() < 0.4:
                self.incoming(answered, self.said.text())
            else:
                self.answer(answered)
                if self.chance.random() < 0.4:
                    self.wait(answered)
        else:
            self.answer(answered)
            self.close(min(answered + timedelta(hours=self.chance.expovariate(1 / 40)), now))
        running = [term["due_at"] for term in self.terms.values() if "met_at" not in term]
        self.row["next_promise_at"] = min(running) if self.row["status"] != "closed" else None
        self.keep_terms()
        self.row["last_position"] = self.position
        self.row["version"] = self.position

    def keep_terms(self) -> None:
        for term in self.terms.values():
            self.add(Term, **term)

    def answer(self, at: datetime) -> None:
        member = self.chance.choice(self.office.members[self.row["team_id"]])
        subject = f"Re: {self.row['subject']} [{self.row['number']}]"[:500]
        entry, text = self.entry("message", at, by_member_id=member.pk), self.said.text()
        self.outgoing(entry, at, subject, text, "")
        self.writer.found.add(self.row, self.id, entry, text)
        self.row["last_public_position"] = self.position
        self.event("taken", at, member, "internal", to_id=member.pk)
        self.row |= {"status": "in_progress", "owner_id": member.pk, "unanswered_since": None}
        if "first_answer" in self.terms:
            self.terms["first_answer"]["met_at"] = at
        self.member = member

    def wait(self, at: datetime) -> None:
        self.row["status"] = "waiting_customer"
        self.event("waiting", at, self.member, "public")

    def close(self, at: datetime) -> None:
        outcome = self.chance.choice(("solved", "information_given", "not_accepted", "no_answer"))
        reason = " ".join(self.said.some(12)).capitalize() + "."
        self.add(
            Closure, ticket_id=self.id, outcome=outcome, reason=reason, closed_at=at, by_member_id=self.member.pk
        )
        self.event("closed", at, self.member, "public", reason=reason, outcome=outcome)
        self.row |= {"status": "closed", "closed_at": at}
        for term in self.terms.values():
            term.setdefault("met_at", at)
        self.notice("closed", at)

    # -- the rows it consists of --

    def entry(self, kind: str, at: datetime, visibility: str = "public", **by: Any) -> int:
        self.position += 1
        self.row["moved_at"] = max(self.row["moved_at"], at)
        return self.add(
            Entry, ticket_id=self.id, position=self.position, kind=kind, visibility=visibility, happened_at=at, **by
        )

    def event(
        self, code: str, at: datetime, member: Membership, visibility: str, reason: str = "", **facts: Any
    ) -> None:
        entry = self.entry("event", at, visibility, by_member_id=member.pk)
        self.add(TicketEvent, entry_id=entry, code=code, facts=facts, reason=reason)

    def because(self, about: str, code: str, at: datetime, **facts: Any) -> None:
        self.add(Reason, ticket_id=self.id, about=about, code=code, facts=facts, at=at)

    def incoming(self, at: datetime, text: str, *, with_number: bool = False) -> int:
        """A message of the customer with, for mail, the row of what came in. Its raw bytes are not on the disk."""
        entry, channel = self.entry("message", at, by_customer_id=self.who.id), self.row["channel"]
        rfc_id = f"<{entry}.{self.id}@mail.example.org>" if channel == "email" else ""
        message = self.add(
            Message, entry_id=entry, direction="in", channel=channel, subject=self.row["subject"], text=text,
            language=self.who.language, sender_name=self.who.name, sender_address=self.who.address, rfc_id=rfc_id,
        )  # fmt: skip
        self.row["last_public_position"] = self.position
        if channel == "email":
            self.arrived(at, message, rfc_id, len(text))
        texts = (text, self.who.name, self.who.address) if with_number else (text, self.row["subject"], self.who.name)
        first = (self.row["subject"], self.who.name) if with_number else ()
        self.writer.found.add(self.row, self.id, entry, *first, *texts, with_number=with_number)
        return entry

    def arrived(self, at: datetime, message: int, rfc_id: str, size: int) -> None:
        raw = self.add(
            Blob, sha256=f"{self.chance.getrandbits(256):064x}", size=size + 1200, content_type="message/rfc822",
            stored_at=at,
        )  # fmt: skip
        self.add(
            IncomingMail, mailbox_id=self.office.mailbox.pk, raw_id=raw, door="smtp", envelope_from=self.who.address,
            envelope_to=self.office.mailbox.address, sender=self.who.address, subject=self.row["subject"],
            received_at=at, stored_at=at, state="ticketed", cause="opened", message_id=message, rfc_id=rfc_id,
            settled_at=at,
        )  # fmt: skip

    def notice(self, moment: str, at: datetime) -> None:
        subject = f"[{self.row['number']}] {self.row['subject']}"[:500]
        entry = self.entry("message", at)
        message = self.outgoing(entry, at, subject, " ".join(self.said.some(90)), moment)
        self.writer.found.add(self.row, self.id, entry, subject)
        given = self.add(
            Notice, ticket_id=self.id, moment=moment, state="given", due_at=at, given_at=at, how="email",
            message_id=message,
        )  # fmt: skip
        self.because("notice", "by_email", at, notice_id=given, moment=moment)

    def outgoing(self, entry: int, at: datetime, subject: str, text: str, moment: str) -> int:
        message = self.add(
            Message, entry_id=entry, direction="out", channel="email", subject=subject, text=text, token=token(),
            language=self.who.language, notice_moment=moment, is_machine=bool(moment),
        )  # fmt: skip
        self.add(Recipient, message_id=message, role="to", name=self.who.name, address=self.who.address)
        dispatch = self.add(
            Dispatch, message_id=message, channel="email", mailbox_id=self.office.mailbox.pk, state="sent",
            attempts=1, answer="250 2.0.0 Ok", queued_at=at, settled_at=at,
        )  # fmt: skip
        self.add(
            Delivery, dispatch_id=dispatch, address=self.who.address, state="sent", answer="250 2.0.0 Ok",
            changed_at=at,
        )  # fmt: skip
        return message

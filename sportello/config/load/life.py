"""One ticket from its opening on: what happened to it, by the verbs of the product and at the instants it happened.

Each verb below is named after the action it stands for and writes the rows that action writes (`rows.py`), in its
order.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sportello.records.tickets import codes

from .lines import NULL
from .promises import shown
from .rows import Registered, Rows, written

#: After what was due the tick comes by.
_TICK = timedelta(seconds=4)
OUTCOMES = ("solved", "information_given", "not_accepted", "no_answer")


class Life(Rows):
    def open(self, channel: str, *, is_new: bool) -> None:
        """A request comes in and gets its receipt."""
        at, self.channel = shown(self.opened), channel
        mail_id = self._mail_received(at) if channel == "email" else 0
        if is_new:
            self._customer(at)
        entry, message, rfc_id = self._incoming(at, self.desk.speech.text(self.who.language), first=True)
        nonce = self.desk.token(self.id)
        digest = hashlib.sha256(codes.derive(nonce).encode()).hexdigest()
        self.tables.codes.add(self.id, nonce, digest, at)
        self.tables.participants.add(self.id, self.who.id, self.who.address, at)
        self.told.insert(
            0,
            ("ticket.opened", f',"channel":"{channel}","kind_id":{self.way.kind.id},"entry_id":{entry}'),
        )
        self._reasons(at, mail_id)
        letter = self.desk.letters.receipt(
            self.way, self.who.language, self.number, self.subject.text, self.opened, self._due() or self.opened
        )
        self._notice("receipt", self.opened, letter)
        self._change(self.opened, "customer", self.who.id)
        if mail_id:
            self._settled(mail_id, message, rfc_id, at, "opened")

    def answer(self, at: datetime, *, wait: bool = False) -> None:
        """A colleague answers: the first to do so has the ticket."""
        member = self.member or self.chance.choice(self.way.members)
        when = shown(at)
        entry = self._entry("message", when, member_id=member.id)
        self.public = self.position
        said = self.desk.speech.text(self.who.language)
        subject = f"Re: {self.subject.text} [{self.number}]"
        message = self._outgoing(entry, at, subject, said.text, "")
        self._found(entry, said.lexemes)
        self.unanswered = None
        self._meet("first_answer", at)
        if self.member is None:
            self.member = member
            self._event("taken", when, "internal", f'{{"to_id": {member.id}}}', member_id=member.id)
            self.told.append(("ticket.assigned", f',"entry_id":{entry}'))
        self.status = "in_progress"
        if wait:
            self.status = "waiting_customer"
            self._event("waiting", when, "public", "{}", member_id=member.id)
            self.told.append(("ticket.waiting", f',"entry_id":{entry}'))
        self.told.append(written(message, entry, "email", ""))
        self._change(at, "person", member.user_id)

    def receive(self, at: datetime) -> None:
        """The customer writes again."""
        when = shown(at)
        mail_id = self._mail_received(when) if self.channel == "email" else 0
        entry, message, rfc_id = self._incoming(when, self.desk.speech.text(self.who.language), first=False)
        if mail_id:
            facts = f'{{"by": "smtp", "mail_id": {mail_id}, "mailbox_id": {self.way.mailbox.id}}}'
            self.tables.reasons.add(self.id, "door", "email", facts, when)
            self.tables.reasons.add(self.id, "ticket", "by_reference", f'{{"mail_id": {mail_id}}}', when)
        self.unanswered = self.unanswered or at
        if self.status == "waiting_customer":
            self.status = "in_progress"
            self._event("resumed", when, "public", "{}", customer_id=self.who.id)
            self.told.append(("ticket.resumed", f',"entry_id":{entry}'))
        self._change(at, "customer", self.who.id)
        if mail_id:
            self._settled(mail_id, message, rfc_id, when, "by_reference")

    def close(self, at: datetime) -> None:
        """Closed with an outcome and its reason, which the customer is told."""
        member = self.member or self.chance.choice(self.way.members)
        when, reason = shown(at), self.desk.speech.line(self.who.language, 6, 16).text + "."
        self.outcome = self.chance.choice(OUTCOMES)
        self.status, self.closed_at, self.unanswered = "closed", at, None
        for one in self.running:
            one.met = one.met or at
        self.awaited, self.first = [], None
        self.tables.closures.add(self.id, self.outcome, reason, when, member.id)
        facts = f'{{"outcome": "{self.outcome}"}}'
        entry = self._event("closed", when, "public", facts, member_id=member.id, reason=reason)
        self.told.append(("ticket.closed", f',"outcome":"{self.outcome}","entry_id":{entry}'))
        letter = self.desk.letters.closed(
            self.way, self.who.language, self.number, self.subject.text, self.outcome, reason
        )
        self._notice("closed", at, letter)
        self._change(at, "person", member.user_id)
        self.member = member

    def until(self, at: datetime) -> None:
        """What was due by `at` happens, as the tick does it; a member of the owner's, or the team, is warned."""
        if self.first is not None and self.first <= at:
            self._look_up()
        while self.awaited and self.awaited[0].next <= at:
            one = self.awaited.pop(0)
            done = one.next + _TICK
            to_member = self.member.id if self.member and one.whom == "owner" else NULL
            to_team = NULL if to_member != NULL or one.sort != "warning" else self.team_id
            moment = self._moment(one, done=done, to_member=to_member, to_team=to_team)
            happened = f',"moment_id":{moment},"happened":"{shown(one.at)}"'
            if one.sort == "warning":
                self.told.append(("ticket.warned", f'{happened},"whom":"{one.whom}","due":"{shown(one.due)}"'))
            else:
                facts = f'{{"term": "{one.term}", "due": "{shown(one.due)}"}}'
                entry = self._event("term_missed", shown(done), "internal", facts)
                self.told.append(("ticket.term_missed", f'{happened},"term":"{one.term}","entry_id":{entry}'))
            self._change(done, "system", NULL)

    def end(self) -> None:
        """Nothing more has happened by now: the rows that tell where it stands."""
        due = self._due()
        self.tables.tickets.add(
            self.number, self.subject.text, self.way.kind.id, self.way.procedure.id, self.who.id, self.channel,
            self.who.language, self.team_id, self.member.id if self.member else NULL, self.status, self.priority,
            self.sensitivity, shown(self.opened), shown(self.closed_at), shown(self.moved), shown(self.unanswered),
            shown(due), self.version, self.position, self.public,
        )  # fmt: skip
        starts = shown(self.opened)
        for one in self.running:
            rule = one.promise
            self.tables.terms.add(
                self.id, rule.kind, starts, shown(rule.due), shown(rule.safe), shown(one.met), rule.value, rule.unit,
                rule.roll, rule.calendar_id, rule.steps, rule.source,
            )  # fmt: skip
        if self.first is not None:
            self._look_up()
        for awaited in self.awaited:
            self._moment(awaited)
        if self.closed_at is not None:
            self._filed(self.closed_at)
        if self.way.is_complaint:
            self.desk.registered.append(
                Registered(
                    self.id, self.way, self.opened, self.running[0].promise.due, self.closed_at, self.member,
                    self.outcome, self.who.id,
                )
            )  # fmt: skip

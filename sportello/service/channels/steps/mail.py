"""One incoming message while it is read: its row, its record, and what every step needs to know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar, cast

from sportello.foundation.tenancy.models import Organisation
from sportello.records.customers.identities import normal
from sportello.records.tickets.models import Message, Ticket
from sportello.service.channels.mailkit.record import MailRecord
from sportello.service.channels.models import FormSender, IncomingMail

from .arrival import came_at
from .known import Desk

State = IncomingMail.State
Answers = TypeVar("Answers")


class Batch:
    """Messages of one organisation that are settled together: what each asks of the database is asked once for all."""

    def __init__(self, mails: Sequence[Arrived]) -> None:
        self.mails = list(mails)
        self._answers: dict[Any, Any] = {}
        for mail in self.mails:
            mail.__dict__["batch"] = self

    def asked(self, question: Callable[[list[Arrived]], Answers]) -> Answers:
        """What `question` answers for all messages; asked the first time one of them needs it."""
        if question not in self._answers:
            self._answers[question] = question(self.mails)
        return cast("Answers", self._answers[question])


@dataclass(frozen=True, eq=False)
class Arrived:
    """`row` is locked, or only looked at when its decision is replayed."""

    row: IncomingMail
    desk: Desk
    record: MailRecord

    @property
    def organisation(self) -> Organisation:
        return self.desk.organisation

    @property
    def ours(self) -> frozenset[str]:
        """The organisation's own addresses, lower case."""
        return self.desk.ours

    @property
    def locked(self) -> Ticket | None:
        """The ticket it joins as it is now, where who settles the batch has locked it."""
        return cast("Ticket | None", self.__dict__.get("_locked"))

    @cached_property
    def batch(self) -> Batch:
        """Those it is settled with; alone, unless somebody said otherwise."""
        return Batch([self])

    @cached_property
    def at(self) -> datetime:
        """When it came, on the organisation's clock: a pause of the worker makes no customer late."""
        return came_at(self.row, self.record.certified, self.record.pec)

    @property
    def channel(self) -> str:
        """Of the mailbox it came to: `email` or `pec`."""
        return str(self.row.mailbox.channel)

    @property
    def rfc_id(self) -> str:
        return self.record.message_id[:500]

    @property
    def released(self) -> str:
        """The guard a colleague told to let it pass; empty when nobody did."""
        return str(self.row.cause_facts.get("pass", "")) if self.row.released_by_id else ""

    @cached_property
    def sender(self) -> str:
        """The author's address in its normal form; what was written, shortened, when it has none."""
        written = self.record.sender.address
        return normal("email", written) or written[:320].lower()

    @cached_property
    def form(self) -> FormSender | None:
        """The rule of a program that speaks for people, when its mail this is."""
        return self.desk.form_of(self.sender, self.row.mailbox_id)


@dataclass(frozen=True)
class Settled:
    """Where a message ends: the state of its row, why, and what it became."""

    state: str
    cause: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    message: Message | None = None
    duplicate_of: IncomingMail | None = None
    ticket: Ticket | None = None

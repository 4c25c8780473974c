"""One change of one ticket: lock, write, count the version, journal; all in one short transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from sportello.foundation.core.questions import Question
from sportello.foundation.core.together import add, add_all, is_gathering, together
from sportello.foundation.core.together import change as together_change
from sportello.foundation.journal import actions as journal
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.customers.models import Customer

from .. import sleeping, terms
from ..models import Entry, Reason, SearchRow, Ticket, TicketEvent
from ..sealing import refuse_sealed

_UNREAD = object()
#: Whom the ticket's own rows are read with: what every action and journal line needs.
_WITH = ("organisation", "team", "procedure__calendar", "customer", "kind")


@dataclass
class Change:
    """A locked ticket, what it was, and what will be told once it is written."""

    ticket: Ticket
    at: datetime
    actor: Actor
    before: dict[str, Any] = field(default_factory=dict)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    #: Whom each message written here is for: the channel that sends it need not ask.
    addresses: dict[int, tuple[str, ...]] = field(default_factory=dict)
    #: The row's columns as they were read.
    columns: dict[str, Any] = field(default_factory=dict)
    #: Nothing here begins, meets or ends a term: what is promised next stands.
    terms_stand: bool = False

    def entry(
        self,
        kind: str,
        visibility: str,
        *,
        member: Membership | None = None,
        customer: Customer | None = None,
    ) -> Entry:
        """The next entry of the timeline."""
        ticket = self.ticket
        ticket.last_position += 1
        ticket.moved_at = max(ticket.moved_at, self.at)
        return add(
            Entry(
                organisation_id=ticket.organisation_id,
                ticket=ticket,
                position=ticket.last_position,
                kind=kind,
                visibility=visibility,
                happened_at=self.at,
                by_member=member,
                by_customer=customer,
            )
        )

    def event(
        self,
        code: str,
        *,
        member: Membership | None = None,
        customer: Customer | None = None,
        reason: str = "",
        public: bool = False,
        **facts: Any,
    ) -> Entry:
        """One line of the timeline: `code` with its facts (ids and codes)."""
        entry = self.entry(
            Entry.Kind.EVENT,
            Entry.Visibility.PUBLIC if public else Entry.Visibility.INTERNAL,
            member=member,
            customer=customer,
        )
        line = TicketEvent(organisation_id=entry.organisation_id, entry=entry, code=code, facts=facts, reason=reason)
        add_all([line])
        return entry

    def because(self, about: str, code: str, **facts: Any) -> None:
        """Keep why something automatic was done; written with the change, all in one statement."""
        self.reasons.append(
            Reason(
                organisation_id=self.ticket.organisation_id,
                ticket=self.ticket,
                about=about,
                code=code,
                facts=facts,
                at=self.at,
            )
        )

    def tell(self, verb: str, **payload: Any) -> None:
        """Journal `verb` when the change is written."""
        self.told.append((verb, payload))


def snapshot(ticket: Ticket) -> dict[str, Any]:
    return {
        "team_id": ticket.team_id,
        "owner_id": ticket.owner_id,
        "status": ticket.status,
        "waits": ticket.waits_for_us,
        "snoozed": ticket.is_snoozed,
        "sensitivity": ticket.sensitivity,
        "due_at": ticket.next_promise_at,
    }


def lock(ticket: Ticket) -> Ticket:
    """The row as it is now, locked until the transaction ends.

    Locked bare, and only then read with its relations: a waiter whose joined team or owner changed meanwhile would
    find no row at all (PostgreSQL re-checks the join after waiting). NO KEY: deferred foreign keys of others ask for
    a share of the key at their commit, and two such writers would wait for each other.
    """
    return _locked(_LOCK.tuples(ticket_id=ticket.pk))


def lock_one(found: Sequence[tuple[Any, ...]]) -> Ticket | None:
    """`lock` of the one ticket a question of its key, which locks it, has found; None where there is none."""
    return _locked(found) if found else None


def locking(seen: QuerySet[Ticket]) -> QuerySet[Ticket, Any]:
    """What `lock_one` is asked with: the key of the one row of `seen`, which joins nothing."""
    return seen.select_for_update(no_key=True).order_by().values_list("pk")[:1]


def _locked(found: Sequence[tuple[Any, ...]]) -> Ticket:
    row = _WHOLE.first(ticket_id=found[0][0]) if found else None
    if row is None:
        raise Ticket.DoesNotExist
    return row


_LOCK: Question[Ticket] = Question(lambda ticket_id: locking(Ticket.objects.filter(pk=ticket_id)), planned=True)
_WHOLE: Question[Ticket] = Question(
    lambda ticket_id: Ticket.objects.select_related(*_WITH).filter(pk=ticket_id), planned=True
)


def lock_all(ids: Iterable[int], *, only_free: bool = False) -> dict[int, Ticket]:
    """`lock` for several, in the order of their ids, so that two who lock several never wait for each other.
    `only_free`: without those that somebody else has locked."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = Ticket.objects.select_for_update(no_key=True, skip_locked=only_free).filter(pk__in=wanted)
    locked = list(rows.order_by("pk").values_list("pk", flat=True))
    return Ticket.objects.select_related(*_WITH).in_bulk(locked)


def rows_of(locked: Iterable[int]) -> list[Ticket]:
    """The rows of tickets the caller has locked, with their relations, in the order of their ids."""
    ids = list(locked)
    return list(Ticket.objects.select_related(*_WITH).filter(pk__in=ids).order_by("pk")) if ids else []


@contextmanager
def changing(
    ticket: Ticket, actor: Actor, at: datetime | None = None, *, name: str = "change", locked: Ticket | None = None
) -> Iterator[Change]:
    """Lock `ticket`, let the caller write, then save and journal. An exception undoes everything.

    What is written leaves together at the end (`foundation/core/together.py`; `name` is its name there). The caller's
    instance is brought up to date with what was written; `locked` is the row as `lock` gave it in this transaction.
    """
    with transaction.atomic(savepoint=not is_gathering()), together(name):
        row = locked or lock(ticket)
        refuse_sealed(row)
        change = Change(row, at or clock.now(row.organisation), actor, snapshot(row), columns=columns_of(row))
        yield change
        write(change)
    for column in Ticket._meta.concrete_fields:
        setattr(ticket, column.attname, getattr(row, column.attname))


def write(change: Change) -> None:
    """Save the ticket with a higher version, keep search rows in step, journal what was told."""
    if not change.told:  # nothing happened: no new version, no event
        keep_reasons(change)
        return
    ticket, before = change.ticket, change.before
    if not change.terms_stand:
        ticket.next_promise_at = None if ticket.is_closed else terms.next_promise(ticket)
    if ticket.snoozed_until is not None:
        _keep_awake(change, ticket.snoozed_until)
    ticket.version += 1
    save_changed(change)
    if before["team_id"] != ticket.team_id or before["sensitivity"] != ticket.sensitivity:
        SearchRow.objects.filter(ticket=ticket).update(team_id=ticket.team_id, sensitivity=ticket.sensitivity)
    journal_told(change)


def columns_of(ticket: Ticket) -> dict[str, Any]:
    """The columns of the row as they stand."""
    return {column.attname: getattr(ticket, column.attname) for column in Ticket._meta.concrete_fields}


def save_changed(change: Change) -> None:
    """Write the columns of the ticket that are not as they were read."""
    now = columns_of(change.ticket)
    together_change(change.ticket, [name for name, value in now.items() if change.columns.get(name, _UNREAD) != value])


def _keep_awake(change: Change, until: datetime) -> None:
    """What ended sleeps no more, and nothing sleeps past what was promised since."""
    promised = change.ticket.next_promise_at
    if change.ticket.is_closed:
        sleeping.end(change.ticket, sleeping.Woken.CLOSED, change.at)
    elif promised is not None and promised < until:
        sleeping.wake(change, sleeping.Woken.PROMISE)


def keep_reasons(change: Change) -> None:
    """Write the reasons given so far, in their order."""
    add_all(change.reasons)
    change.reasons.clear()


def journal_told(change: Change) -> None:
    """Write the reasons of a change and the events it told."""
    keep_reasons(change)
    ticket, before = change.ticket, change.before
    standing = {
        "version": ticket.version,
        "team_id": ticket.team_id,
        "owner_id": ticket.owner_id,
        "status": ticket.status,
        "sensitivity": ticket.sensitivity,
        "waits": ticket.waits_for_us,
        "snoozed": ticket.is_snoozed,
        "due_at": ticket.next_promise_at,
        "before_team_id": before.get("team_id"),
        "before_owner_id": before.get("owner_id"),
        "before_status": before.get("status"),
        "before_waits": before.get("waits"),
        "before_snoozed": before.get("snoozed"),
        "before_sensitivity": before.get("sensitivity"),
        "before_due_at": before.get("due_at"),
    }
    lines = [(verb, {**standing, **payload}) for verb, payload in change.told]
    journal.record_together(
        ticket.organisation, lines, ticket, change.actor, at=change.at, at_hand=change.addresses
    )

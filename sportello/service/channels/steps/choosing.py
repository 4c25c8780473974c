"""Which messages share a transaction: those that have nothing to do with each other, and whose settling locks nothing
but the ticket they join.

Who writes, what is referred to and which ticket it is about must differ: then it is the same whether one sees what
became of the other or not, as with two workers. What concerns an earlier one, or a ticket that somebody else has, stays
pending for the next round; what does more than join or open is settled by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.db import connection

from sportello.records.tickets.actions.change import lock_all
from sportello.service.channels.models import Mailbox

from . import certified, which
from .acting import ask_ahead
from .deciding import Decision, decide
from .mail import Arrived, Batch
from .who import writer_of
from .words import keep_files

#: Fates that write on one ticket at most.
_PLAIN = frozenset({"joined", "kept", "opened", "duplicate", "quarantined", "machine"})
_WITH_WORDS = ("joined", "kept", "opened")
_Key = tuple[int, str, object]
_Decided = tuple[Arrived, Decision]


@dataclass
class Chosen:
    """What is settled together, and the ids of what is to be settled each by itself."""

    decided: list[_Decided] = field(default_factory=list)
    apart: list[int] = field(default_factory=list)

    def openings(self) -> Iterator[list[_Decided]]:
        """Those that open a ticket, organisation by organisation, in one order everywhere."""
        opened = [(mail, decision) for mail, decision in self.decided if decision.fate == "opened"]
        opened.sort(key=lambda one: (one[0].organisation.pk, one[0].row.pk))
        for _organisation, group in groupby(opened, key=lambda one: one[0].organisation.pk):
            yield list(group)


def one_copy_at_a_time(mails: Iterable[Arrived]) -> None:
    """Copies of one message in several mailboxes wait for each other, so that the second sees the first's ticket. All
    locks of a batch at once and in one order: two who hold many never wait for each other.

    In the same statement: until the transaction ends, every plan goes by an index. Plans of what leaves and of what
    looks at its keys are kept as long as the connection; made when a desk is new, they would read whole tables until
    the database counts these anew, and the first thousand mails would cost more the later they come.
    """
    _hold({_copy(mail) for mail in mails}, only_free=False)


def free_copies(mails: Sequence[Arrived]) -> list[Arrived]:
    """The same for a round: without those of which somebody else is settling a copy, unless there are no others."""
    held = _hold({_copy(mail) for mail in mails}, only_free=True)
    free = [mail for mail in mails if _copy(mail) in held]
    if not free:
        one_copy_at_a_time(mails)
    return free or list(mails)


def _copy(mail: Arrived) -> str:
    return f"mail {mail.organisation.pk} {mail.rfc_id or mail.row.raw_id}"


def _hold(names: set[str], *, only_free: bool) -> set[str]:
    """Which are held until the transaction ends: all, as soon as they can be, or those nobody has."""
    if not names:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, CASE WHEN %s THEN pg_try_advisory_xact_lock(hashtextextended(name, 0))"
            " ELSE pg_advisory_xact_lock(hashtextextended(name, 0))::text = '' END"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS one (name, place),"
            " (SELECT set_config('enable_seqscan', 'off', true)) AS by_index ORDER BY place",
            [only_free, sorted(names)],
        )
        return {name for name, held in cursor.fetchall() if held}


def choose(mails: Iterable[Arrived]) -> Chosen:
    """Decide about messages, oldest first, and lock the tickets of those that are settled together."""
    seen: set[_Key] = set()
    chosen = Chosen()
    by_organisation: dict[int, list[Arrived]] = {}
    for mail in mails:
        concerns = _concerns(mail)
        if concerns & seen:
            continue  # the next round sees what became of the earlier one
        seen |= concerns
        if mail.row.is_archive or mail.row.released_by_id or mail.channel == Mailbox.Channel.PEC:
            chosen.apart.append(mail.row.pk)
        else:
            by_organisation.setdefault(mail.organisation.pk, []).append(mail)
    for group in by_organisation.values():
        Batch(group)
        for mail in group:
            _place(chosen, mail, decide(mail), seen)
    _lock_tickets(chosen)
    for group in by_organisation.values():
        keep_files([mail for mail, decision in chosen.decided if mail in group and decision.fate in _WITH_WORDS])
    ask_ahead(chosen.decided)
    return chosen


def _concerns(mail: Arrived) -> set[_Key]:
    """Who writes and what it names: of two messages that share one of these, the second waits."""
    record, organisation = mail.record, mail.organisation.pk
    who = {mail.sender, writer_of(mail).address} - {""}
    ids = {mail.rfc_id, record.in_reply_to, *record.references[-50:]} - {""}
    found: set[_Key] = {(organisation, "raw", mail.row.raw_id)}
    found |= {(organisation, "who", one) for one in who}
    found |= {(organisation, "id", one[:500]) for one in ids}
    return found


def _place(chosen: Chosen, mail: Arrived, decision: Decision, seen: set[_Key]) -> None:
    """Among those that are settled together, apart, or nowhere: then it waits."""
    organisation = mail.organisation.pk
    about: set[_Key] = set()
    if decision.found is not None:
        about.add((organisation, "ticket", decision.found.ticket.pk))
    if decision.customer is not None:
        about.add((organisation, "customer", decision.customer.pk))
    if about & seen:
        return
    seen |= about
    if decision.fate in _PLAIN and decision.cause not in certified.CAUSES:
        chosen.decided.append((mail, decision))
    else:
        chosen.apart.append(mail.row.pk)


def _lock_tickets(chosen: Chosen) -> None:
    """Lock what is joined. What was closed meanwhile is opened again, or too late, by itself.

    A ticket that somebody else has locked waits for the next round: another worker has it until its own round ends, and
    each would stand still for the other. Where nothing else is left, it is waited for.
    """
    joining = {
        mail.row.pk: decision.found.ticket.pk
        for mail, decision in chosen.decided
        if decision.found is not None and decision.fate in ("joined", "kept")
    }
    locked = lock_all(joining.values(), only_free=True)
    free = [one for one in chosen.decided if joining.get(one[0].row.pk) in {None, *locked}]
    if free or chosen.apart:
        chosen.decided = free
    else:
        locked = lock_all(joining.values())
    staying: list[_Decided] = []
    for mail, decision in chosen.decided:
        ticket = locked.get(joining.get(mail.row.pk, 0))
        if decision.fate == "joined" and (ticket is None or ticket.is_closed or which.too_late(ticket, mail)):
            chosen.apart.append(mail.row.pk)
            continue
        if ticket is not None:
            mail.__dict__["_locked"] = ticket
        staying.append((mail, decision))
    chosen.decided = staying

"""Two tickets about one thing become one, and two again.

What was said and noted goes to the ticket that goes on, with a row for each entry that says from where; events and
notices stay, so that the ledger of either still tells what its customer was owed and told. The earlier end of a term
wins. Refused where somebody would read another's words, or where the law asks for a decision of its own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean
from sportello.foundation.journal.actor import SYSTEM, person
from sportello.records.accounts.models import Membership

from .. import blockers, levels, moments, moving, notice_words, notices, terms
from ..models import Closure, EntryMove, Extension, Suspension, Term, Ticket, TicketMerge
from ..reach import reach
from ..rules import rules_of
from ..surviving import surviving
from .change import Change


def merge(ticket: Ticket, into: Ticket, *, by: Membership, reason: str = "", at: datetime | None = None) -> TicketMerge:
    """`ticket` ends and goes on in `into` (or where that goes on). Both customers' sides are told; replies, tokens and
    the follow-up page of the old number lead to the other from now on."""
    kept_ticket = surviving(into, "customer", "team", "kind")
    if kept_ticket.pk == ticket.pk:
        raise Refusal(_("That is this very ticket. Write the number of another."), field="number")
    if kept_ticket.organisation_id != ticket.organisation_id:
        raise Refusal(_("That ticket is of another organisation."), field="number")
    with moving.changing_two(ticket, kept_ticket, person(by.user_id), at) as (old, kept):
        _refuse(old.ticket, kept.ticket)
        made = TicketMerge(
            organisation_id=old.ticket.organisation_id, merged=old.ticket, kept=kept.ticket, merged_at=old.at,
            by_member=by, reason=clean(reason), before=_before(old.ticket, kept.ticket),
        )  # fmt: skip
        made.save()
        moving.bring(
            list(moving.movable(old.ticket)), old.ticket, kept.ticket,
            why=EntryMove.Why.MERGE, by=by, at=old.at, merge=made,
        )  # fmt: skip
        made.before |= _hand_terms_over(old, kept)
        made.save(update_fields=["before"])
        _take_up(kept, old.ticket.unanswered_since)
        _end(old, kept.ticket, made)
        _tell(old, kept, made)
    return made


def part(made: TicketMerge, *, by: Membership | None, at: datetime | None = None) -> None:
    """Undo: each entry goes back to its place, the old ticket is open again with its terms, both sides are told. What
    came in after the merge stays where it came in. Twice is once. Without `by` Sportello does it itself: the two turned
    out to be of different customers."""
    rows = Ticket.objects.select_related("organisation")
    merged, kept_ticket = rows.get(pk=made.merged_id), rows.get(pk=made.kept_id)
    actor = person(by.user_id) if by else SYSTEM
    with moving.changing_two(merged, kept_ticket, actor, at) as (old, kept):
        row = TicketMerge.objects.select_for_update(of=("self",)).get(pk=made.pk)
        if row.undone_at is not None:
            return
        if kept.ticket.merged_into_id is not None:
            raise Refusal(_("The other ticket was merged itself since: undo that merge first."))
        moves = EntryMove.objects.filter(merge=row, undone_at__isnull=True).select_related("entry").order_by("id")
        moving.put_back(list(moves), old.ticket, kept.ticket, old.at)
        _open_again(old, row)
        _give_terms_back(old, kept, row)
        if not kept.ticket.is_closed:
            kept.ticket.unanswered_since = moving.unanswered_since(kept.ticket)
        row.undone_at, row.undone_by = old.at, by
        row.save(update_fields=["undone_at", "undone_by"])
        for change, other, verb in ((old, kept.ticket, "parted"), (kept, old.ticket, "parted_here")):
            entry = change.event(verb, member=by, public=True, number=other.number, other_id=other.pk)
            change.tell(f"ticket.{verb}", other_id=other.pk, merge_id=row.pk, entry_id=entry.pk)
        if not kept.ticket.is_closed:
            notices.give(kept, "parted", extra={"other": old.ticket.number})
        notices.give(old, "parted", extra={"other": kept.ticket.number})
    made.undone_at = row.undone_at


# ---- refusing


def _refuse(old: Ticket, kept: Ticket) -> None:
    """All that stands against it, the sentence naming the number it is about."""
    if old.merged_into_id is not None:
        raise Refusal(_("This ticket goes on in another one already."))
    if old.is_closed:
        raise Refusal(_("This ticket is closed: link it instead, or reopen it first."))
    if kept.is_closed:
        raise Refusal(_("%(number)s is closed. Reopen it first.") % {"number": kept.number}, field="number")
    if not moving.same_asker(old, kept):
        raise Refusal(
            _("%(number)s is of another customer: each would read the other's words. Link them instead.")
            % {"number": kept.number},
            field="number",
        )
    moving.refuse_wider(old, kept)
    _refuse_by_law(old, kept)
    missing = blockers.missing(old, Closure.Outcome.DUPLICATE)
    if missing:
        raise Refusal(blockers.before_merging(missing))


def _refuse_by_law(old: Ticket, kept: Ticket) -> None:
    """A procedure of law ends with a decision of its own (L. 241/1990 art. 2 par. 1: the duty to conclude with an
    express act): a ticket under one does not end inside a ticket of another kind. A term that stands still, or was
    moved, is tied to documents and days of its own ticket."""
    if _by_law(old) and _rule(old) != _rule(kept):
        term = terms.running_conclusion(old)
        raise Refusal(
            _(
                "This ticket runs under “%(procedure)s” (%(source)s), which asks for a decision of its own by %(day)s. "
                "Merge %(number)s into this one, or link the two."
            )
            % {
                "procedure": old.procedure.name_in(old.organisation.first_language) or old.kind.name_in("it"),
                "source": old.procedure.source,
                "day": notice_words.day_words(old.organisation, term.due_at) if term else "—",
                "number": kept.number,
            },
            field="number",
        )
    if terms.running_suspension(old) is not None or terms.running_suspension(kept) is not None:
        raise Refusal(_("A term stands still on one of the two: let it go on first, then merge."), field="number")
    term = terms.running_conclusion(old)
    moved = term is not None and (
        Extension.objects.filter(term=term).exists() or Suspension.objects.filter(term=term).exists()
    )
    if moved:
        raise Refusal(
            _("The term of this ticket was extended or suspended: merge %(number)s into this one instead.")
            % {"number": kept.number},
            field="number",
        )


def _by_law(ticket: Ticket) -> bool:
    """Its term comes from somewhere other than a rule of the house (confidence H)."""
    return rules_of(ticket.procedure).term.confidence != "H"


def _rule(ticket: Ticket) -> tuple[int, str]:
    """Which procedure, whatever its version."""
    return ticket.procedure.kind_id, ticket.procedure.code


# ---- terms


def _hand_terms_over(old: Change, kept: Change) -> dict[str, list[int]]:
    """The earlier end wins, sort by sort: where the old ticket's comes first, a term made of the same runs on the other
    and takes the place of its later one. The old ticket's own are ended there: the promise is kept elsewhere."""
    taken, given_up, ended = [], [], []
    for term in _running(old.ticket):
        theirs = [one for one in _running(kept.ticket) if one.kind == term.kind]
        if all(term.due_at < one.due_at for one in theirs):
            taken.append(_copied(term, kept, old.ticket))
            for one in theirs:
                terms.end(kept.ticket, one, kept.at)
                given_up.append(one.pk)
        terms.end(old.ticket, term, old.at)
        ended.append(term.pk)
    return {"taken_terms": taken, "given_up_terms": given_up, "ended_terms": ended}


def _running(ticket: Ticket) -> list[Term]:
    rows = Term.objects.filter(ticket=ticket, kind__in=terms.OURS, met_at__isnull=True, ended_at__isnull=True)
    return list(rows.select_related("calendar").order_by("id"))


def _copied(term: Term, kept: Change, old: Ticket) -> int:
    made = Term(
        organisation_id=term.organisation_id, ticket=kept.ticket, kind=term.kind, starts_at=term.starts_at,
        due_at=term.due_at, safe_due_at=term.safe_due_at, value=term.value, unit=term.unit, roll=term.roll,
        calendar=term.calendar, steps=term.steps, source=term.source,
    )  # fmt: skip
    made.save()
    moments.plan(moments.of_term(made, terms.calendar_of(kept.ticket, made), kept.at))
    kept.because("term", "earlier_by_merge", from_id=old.pk, term=term.kind, due=term.due_at.isoformat())
    return made.pk


def _give_terms_back(old: Change, kept: Change, made: TicketMerge) -> None:
    """As before the merge; what was kept meanwhile stays kept, and a promise too many is better than one too few."""
    met = {
        one.kind: one.met_at
        for one in Term.objects.filter(pk__in=made.before.get("taken_terms", ()), met_at__isnull=False)
    }
    for term in Term.objects.filter(pk__in=made.before.get("taken_terms", ()), met_at=None, ended_at=None):
        terms.end(kept.ticket, term, kept.at)
    for change, ids in ((old, made.before.get("ended_terms", ())), (kept, made.before.get("given_up_terms", ()))):
        if change.ticket.is_closed:
            continue
        for term in Term.objects.filter(pk__in=ids).select_related("calendar"):
            term.ended_at, term.met_at = None, met.get(term.kind) if change is old else None
            term.save(update_fields=["ended_at", "met_at"])
            if term.is_running:
                moments.plan(moments.of_term(term, terms.calendar_of(change.ticket, term), change.at))
    if not _running(old.ticket):  # an open ticket always has a promise
        terms.begin(old.ticket, old.ticket.procedure, old.at)


# ---- the two tickets


def _before(old: Ticket, kept: Ticket) -> dict[str, Any]:
    return {
        "status": old.status,
        "unanswered_since": old.unanswered_since.isoformat() if old.unanswered_since else None,
        "kept_unanswered_since": kept.unanswered_since.isoformat() if kept.unanswered_since else None,
    }


def _take_up(kept: Change, since: datetime | None) -> None:
    """What waited for an answer there waits here."""
    ticket = kept.ticket
    if since is None:
        return
    ticket.unanswered_since = min(since, ticket.unanswered_since or since)
    levels.customer_wrote(ticket, since)
    if ticket.status == Ticket.Status.WAITING:
        ticket.status = Ticket.Status.IN_PROGRESS
        entry = kept.event("resumed", public=True)
        kept.tell("ticket.resumed", entry_id=entry.pk)


def _end(old: Change, kept: Ticket, made: TicketMerge) -> None:
    row = old.ticket
    row.status, row.closed_at, row.unanswered_since = Ticket.Status.CLOSED, old.at, None
    row.merged_into = kept
    terms.end_customer_terms(row, old.at)
    levels.given_up(row, old.at)
    moments.forget_all(row)
    with notice_words.speaking(row):
        said = _("It goes on together with %(number)s.") % {"number": kept.number}
    Closure.objects.create(
        organisation_id=row.organisation_id, ticket=row, outcome=Closure.Outcome.DUPLICATE,
        reason=f"{said} {made.reason}".strip(), closed_at=old.at, by_member=made.by_member,
    )  # fmt: skip


def _open_again(old: Change, made: TicketMerge) -> None:
    row = old.ticket
    Closure.objects.filter(ticket=row, reopened_at__isnull=True).update(reopened_at=old.at)
    row.status, row.closed_at, row.merged_into = made.before["status"], None, None
    since = made.before.get("unanswered_since")
    row.unanswered_since = moving.unanswered_since(row) or (datetime.fromisoformat(since) if since else None)
    levels.reopened(row, old.at, by_customer=row.unanswered_since is not None)


def _tell(old: Change, kept: Change, made: TicketMerge) -> None:
    """On both timelines and both ledgers; one letter where both are reached at one address."""
    for change, other, verb in ((old, kept.ticket, "merged"), (kept, old.ticket, "merged_here")):
        entry = change.event(
            verb, member=made.by_member, reason=made.reason, public=True, number=other.number, other_id=other.pk
        )
        change.tell(f"ticket.{verb}", other_id=other.pk, merge_id=made.pk, entry_id=entry.pk)
    kept.ticket.next_promise_at = terms.next_promise(kept.ticket)
    with notice_words.speaking(kept.ticket):
        shared = {"main": kept.ticket.number, "promise": notice_words.promise_sentence(kept.ticket)}
    letter = notices.give(old, "merged", reason=made.reason, extra={**shared, "other": kept.ticket.number})
    if reach(old.ticket) == reach(kept.ticket) and letter.message is not None:
        notices.told_by(kept, "merged", letter)
    else:
        notices.give(kept, "merged", reason=made.reason, extra={**shared, "other": old.ticket.number})

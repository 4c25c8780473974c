"""Putting a ticket aside until an instant, or until the customer writes; waking it by hand."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean
from sportello.foundation.journal.actor import person
from sportello.records.accounts.models import Membership

from .. import notice_words, sleeping
from ..models import Snooze, Term, Ticket
from .change import Change, changing


def snooze(
    ticket: Ticket, *, by: Membership, until: datetime | None, reason: str = "", at: datetime | None = None
) -> Snooze:
    """Let it sleep until `until`; without one until the customer writes, at the latest before its term ends.

    Refusal, with the date that forbids it, for a time past the next end of a term (L. 241/1990 art. 2: a term is not
    lengthened by looking away). Asked again, the newest choice counts.
    """
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        if row.is_closed:
            raise Refusal(_("This ticket is closed. Reopen it first."))
        term = _sleeps_before(change)
        if until is not None:
            _check(row, term, until, change.at)
        sleeping.end(row, sleeping.Woken.BY_HAND, change.at)
        end = until or sleeping.until_reply(row, term, change.at)
        made = Snooze.objects.create(
            organisation_id=row.organisation_id, ticket=row, began_at=change.at, until_at=end,
            until_reply=until is None, reason=clean(reason), by_member=by,
        )  # fmt: skip
        row.snoozed_until = end
        sleeping.plan(made)
        code = "snoozed_for_reply" if made.until_reply else "snoozed"
        entry = change.event(code, member=by, reason=made.reason, until=end.isoformat())
        if made.until_reply:
            change.because("snooze", "bounded_by_term", term=term.kind, due=term.due_at.isoformat())
        change.tell("ticket.snoozed", snooze_id=made.pk, until=end, entry_id=entry.pk)
    return made


def wake(ticket: Ticket, *, by: Membership, at: datetime | None = None) -> None:
    """Take it back into the lists now. One that is awake stays as it is."""
    with changing(ticket, person(by.user_id), at) as change:
        made = sleeping.end(change.ticket, sleeping.Woken.BY_HAND, change.at)
        if made is not None:
            entry = change.event("woken", member=by, how=made.woken_how)
            change.tell("ticket.woken", snooze_id=made.pk, how=made.woken_how, entry_id=entry.pk)


def _sleeps_before(change: Change) -> Term:
    term = sleeping.limit(change.ticket)
    if term is None or term.safe_at <= change.at:
        raise Refusal(_("What was promised on this ticket is already due: it cannot be put aside."))
    return term


def _check(ticket: Ticket, term: Term, until: datetime, at: datetime) -> None:
    if until <= at:
        raise Refusal(_("Choose a time that is still to come."), field="day")
    if until > term.safe_at:
        words = {
            "term": str(term.get_kind_display()).lower(),
            "day": notice_words.moment_words(ticket.organisation, term.safe_at),
        }
        raise Refusal(
            _("Not past a term: “%(term)s” ends on %(day)s. Choose an earlier time.") % words, field="day"
        )

"""Terms by hand: suspend, resume, interrupt, extend, interim reply. Each asks for reason and document, as the
procedure says, and tells the customer with the new dates.

The rules are those of the ticket's own version: causes, how often, how long, within what (L. 241/1990 art. 2 par. 7 and
art. 10-bis, D.Lgs. 33/2013 art. 5 par. 5, GDPR art. 12 par. 3 are data there, not code here).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean, in_language, one_line
from sportello.foundation.journal.actor import person
from sportello.records.accounts.models import Membership
from sportello.records.procedures.counting import Roll, add_days
from sportello.records.procedures.definition import Suspension as Rule

from .. import levels, moments, notice_words, notices, terms
from ..models import Extension, Notice, Suspension, Term, Ticket
from ..rules import rules_of
from ..words import File
from .change import Change, changing
from .writing import put_files

#: Codes of suspensions by which a refusal is announced (L. 241/1990 art. 10-bis): they have their own notice.
REFUSAL_WARNINGS = ("refusal_warning", "refusal_notice", "obstacles", "preavviso")


def suspend(
    ticket: Ticket,
    cause: str,
    *,
    by: Membership,
    reason: str,
    document: str = "",
    files: Sequence[File] = (),
    until: datetime | None = None,
    third_party: str = "",
    proof: str = "",
    at: datetime | None = None,
) -> Suspension:
    """Stop the main term for `cause`. `until`: the latest end, where it is earlier than the rule's own.

    `third_party` and `proof`: who else was told and how it is known, where the rule waits for a third party; without
    a proof the notice to them stays due, and the ticket is not closed before it is given.
    """
    stated = _stated(reason)
    rule = _allowed(ticket, cause, has_document=bool(clean(document) or files), third_party=third_party)
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        term = _running(change)
        _check(row, rule, term, change.at)
        calendar = terms.calendar_of(row, term)
        window = _window(rule, change.at, calendar)
        entry = change.event("suspended", member=by, reason=stated, cause=cause, effect=rule.effect)
        put_files(entry, files)
        suspension = Suspension.objects.create(
            organisation_id=row.organisation_id,
            ticket=row,
            term=term,
            cause=cause,
            effect=Suspension.Effect.INTERRUPT if rule.effect == "interrupts" else Suspension.Effect.SUSPEND,
            began_at=change.at,
            until_at=_latest(rule, change.at, window, until, calendar),
            window_until_at=window,
            reason=stated,
            document=one_line(document, 300),
            entry=entry,
            by_member=by,
        )
        terms.recount(row, term, change.at)
        moments.plan(moments.of_suspension(suspension))
        if window is not None and rule.waits_for == "customer":
            terms.customers(row, change.at, window, rule.source)
        levels.pause(row, "suspended", change.at, reason=stated, entry=entry, by_member_id=by.pk)
        change.tell(
            "ticket.suspended",
            suspension_id=suspension.pk,
            cause=cause,
            until=suspension.until_at,
            due=term.due_at,
            entry_id=entry.pk,
        )
        if third_party:
            notices.owe_third_party(change, one_line(third_party, 300), proof=proof, by=by)
        levels.told(row, change.at)
        notices.give(change, _moment_of(rule), reason=stated, extra=_words(row, rule, suspension, term))
    return suspension


def _allowed(ticket: Ticket, cause: str, *, has_document: bool, third_party: str) -> Rule:
    """The rule by which the procedure lets `cause` stop the term; Refusal for what it does not allow or lacks."""
    rule = rules_of(ticket.procedure).suspension(cause)
    if rule is None:
        raise Refusal(_("The procedure does not allow this suspension. Choose one from the list."), field="cause")
    if rule.document_required and not has_document:
        raise Refusal(_("The procedure asks for a document: attach it, or write its number."), field="document")
    if rule.waits_for == "third_party" and not clean(third_party):
        raise Refusal(_("Write who else is concerned and is told."), field="third_party")
    return rule


def resume(
    ticket: Ticket,
    *,
    by: Membership,
    reason: str = "",
    document: str = "",
    files: Sequence[File] = (),
    came_at: datetime | None = None,
    at: datetime | None = None,
) -> Suspension:
    """End the suspension that runs. `came_at`: when what was awaited came, where that was earlier than now."""
    with changing(ticket, person(by.user_id), at) as change:
        suspension = terms.running_suspension(change.ticket)
        if suspension is None:
            raise Refusal(_("No suspension is running on this ticket."))
        came = came_at or change.at
        if not suspension.began_at <= came <= change.at:
            raise Refusal(_("Choose an instant between the suspension's begin and now."), field="came_at")
        suspension.end_reason, suspension.ended_by = clean(reason), by
        suspension.end_document = one_line(document, 300)
        end_suspension(change, suspension, came, Suspension.Ended.MET, files=files)
    return suspension


def end_suspension(
    change: Change, suspension: Suspension, ended_at: datetime, how: str, *, files: Sequence[File] = ()
) -> None:
    """The suspension ends at `ended_at`, the term goes on (or begins again); the customer is told the new end."""
    row, term = change.ticket, suspension.term
    rule = rules_of(row.procedure).suspension(suspension.cause)
    suspension.ended_at, suspension.ended_how = ended_at, how
    days = rule.after_answer if rule is not None and how == Suspension.Ended.MET else 0
    suspension.restart_at = ended_at + timedelta(days=days)
    entry = change.event(
        "term_resumed", member=suspension.ended_by, reason=suspension.end_reason, cause=suspension.cause, how=how
    )
    put_files(entry, files)
    suspension.end_entry = entry
    suspension.save()
    moments.forget(row, suspension=suspension)
    terms.end_customer_terms(row, ended_at)
    levels.resume(row, "suspended", ended_at)
    if suspension.effect == Suspension.Effect.INTERRUPT:
        terms.end(row, term, suspension.restart_at)
        term = terms.begin_conclusion(row, row.procedure, suspension.restart_at)
    else:
        term = terms.recount(row, term, change.at)
    change.tell(
        "ticket.term_resumed",
        suspension_id=suspension.pk,
        how=how,
        restart=suspension.restart_at,
        due=term.due_at,
        entry_id=entry.pk,
    )
    organisation = row.organisation
    with notice_words.speaking(row):
        extra = {
            "until": notice_words.day_words(organisation, suspension.restart_at),
            "due": notice_words.day_words(organisation, term.due_at),
            "document": suspension.end_document,
        }
    levels.told(row, change.at)
    notices.give(change, "term_resumed", reason=suspension.end_reason, extra=extra)


def extend(
    ticket: Ticket,
    *,
    by: Membership,
    reason: str,
    sort: str = Extension.Sort.EXTENSION,
    document: str = "",
    files: Sequence[File] = (),
    at: datetime | None = None,
) -> Extension:
    """Move the end as the procedure's interim reply allows: told to the customer with its reason, before the term ends.

    `sort` "interim": the reason is the interim reply itself, which the customer reads.
    """
    stated, rule = _stated(reason), rules_of(ticket.procedure).interim
    if rule is None:
        raise Refusal(_("The procedure allows neither extension nor interim reply. Promise a date instead."))
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        term = _running(change)
        if change.at > term.due_at:
            raise Refusal(_("The term has already ended: it cannot be extended any more."))
        if Extension.objects.filter(term=term).count() >= rule.times:
            raise Refusal(_("The procedure allows it only so often, and it was done already."))
        entry = change.event("extended", member=by, reason=stated, sort=sort)
        put_files(entry, files)
        extension = Extension.objects.create(
            organisation_id=row.organisation_id,
            ticket=row,
            term=term,
            sort=sort,
            value=rule.value or None,
            unit=rule.unit if rule.value else "",
            is_whole=bool(rule.value),
            due_before=term.due_at,
            due_after=term.due_at,
            made_at=change.at,
            reason=stated,
            document=one_line(document, 300),
            entry=entry,
            by_member=by,
        )
        terms.recount(row, term, change.at)
        extension.due_after = term.due_at
        extension.save(update_fields=["due_after"])
        change.tell("ticket.extended", extension_id=extension.pk, sort=sort, due=term.due_at, entry_id=entry.pk)
        with notice_words.speaking(row):
            extra = {"due": notice_words.day_words(row.organisation, term.due_at), "document": extension.document}
        levels.told(row, change.at)
        notices.give(change, "interim" if sort == Extension.Sort.INTERIM else "extended", reason=stated, extra=extra)
    return extension


def pause(
    ticket: Ticket, *, by: Membership, reason: str, document: str = "", files: Sequence[File] = (),
    at: datetime | None = None,
) -> None:
    """Stop the clocks of service levels with a reason. Terms of law run on."""
    stated = _stated(reason)
    with changing(ticket, person(by.user_id), at) as change:
        if not levels.has_levels(change.ticket):
            raise Refusal(_("This ticket has no service levels: there is nothing to pause."))
        entry = change.event("paused", member=by, reason=stated)
        put_files(entry, files)
        if levels.pause(
            change.ticket, "paused", change.at, reason=stated, document=one_line(document, 300), entry=entry,
            by_member_id=by.pk,
        ) is None:
            raise Refusal(_("It is paused already."))
        change.tell("ticket.paused", entry_id=entry.pk)


def unpause(ticket: Ticket, *, by: Membership, at: datetime | None = None) -> None:
    with changing(ticket, person(by.user_id), at) as change:
        if levels.resume(change.ticket, "paused", change.at):
            entry = change.event("unpaused", member=by)
            change.tell("ticket.unpaused", entry_id=entry.pk)


def notice_given(
    notice: Notice,
    *,
    by: Membership,
    how: str,
    proof: str,
    given_at: datetime | None = None,
    files: Sequence[File] = (),
    at: datetime | None = None,
) -> None:
    """A notice that is due was given outside (registered letter, in words, on paper): by what way, with its proof."""
    known = clean(proof)
    if how not in ("letter", "counter", "phone", "pec", "email"):
        raise Refusal(_("Choose how they were told."), field="how")
    if not known and not files:
        raise Refusal(_("Write the proof: a number, a date, a signed copy."), field="proof")
    ticket = Ticket.objects.select_related("organisation").get(pk=notice.ticket_id)
    with changing(ticket, person(by.user_id), at) as change:
        row = Notice.objects.select_for_update().get(pk=notice.pk)
        if row.state != Notice.State.DUE:
            raise Refusal(_("This notice was given already."))
        when = given_at or change.at
        if when > change.at:
            raise Refusal(_("Choose an instant that has passed."), field="given_at")
        entry = change.event("notice_given", member=by, moment=row.moment, how=how)
        put_files(entry, files)
        row.state, row.given_at, row.how, row.by_member = Notice.State.GIVEN, when, how, by
        row.proof = one_line(known, 300)
        row.save()
        change.tell("notice.given", notice_id=row.pk, moment=row.moment, how=how)
    notice.refresh_from_db()


def _stated(reason: str) -> str:
    stated = clean(reason)
    if not stated:
        raise Refusal(_("Say why: the customer reads it."), field="reason")
    return stated


def _running(change: Change) -> Term:
    if change.ticket.is_closed:
        raise Refusal(_("This ticket is closed. Reopen it first."))
    term = terms.running_conclusion(change.ticket)
    if term is None:
        raise Refusal(_("No term is running on this ticket."))
    return term


def _check(ticket: Ticket, rule: Rule, term: Term, at: datetime) -> None:
    if terms.running_suspension(ticket) is not None:
        raise Refusal(_("A suspension is running already. End it first."))
    if at > term.due_at:
        raise Refusal(_("The term has already ended: it cannot be suspended any more."))
    if rule.once and Suspension.objects.filter(ticket=ticket, cause=rule.code).exists():
        raise Refusal(_("This suspension is allowed only once, and it was used already."), field="cause")
    if rule.within and at > terms.end_of_day(ticket, term, term.starts_at, rule.within):
        raise Refusal(
            _("This is allowed only within %(days)s days of the start.") % {"days": rule.within}, field="cause"
        )


def _window(rule: Rule, at: datetime, calendar: terms.Calendar) -> datetime | None:
    """The last instant of the days others have to answer; theirs, so past holidays."""
    if not rule.window:
        return None
    return terms.last_second(add_days(calendar.local_day(at), rule.window, Roll.HOLIDAY, calendar), calendar)


def _latest(
    rule: Rule, at: datetime, window: datetime | None, until: datetime | None, calendar: terms.Calendar
) -> datetime:
    most = terms.last_second(calendar.local_day(at) + timedelta(days=rule.max), calendar) if rule.max else None
    bounds = [one for one in (window, most) if one is not None]
    if until is not None:
        if until <= at:
            raise Refusal(_("Choose a day that is still to come."), field="until")
        if bounds and until > min(bounds):
            raise Refusal(_("The procedure allows fewer days. Choose an earlier day."), field="until")
        return until
    if not bounds:
        raise Refusal(_("Say until when at the latest: the procedure sets no limit."), field="until")
    return min(bounds)


def _moment_of(rule: Rule) -> str:
    if rule.effect == "interrupts":
        return "interrupted"
    if rule.waits_for == "third_party":
        return "third_party"
    return "refusal_warning" if rule.code.startswith(REFUSAL_WARNINGS) else "suspended"


def _words(ticket: Ticket, rule: Rule, suspension: Suspension, term: Term) -> dict[str, str]:
    organisation = ticket.organisation
    window = suspension.window_until_at if rule.waits_for == "customer" else None
    with notice_words.speaking(ticket):
        return {
            "cause": in_language(rule.names, ticket.language),
            "document": suspension.document,
            "until": notice_words.day_words(organisation, suspension.until_at),
            "window": notice_words.day_words(organisation, window) if window else "",
            "due": notice_words.day_words(organisation, term.due_at),
        }




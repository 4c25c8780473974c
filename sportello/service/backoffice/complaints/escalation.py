"""Where the customer may turn besides or after us, from when until when: generated from the rule of the complaint.

The dates are counted by `procedures.reckoning`, as every date of a procedure. Texts speak the language that is active.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from sportello.foundation.core.money import euros
from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy import clock
from sportello.records.procedures import explaining
from sportello.records.procedures.definition import Definition, Remedy, Span
from sportello.records.procedures.reckoning import remedy_dates, span_end
from sportello.records.tickets.models import Term
from sportello.records.tickets.rules import rules_of

from ..models import Complaint


@dataclass(frozen=True)
class Way:
    """A remedy of the procedure with its dates; None: open at any time, or without an end."""

    remedy: Remedy
    opens: date | None
    closes: date | None

    def is_open(self, day: date) -> bool:
        return (self.opens is None or self.opens <= day) and (self.closes is None or day <= self.closes)


def rules_for(complaint: Complaint) -> Definition:
    return rules_of(complaint.procedure)


def main_term(complaint: Complaint) -> Term | None:
    """The complaint's main term on its ticket: the newest that was not replaced, as it is counted today."""
    terms = Term.objects.filter(ticket_id=complaint.ticket_id, kind=Term.Kind.CONCLUSION, ended_at__isnull=True)
    return terms.filter(value=complaint.term_value, unit=complaint.term_unit).order_by("-starts_at", "-id").first()


def _instants(complaint: Complaint, answered_at: datetime | None) -> dict[str, datetime]:
    term = main_term(complaint)
    known = {
        "received": complaint.received_at,
        "presented": complaint.received_at,
        "told": complaint.received_at,
        "due": term.due_at if term else complaint.due_at,
    }
    answered = answered_at or complaint.answered_at
    if answered is not None:
        known["answered"] = answered
    if complaint.closed_at is not None:
        known["closed"] = complaint.closed_at
    return known


def ways(complaint: Complaint, answered_at: datetime | None) -> list[Way]:
    """Every remedy of the rule, with its dates as far as they are known when the answer is given at `answered_at`."""
    calendar, instants = complaint.procedure.calendar.calendar, _instants(complaint, answered_at)
    found = []
    for remedy in rules_for(complaint).remedies:
        dates = remedy_dates(remedy, calendar, instants)
        found.append(Way(remedy, dates.opens, dates.closes))
    return found


def decides_by(complaint: Complaint, remedy: Remedy, turned_on: datetime) -> date | None:
    """Until when the body is to decide on what was filed at `turned_on`."""
    return _end(complaint, remedy.decides, turned_on)


def _end(complaint: Complaint, span: Span | None, turned_on: datetime) -> date | None:
    instants = {**_instants(complaint, None), "appealed": turned_on}
    return span_end(span, complaint.procedure.calendar.calendar, instants)


def sentences(complaint: Complaint, answered_at: datetime | None) -> list[str]:
    """One sentence a way, in the active language."""
    return [_sentence(way) for way in ways(complaint, answered_at)]


def text(complaint: Complaint, answered_at: datetime) -> str:
    """"If you do not agree…": the paragraph a final reply ends with."""
    again = _reopening(complaint, answered_at)
    found = sentences(complaint, answered_at)
    if not found:
        return " ".join([_("If you do not agree with this answer, write to us."), again])
    head = _("If you do not agree with this answer you may turn to:")
    return "\n".join([head, *(f"- {one}" for one in found), again])


def _reopening(complaint: Complaint, answered_at: datetime) -> str:
    days = complaint.ticket.procedure.reopen_days
    return _("You can also write to us again: for %(days)s days after it is closed the ticket is opened anew.") % {
        "days": days
    }


def _sentence(way: Way) -> str:
    tongue = get_language() or "it"
    remedy = way.remedy
    name, body = in_language(remedy.names, tongue), in_language(remedy.body, tongue)
    who = name if not body or body.casefold() in name.casefold() else f"{name} ({body})"
    parts = [f"{who}{_when(way, tongue)}"]
    if remedy.mandatory_before_court:
        parts.append(_("it is required before going to court"))
    if remedy.ceiling:
        parts.append(_("up to %(amount)s") % {"amount": euros(remedy.ceiling)})
    if remedy.fee:
        parts.append(_("it costs %(amount)s") % {"amount": euros(remedy.fee)})
    if remedy.decides is not None:
        length = explaining.length(remedy.decides.value, remedy.decides.unit, tongue)
        parts.append(_("it decides within %(length)s") % {"length": length})
    conditions = in_language(remedy.conditions, tongue)
    if conditions:
        parts.append(conditions[:1].lower() + conditions[1:])
    return "; ".join(parts) + "."


def _when(way: Way, tongue: str) -> str:
    opens = explaining.date_in_words(way.opens, tongue) if way.opens else ""
    closes = explaining.date_in_words(way.closes, tongue) if way.closes else ""
    if opens and closes:
        return pgettext("remedy", ", from %(opens)s until %(closes)s") % {"opens": opens, "closes": closes}
    if opens:
        return pgettext("remedy", ", from %(opens)s") % {"opens": opens}
    if closes:
        return pgettext("remedy", ", until %(closes)s") % {"closes": closes}
    return pgettext("remedy", ", at any time")


def today(complaint: Complaint) -> date:
    return clock.local(complaint.organisation, clock.now(complaint.organisation)).date()

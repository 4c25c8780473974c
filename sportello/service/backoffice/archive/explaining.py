"""Why a ticket is kept until then, in sentences: closing, class, procedure, holds, what is still missing."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy import clock
from sportello.records.procedures.explaining import date_in_words

from ..models import Filing, LegalHold


def explained(filing: Filing, holds: list[LegalHold]) -> list[str]:
    """Sentences in the order of the reasoning; the last says from when it may go, or why not."""
    language = get_language() or "it"
    found = filing.file_class
    facts = {"code": found.code, "title": in_language(found.titles, language)}
    lines = [
        (_("Class %(code)s, %(title)s: chosen for this ticket.") if filing.by_hand
         else _("Class %(code)s, %(title)s: by its kind of request.")) % facts
    ]  # fmt: skip
    if filing.closed_at is None:
        return [*lines, _("Counted when it closes.")]
    closed = clock.local(filing.organisation, filing.closed_at)
    lines.append(_("Closed on %(day)s: years are counted from that day.") % {"day": _day(closed)})
    lines.append(_years(filing))
    if filing.keep_until is None:
        return [*lines, _("It is kept for ever.")]
    last = _day(filing.keep_until)
    lines.append(_("Last day of keeping: %(day)s.") % {"day": last})
    lines += [_hold(one) for one in holds]
    if found.is_to_confirm:
        lines.append(_("The figure is a proposal: nothing of the class is disposed of before your office confirms it."))
    elif not holds:
        first = _day(filing.keep_until + timedelta(days=1))
        lines.append(_("From %(day)s it may stand on a disposal list; it goes only when somebody approves that.")
                     % {"day": first})  # fmt: skip
    return lines


def _day(day: date) -> str:
    return date_in_words(day, get_language() or "it")


def _years(filing: Filing) -> str:
    found = filing.file_class
    if found.years is None:
        return _("The class is kept for ever (%(source)s).") % {"source": found.source}
    if filing.procedure_years:
        return ngettext(
            "Its procedure asks for %(years)d year, more than the class: that counts.",
            "Its procedure asks for %(years)d years, more than the class: that counts.",
            filing.procedure_years,
        ) % {"years": filing.procedure_years}
    return ngettext(
        "The class is kept for %(years)d year (%(source)s; version %(version)d of the plan).",
        "The class is kept for %(years)d years (%(source)s; version %(version)d of the plan).",
        found.years,
    ) % {"years": found.years, "source": found.source, "version": found.version}


def _hold(hold: LegalHold) -> str:
    if hold.until is not None:
        until = _day(hold.until)
        return _("Held until %(day)s: %(reason)s") % {"day": until, "reason": hold.reason}
    return _("Held until somebody lifts it: %(reason)s") % {"reason": hold.reason}

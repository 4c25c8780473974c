"""The dates of a withdrawal or a guarantee, counted by the rule of the ticket (`procedures.reckoning`), each with why.

Withdrawal (Codice del consumo artt. 52-57): last day to withdraw, last day to send back, day of the refund, which may
wait for the goods. Not told of the right: twelve months longer (art. 53). Guarantee (artt. 133, 135): the defect shows
within 24 months of delivery; within 12 it is presumed to have been there, and the seller has to prove that it was not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.procedures import explaining
from sportello.records.procedures.counting import month_after
from sportello.records.procedures.definition import Definition
from sportello.records.procedures.models import Procedure
from sportello.records.procedures.reckoning import Due, Happening, reckon

#: Kinds the shipped packs handle (`packs/ecommerce.yaml`) → sort of request.
KINDS: Final = {"withdrawal": "withdrawal", "withdrawal-home": "withdrawal", "guarantee": "guarantee"}
_LONGER_MONTHS: Final = 12


@dataclass(frozen=True)
class Told:
    """What the customer said, as far as dates need it."""

    sort: str
    told_at: datetime
    concluded_on: date | None = None
    delivered_on: date | None = None
    defect_on: date | None = None
    returned_on: date | None = None
    is_service: bool = False
    was_informed: bool = True


@dataclass(frozen=True)
class ShopDate:
    """`code` says which; `day` None: not known until something else is. `on`: us, customer."""

    code: str
    name: str
    day: date | None
    lines: tuple[str, ...]
    on: str
    source: str

    @property
    def words(self) -> str:
        """"lunedì 14 dicembre 2026"; empty while it is not known."""
        return explaining.day_in_words(self.day, get_language() or "it") if self.day else ""


@dataclass(frozen=True)
class Verdict:
    """`code`: in_time, late, unknown (withdrawal); seller, customer, over, unknown (who proves, guarantee)."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Dates:
    dates: tuple[ShopDate, ...]
    verdict: Verdict


def dates_of(organisation: Organisation, procedure: Procedure, told: Told) -> Dates:
    """Every date that follows, in the active language."""
    rules = procedure.defined
    reckoning = reckon(rules, procedure.calendar.calendar, told.told_at, _happened(organisation, rules, told))
    found = [_shown(due, rules) for due in (*reckoning.others, reckoning.main) if _counts(due, told)]
    if told.sort == "withdrawal":
        found = [_longer(one, told) for one in found]
        return Dates(tuple(found), _in_time(organisation, found, told))
    return Dates(tuple(found), _who_proves(organisation, found, told))


def _happened(organisation: Organisation, rules: Definition, told: Told) -> list[Happening]:
    found = [Happening("told", told.told_at)]
    for event, day in (("concluded", told.concluded_on), ("delivered", told.delivered_on)):
        if day is not None:
            found.append(Happening(event, _noon(organisation, day)))
    if told.sort == "withdrawal" and not told.is_service and rules.suspension("goods_awaited"):
        found.append(Happening("suspend", told.told_at, "goods_awaited"))
        if told.returned_on is not None:
            back = max(_noon(organisation, told.returned_on), told.told_at)
            found.append(Happening("answer", back, "goods_awaited"))
    return found


def _noon(organisation: Organisation, day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)), clock.zone(organisation))


def _counts(due: Due, told: Told) -> bool:
    """Goods count from delivery, services from the contract."""
    skipped = "withdrawal_goods" if told.is_service else "withdrawal_services"
    return due.rule.code != skipped and not (told.is_service and due.rule.code == "send_back")


def _shown(due: Due, rules: Definition) -> ShopDate:
    tongue = get_language() or "it"
    causes = {one.code: one.names for one in rules.suspensions}
    code = "refund" if due.rule.code == "conclusion" and rules.code.startswith("withdrawal") else due.rule.code
    name = in_language(due.rule.names, tongue) or code
    lines = tuple(explaining.sentences(due.lines, tongue, causes=causes))
    day = due.counted.due_day if due.counted else None
    return ShopDate(code, name, day, lines, due.rule.on, due.rule.source or rules.source)


def _longer(one: ShopDate, told: Told) -> ShopDate:
    if one.day is None or told.was_informed or not one.code.startswith("withdrawal_"):
        return one
    day = month_after(one.day, _LONGER_MONTHS)
    said = _("The right was not told: twelve months longer (art. 53). It ends on %(day)s.") % {
        "day": explaining.date_in_words(day, get_language() or "it")}
    return ShopDate(one.code, one.name, day, (*one.lines, said), one.on, one.source)


def _in_time(organisation: Organisation, found: list[ShopDate], told: Told) -> Verdict:
    last = next((one.day for one in found if one.code.startswith("withdrawal_")), None)
    if last is None:
        missing = _("the day of the contract") if told.is_service else _("the day of delivery")
        said = _("Whether it is in time depends on %(what)s, which is not known.") % {"what": missing}
        return Verdict("unknown", said)
    day = clock.local(organisation, told.told_at).date()
    words = {"day": _day(day), "last": _day(last)}
    if day <= last:
        return Verdict("in_time", _("Told on %(day)s, in time: the last day is %(last)s.") % words)
    return Verdict("late", _("Told on %(day)s, too late: the last day was %(last)s.") % words)


def _who_proves(organisation: Organisation, found: list[ShopDate], told: Told) -> Verdict:
    days = {one.code: one.day for one in found}
    end, presumed = days.get("guarantee"), days.get("presumption")
    showed = told.defect_on or clock.local(organisation, told.told_at).date()
    if end is None or presumed is None:
        return Verdict("unknown", _("Whether the guarantee holds depends on the day of delivery, which is not known."))
    if showed > end:
        return Verdict("over", _("The defect showed on %(day)s, after the guarantee ended on %(end)s.") % {
            "day": _day(showed), "end": _day(end)})
    words = {"day": _day(showed), "presumed": _day(presumed), "end": _day(end)}
    if showed <= presumed:
        said = _("The defect showed on %(day)s, by %(presumed)s: it is presumed to have been there at delivery. "
                 "The seller has to prove that it was not.")
        return Verdict("seller", said % words)
    return Verdict("customer", _("The defect showed on %(day)s, after %(presumed)s and before %(end)s: the guarantee "
                                 "holds, and the customer has to prove that it was there at delivery.") % words)


def _day(day: date) -> str:
    return explaining.date_in_words(day, get_language() or "it")

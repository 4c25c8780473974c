"""A procedure in words: what its page shows, part by part, each with its source and how sure it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.core.text import in_language
from sportello.records.procedures.definition import (
    Acknowledgement,
    Compensation,
    Definition,
    InterimReply,
    Remedy,
    ReplyBlock,
    Retention,
    ServiceLevel,
    Silence,
    Span,
    Step,
    Suspension,
    TermRule,
)
from sportello.records.procedures.definition_parts import Sourced
from sportello.records.procedures.explaining import date_in_words, length
from sportello.records.procedures.models import Confirmation, Procedure

from .sentences import language_now

CONFIDENCE: dict[str, Any] = {
    "A": gettext_lazy("read in the official text"),
    "B": gettext_lazy("read in several sources that agree"),
    "C": gettext_lazy("sources disagree, or only part was read"),
    "M": gettext_lazy("from memory"),
    "H": gettext_lazy("rule of the house"),
}
_PARTS: dict[str, Any] = {
    "term": gettext_lazy("Term"),
    "deadlines": gettext_lazy("Other dates"),
    "acknowledgement": gettext_lazy("Receipt"),
    "steps": gettext_lazy("Steps"),
    "interim": gettext_lazy("Interim reply"),
    "suspensions": gettext_lazy("What stops the term"),
    "silence": gettext_lazy("If nobody answers"),
    "reply_blocks": gettext_lazy("What a reply must contain"),
    "compensation": gettext_lazy("Compensation for lateness"),
    "remedies": gettext_lazy("Where one may go next"),
    "retention": gettext_lazy("How long it is kept"),
    "service_levels": gettext_lazy("Service levels"),
}
_ROLLS: dict[str, Any] = {
    "none": gettext_lazy("the last day is not moved"),
    "festivo": gettext_lazy("a last day that is a holiday moves on"),
    "festivo_and_saturday": gettext_lazy("a last day that is a holiday or a Saturday moves on"),
}
EVENTS: dict[str, Any] = {
    "received": gettext_lazy("receipt"),
    "presented": gettext_lazy("filing"),
    "protocolled": gettext_lazy("the entry in the register"),
    "notified": gettext_lazy("the notice"),
    "delivered": gettext_lazy("delivery"),
    "concluded": gettext_lazy("the contract"),
    "happened": gettext_lazy("the fact"),
    "answered": gettext_lazy("the answer"),
    "due": gettext_lazy("the end of the term"),
    "closed": gettext_lazy("closing"),
    "appealed": gettext_lazy("the appeal"),
    "told": gettext_lazy("being told"),
}
_SILENCE: dict[str, Any] = {
    "none": gettext_lazy("nothing follows by law"),
    "refusal": gettext_lazy("it counts as refused"),
    "assent": gettext_lazy("it counts as granted"),
    "escalate": gettext_lazy("one may go higher"),
}
_LEVELS: dict[str, Any] = {
    "first_answer": gettext_lazy("First answer"),
    "next_answer": gettext_lazy("Next answer"),
    "periodic_update": gettext_lazy("Periodic update"),
    "customer_wait": gettext_lazy("Wait of the customer"),
    "work": gettext_lazy("Work"),
    "total": gettext_lazy("In all"),
}
_CONTENTS: dict[str, Any] = {
    "number": gettext_lazy("number"), "received_at": gettext_lazy("day and hour of receipt"),
    "term": gettext_lazy("term"), "silence": gettext_lazy("what silence means"), "office": gettext_lazy("office"),
    "responsible": gettext_lazy("responsible person"), "remedies": gettext_lazy("remedies"),
    "content": gettext_lazy("what was declared"),
}


@dataclass(frozen=True)
class Value:
    """One value: its key, what it says, where it comes from; who answers for it when it is not sure."""

    key: str
    name: str
    says: str
    sourced: Sourced
    confidence: str
    question: str
    confirmed: Confirmation | None

    @property
    def waits(self) -> bool:
        return self.sourced.is_unsure and self.confirmed is None


@dataclass(frozen=True)
class Part:
    title: str
    values: list[Value]


def parts_of(procedure: Procedure) -> list[Part]:
    """Every value that has a source, in the order of the work."""
    language = language_now()
    given = {each.key: each for each in procedure.confirmations.select_related("by__user")}
    found: dict[str, list[Value]] = {}
    for key, sourced in procedure.defined.sourced_values():
        name, says = _said(sourced, language, procedure.defined)
        found.setdefault(key.partition(".")[0], []).append(
            Value(key, name, says, sourced, str(CONFIDENCE.get(sourced.confidence, "")),
                  in_language(sourced.question, language), given.get(key))
        )
    return [Part(str(title), found[name]) for name, title in _PARTS.items() if name in found]


def term_words(procedure: Procedure) -> str:
    """"30 days", "1 month"."""
    return length(procedure.term_value, procedure.term_unit, language_now())


def validity(procedure: Procedure) -> str:
    """"in force from 1 January 2026 to 31 December 2026"."""
    language = language_now()
    told = _("in force from %(day)s") % {"day": date_in_words(procedure.valid_from, language)}
    if procedure.valid_to is not None:
        told += " " + _("to %(day)s") % {"day": date_in_words(procedure.valid_to, language)}
    return told


def about(definition: Definition) -> Iterator[tuple[str, str]]:
    """What the rule is for, as label and words."""
    language = language_now()
    yield from (
        (str(label), in_language(texts, language))
        for label, texts in (
            (_("Binds"), definition.applies_to), (_("Who may ask"), definition.who),
            (_("Begins with"), definition.trigger), (_("To know"), definition.notes),
        )
        if texts
    )


def span_words(span: Span | None, language: str) -> str:
    if span is None:
        return ""
    event = str(EVENTS[span.after])
    if not span.value:
        return _("from %(event)s") % {"event": event}
    return _("%(length)s from %(event)s") % {"length": length(span.value, span.unit, language), "event": event}


def _said(value: Sourced, language: str, definition: Definition) -> tuple[str, str]:
    """Name and words of one value."""
    name = in_language(getattr(value, "names", {}), language)
    match value:
        case TermRule():
            event = str(EVENTS[value.after or definition.start_event])
            whose = {"customer": _("the customer's"), "third_party": _("a third party's")}.get(value.on, "")
            counted = _("%(length)s from %(event)s") % {
                "length": length(value.value, value.unit, language), "event": event}
            return name, "; ".join(part for part in (counted, str(_ROLLS[value.roll]), whose) if part)
        case Acknowledgement():
            when = {"none": _("none is owed"), "immediate": _("at once")}.get(
                value.when, _("within %(length)s") % {"length": length(value.value, value.unit, language)})
            contents = ", ".join(str(_CONTENTS.get(code, code)) for code in value.contents)
            return "", f"{when}: {contents}" if contents else when
        case Step():
            return name, _("must be done") if value.mandatory else _("where needed")
        case InterimReply():
            if not value.value:
                return "", _("allowed, moves nothing")
            return "", _("brings the whole to %(length)s; its reason is told") % {
                "length": length(value.value, value.unit, language)}
        case Suspension():
            return name, _suspension_words(value, language)
        case Silence():
            return name, str(_SILENCE[value.effect])
        case ReplyBlock():
            return name, _("must be there") if value.mandatory else _("where it applies")
        case Compensation():
            return name, _compensation_words(value)
        case Remedy():
            return name, _remedy_words(value, language)
        case Retention():
            return name, _("%(years)s years") % {"years": value.years} if value.years else _("by the office's own plan")
        case ServiceLevel():
            return str(_LEVELS[value.code]), length(value.value, value.unit, language)
    return name, ""


def _suspension_words(value: Suspension, language: str) -> str:
    said = {"suspends": _("the term stops, what was used is kept"), "interrupts": _("the term begins again"),
            "withholds": _("what is due may wait")}[value.effect]
    told = [said]
    if value.window:
        told.append(_("it goes on after %(length)s without an answer") % {
            "length": length(value.window, "calendar_days", language)})
    if value.after_answer:
        told.append(_("%(length)s after the answer") % {
            "length": length(value.after_answer, "calendar_days", language)})
    if value.max:
        told.append(_("%(length)s at most") % {"length": length(value.max, "calendar_days", language)})
    if value.once:
        told.append(_("once only"))
    return "; ".join(told)


def _compensation_words(value: Compensation) -> str:
    amount = f"{value.percent} %" if value.percent else money(value.amount)
    told = [_("%(amount)s a day") % {"amount": amount} if value.per == "day" else amount,
            _("from day %(day)s of lateness") % {"day": value.late_from} if value.counted_from == "due"
            else _("from day %(day)s") % {"day": value.late_from}]
    if value.cap:
        told.append(_("%(amount)s at most") % {"amount": money(value.cap)})
    if value.floor:
        told.append(_("nothing under %(amount)s") % {"amount": money(value.floor)})
    return "; ".join(told)


def _remedy_words(value: Remedy, language: str) -> str:
    told = [in_language(value.body, language)]
    if value.opens is not None:
        told.append(span_words(value.opens, language))
    if value.closes is not None:
        told.append(_("until %(span)s") % {"span": span_words(value.closes, language)})
    if value.mandatory_before_court:
        told.append(_("needed before court"))
    if value.fee:
        told.append(_("costs %(amount)s") % {"amount": money(value.fee)})
    told.append(in_language(value.conditions, language))
    return "; ".join(part for part in told if part)


def money(cents: int) -> str:
    """"30 €", "2,50 €" in Italian, "2.50 €" in English."""
    whole, rest = divmod(cents, 100)
    mark = "," if language_now() == "it" else "."
    return f"{whole}{mark}{rest:02} €" if rest else f"{whole} €"

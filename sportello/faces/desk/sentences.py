"""Codes and facts in words: events, reasons, steps of a term. The rows keep codes, the screen speaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import Model
from django.utils import formats
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sportello.foundation.core.questions import Question
from sportello.foundation.core.text import in_language
from sportello.records.accounts.models import Membership, Team
from sportello.records.procedures import explaining
from sportello.records.procedures.models import Kind, NoticeTemplate, Procedure
from sportello.records.tickets.models import Aside, Closure, Link, Reason, Ticket
from sportello.records.tickets.queries import TimelineItem
from sportello.records.tickets.rules import step_name

from . import certified_words, office_events, term_events, verb_events

CHANNELS: dict[str, Any] = {
    "email": gettext_lazy("e-mail"),
    "pec": gettext_lazy("PEC"),
    "webform": gettext_lazy("web form"),
    "portal": gettext_lazy("follow-up page"),
    "counter": gettext_lazy("counter"),
    "phone": gettext_lazy("phone"),
    "letter": gettext_lazy("letter"),
    "screen": gettext_lazy("on screen"),
    "inside": gettext_lazy("inside the house"),
    "elsewhere": gettext_lazy("where it came from"),
}
CHANNEL_ICONS = {
    "email": "mail",
    "pec": "pec",
    "webform": "web",
    "portal": "web",
    "counter": "counter",
    "phone": "phone",
    "letter": "letter",
}


def channel_word(code: str) -> str:
    return _channel_word(code, language_now())


@lru_cache(256)
def _channel_word(code: str, language: str) -> str:
    """In the language that is active."""
    return str(CHANNELS.get(code, code))


def language_now() -> str:
    return get_language() or "it"


@dataclass(frozen=True)
class Names:
    """Names of the colleagues, teams and kinds that facts point at; what is not there is told without a name."""

    members: dict[int, str] = field(default_factory=dict)
    teams: dict[int, str] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    #: Offices asked, by the conversation with them.
    asides: dict[int, str] = field(default_factory=dict)
    #: Procedures whose steps were done.
    procedures: dict[int, Procedure] = field(default_factory=dict)


def names_for(
    organisation_id: int, facts: Iterable[tuple[str, dict[str, Any]]], *, procedure: Procedure | None = None
) -> Names:
    """The names events of these codes need: one query for each sort that is needed at all; `procedure` is at hand."""
    facts = list(facts)
    wanted: dict[str, set[int]] = {"member": set(), "team": set(), "kind": set(), "aside": set()}
    sorts = {"assigned": "member", "moved": "team", "kind_changed": "kind"}
    for code, given in facts:
        for key, value in given.items():
            sort = (
                sorts.get(code, "")
                if key in ("from_id", "to_id")
                else key.removesuffix("_id")
                if key.endswith("_id")
                else ""
            )
            if sort in wanted and isinstance(value, int):
                wanted[sort].add(value)
    language = language_now()
    found = {
        sort: _NAMED[sort].tuples(organisation_id=organisation_id, ids=sorted(ids)) if ids else []
        for sort, ids in wanted.items()
    }
    return Names(
        dict(found["member"]),
        {key: in_language(names, language) for key, names in found["team"]},
        {key: in_language(names, language) for key, names in found["kind"]},
        dict(found["aside"]),
        _procedures(organisation_id, [given for code, given in facts if code == "step_done"], procedure),
    )


def _named(model: type[Model], name: str) -> Question[Any]:
    return Question(
        lambda organisation_id, ids: model._default_manager.filter(organisation_id=organisation_id, pk__any_of=ids)
        .values_list("pk", name),
        planned=True,
    )  # fmt: skip


_NAMED = {
    "member": _named(Membership, "user__name"), "team": _named(Team, "names"), "kind": _named(Kind, "names"),
    "aside": _named(Aside, "name"),
}  # fmt: skip


def _procedures(
    organisation_id: int, steps: list[dict[str, Any]], at_hand: Procedure | None
) -> dict[int, Procedure]:
    """Of steps that were done: the ticket's own is at hand, one it had before is asked for."""
    known = {at_hand.pk: at_hand} if at_hand is not None else {}
    others = {given["procedure_id"] for given in steps if given.get("procedure_id")} - set(known)
    if others:
        known |= Procedure.objects.filter(organisation_id=organisation_id).in_bulk(others)
    return known


def event_sentence(item: TimelineItem, names: Names) -> str:
    """One line of the timeline, without its author: "given to Bruno Conti", "waiting for the customer"."""
    facts = item.event_facts
    code = item.event_code
    if code in _PLAIN_EVENTS:
        return str(_PLAIN_EVENTS[code])
    if code == "assigned":
        to = names.members.get(facts.get("to_id") or 0, "")
        return _("given to %(name)s") % {"name": to} if to else _("given back to the team")
    if code == "moved":
        return _("passed to %(team)s") % {"team": names.teams.get(facts.get("to_id") or 0, _("another team"))}
    if code == "kind_changed":
        return _("kind: %(kind)s") % {"kind": names.kinds.get(facts.get("to_id") or 0, _("changed"))}
    if code == "priority_changed":
        return _("priority: %(priority)s") % {"priority": _label(Ticket.Priority, facts.get("after"))}
    if code == "sensitivity_changed":
        return _("who may see it: %(who)s") % {"who": _label(Ticket.Sensitivity, facts.get("after"))}
    if code == "promised":
        return _("new date promised: %(day)s") % {"day": _day(facts.get("until", ""))}
    if code in verb_events.CODES:
        return verb_events.sentence(code, facts, _day)
    if code == "pec_receipt":
        return certified_words.receipt_sentence(facts)
    if code in office_events.CODES:
        return office_events.sentence(code, names.asides.get(facts.get("aside_id") or 0, ""))
    if code == "step_done":
        procedure = names.procedures.get(facts.get("procedure_id") or next(iter(names.procedures), 0))
        step = str(facts.get("step", ""))
        named = step_name(procedure, step, language_now()) if procedure else step.replace("_", " ")
        return _("step done: %(step)s") % {"step": named}
    if code in term_events.CODES:
        return term_events.sentence(code, facts, _day)
    if code == "closed":
        return _("closed: %(outcome)s") % {"outcome": _label(Closure.Outcome, facts.get("outcome"))}
    return code.replace("_", " ")


_PLAIN_EVENTS: dict[str, Any] = {
    "taken": gettext_lazy("taken on"),
    "archived": gettext_lazy("brought in from the archive of the mailbox: nobody was told anything"),
    "waiting": gettext_lazy("waiting for the customer"),
    "resumed": gettext_lazy("work goes on"),
    "reopened": gettext_lazy("opened again"),
    "customer_confirmed": gettext_lazy("the customer says it is solved"),
    "freed": gettext_lazy("given back to the team: its owner works here no more"),
    "complained": gettext_lazy("a recipient called our message spam"),
    "paused": gettext_lazy("service levels paused"),
    "unpaused": gettext_lazy("service levels run again"),
    "notice_given": gettext_lazy("a notice was given outside"),
    "undelivered": gettext_lazy("our message did not reach the customer"),
    "reply_held": gettext_lazy("a reply was held back and not sent"),
    "document_issued": gettext_lazy("a document was issued"),
    **office_events.PLAIN,
}

ABOUT: dict[str, Any] = {
    "door": gettext_lazy("How it came in"),
    "customer": gettext_lazy("Who asks"),
    "ticket": gettext_lazy("Which ticket"),
    "route": gettext_lazy("Why this team"),
    "term": gettext_lazy("Why by then"),
    "notice": gettext_lazy("What was told"),
    "dispatch": gettext_lazy("How it left"),
    "assigned": gettext_lazy("Whose it is"),
    "snooze": gettext_lazy("Why it slept and woke"),
    "complaint": gettext_lazy("Register of complaints"),
}


@dataclass(frozen=True)
class ReasonLine:
    about: str
    sentence: str
    at: datetime


def reason_lines(reasons: Iterable[Reason], names: Names) -> list[ReasonLine]:
    return [ReasonLine(str(ABOUT.get(one.about, one.about)), reason_sentence(one, names), one.at) for one in reasons]


def reason_sentence(reason: Reason, names: Names) -> str:
    """Why it was done, as a person would say it."""
    facts = reason.facts
    team = names.teams.get(facts.get("team_id") or 0, _("this team"))
    kind = names.kinds.get(facts.get("kind_id") or 0, _("this kind"))
    said = {
        ("route", "door_team"): _("The door it came through belongs to %(team)s.") % {"team": team},
        ("route", "sheet_team"): _("It is about a service that %(team)s answers for.") % {"team": team},
        ("route", "kind_team"): _("Requests of the kind “%(kind)s” go to %(team)s.") % {"kind": kind, "team": team},
        ("route", "rest_team"): _("Nothing else said where it goes: %(team)s reads what has no other team.")
        % {"team": team},
        ("route", "given"): _("The colleague who recorded it chose the team."),
        ("term", "procedure"): _(
            "Counted by the procedure of its kind, version %(version)s, which it keeps for its whole life."
        )
        % {"version": facts.get("version", "?")},
        ("notice", "by_email"): _("Told by e-mail, the address they wrote from."),
        ("notice", "by_pec"): _("Told by PEC, the certified address they wrote from."),
        ("notice", "by_portal"): _("Told on the follow-up page: no e-mail address is known."),
        ("ticket", "by_token"): _("The reply carries the token of our own message."),
        ("ticket", "by_reference"): _("The reply names our message, and its sender takes part in this ticket."),
        ("ticket", "by_token_of_office"): _("It answers our letter to the office: it carries its token."),
        ("ticket", "by_reference_of_office"): _("It names our letter to the office, and comes from its address."),
        ("ticket", "opened"): _("Nothing tied it to a ticket that exists: a new one was opened."),
        ("notice", "no_way"): nobody_told(str(facts.get("sign", ""))),
        ("customer", "by_form_text"): _("Known by the address written in the text of the form."),
        ("customer", "by_form_itself"): _("The form names nobody."),
        ("customer", "by_list_reply_to"): _("Sent through a list: known by the address it asks to be answered at."),
        ("dispatch", "complained"): _("A recipient called our message spam: think before writing again."),
        ("customer", "by_sender"): _("Known by the address it was sent from."),
        ("customer", "by_certified_reply_to"): _("Known by the certified address it asks to be answered at."),
        ("customer", "by_certificate"): _("Known by the address the PEC provider certifies as the sender."),
        ("customer", "by_envelope"): _("The provider's data could not be read: known by the address in the message."),
        ("customer", "by_form_reply_to"): _("Known by the address written in the form on our own site."),
        ("customer", "by_reply_to_of_no_reply"): _(
            "Sent by a program: known by the address it asks to be answered at."
        ),
        ("dispatch", "not_sent"): _("No server took our message: it waits for a colleague."),
        ("dispatch", "came_back"): _("A report says that our message did not arrive: it waits for a colleague."),
        ("dispatch", "held_news"): _("Something was said after the reply was written: it waits for its author."),
        ("dispatch", "held_refused"): _("The reply could not be sent at its hour: it waits for its author."),
        ("dispatch", "held_author_left"): _("The author of the reply works here no more: it was not sent."),
        ("complaint", "registered"): _(
            "It is of the kind “%(kind)s”: it entered the register of complaints with number %(number)s."
        )
        % {"kind": kind, "number": facts.get("number", "?")},
        ("assigned", "owner_left"): _("Its owner works here no more: it went back to the team."),
    }.get((reason.about, reason.code)) or verb_events.reason(reason.about, reason.code)
    if said is None and reason.code.startswith("linked_"):
        kinds = dict(Link.Kind.choices)
        return str(kinds.get(reason.code.removeprefix("linked_"), reason.code))
    if said is None and reason.about == "door":
        return _("It came by %(channel)s.") % {"channel": channel_word(reason.code)}
    if said is not None and reason.about == "notice" and facts.get("moment"):
        return f"{moment_word(facts['moment'])}: {said[:1].lower()}{said[1:]}"
    return said or reason.code.replace("_", " ")


def nobody_told(sign: str) -> str:
    """Why the ledger says that there is no way to reach them."""
    return {
        "no_address": _("They wrote without an address that can be answered: nobody was told automatically."),
        "undeliverable": _("Mail to their address came back: nobody was told."),
        "archive": _("It is old mail that was brought in: nobody is told anything."),
    }.get(sign, _("No program may answer this sender: nobody was told automatically."))


def moment_word(code: str) -> str:
    """What the customer was told, by name: "Receipt", "Someone has taken it on"."""
    return str(_MOMENTS.get(code, code))


_MOMENTS: dict[str, Any] = dict(NoticeTemplate.Moment.choices)


def term_lines(steps: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
    """How a term was counted, one sentence a step, in the words `sportello terms` uses too."""
    return explaining.sentences(steps, language_now(), zone=get_current_timezone())


def _day(iso: str) -> str:
    """A day or instant of the facts as people read it; empty when it is neither."""
    try:
        instant = datetime.fromisoformat(iso)
    except ValueError:
        return ""
    if len(iso) <= 10:
        return _small(formats.date_format(date.fromisoformat(iso), _("l, j F")))
    return _small(formats.date_format(localtime(instant), _("l, j F, H:i")))


def exactly(at: datetime) -> str:
    """Day and hour in full."""
    return _small(formats.date_format(localtime(at), _("j F Y, H:i")))


def day_in_full(at: datetime) -> str:
    """The day alone: "8 dicembre 2026"."""
    return _small(formats.date_format(localtime(at), _("j F Y")))


def _small(words: str) -> str:
    """Italian days and months have no capital inside a sentence; the framework's catalogue gives them one."""
    return words.lower() if language_now() == "it" else words


def _label(choices: Any, value: Any) -> str:
    return str(dict(choices.choices).get(value, value)).lower()

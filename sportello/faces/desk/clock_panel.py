"""The clock of a ticket: what is due next and to whom, why by then, what stopped it, and what the customer was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from sportello.foundation.core.questions import Question
from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy import clock
from sportello.records.procedures import explaining
from sportello.records.tickets import blockers
from sportello.records.tickets.models import (
    Extension,
    Moment,
    Notice,
    Reason,
    ServiceLevel,
    ServicePause,
    StepDone,
    Suspension,
    Term,
    Ticket,
)
from sportello.records.tickets.rules import rules_of
from sportello.service.backoffice.forms.of_steps import StepForm, forms_of
from sportello.service.backoffice.shop import telling
from sportello.service.channels.models import Delivery

from . import sentences

_MOST = 40


@dataclass(frozen=True)
class TermLine:
    term: Term
    label: str
    #: running, late (its end has passed), met, met_late, ended
    state: str
    #: The earlier end we keep, where it is another day than the legal one.
    has_safe: bool
    lines: list[str]


@dataclass(frozen=True)
class StopLine:
    """A suspension, an extension or a pause, in order of time."""

    name: str
    began_at: datetime
    ended_at: datetime | None
    until_at: datetime | None
    reason: str
    document: str
    by: str
    is_running: bool = False


@dataclass(frozen=True)
class LevelLine:
    level: ServiceLevel
    label: str
    #: running, paused, late, met, met_late, ended
    state: str


@dataclass(frozen=True)
class NoticeLine:
    notice: Notice
    label: str
    how: str
    #: Who was told, when it was not the customer.
    party: str
    proofs: list[str]
    #: Why nobody could be told; empty when somebody was or will be.
    untold: str = ""


@dataclass(frozen=True)
class StepLine:
    code: str
    name: str
    done_at: datetime | None
    is_mandatory: bool
    #: Where its form is filled in; empty: it asks for none, or there is none of that name here (`form_missing`).
    form_url: str = ""
    form_missing: str = ""


@dataclass(frozen=True)
class Panel:
    terms: list[TermLine]
    stops: list[StopLine]
    levels: list[LevelLine]
    notices: list[NoticeLine]
    steps: list[StepLine]
    missing: list[blockers.Missing]
    suspension: StopLine | None
    next_at: datetime | None
    next_words: str
    #: The customer wrote after the clock was stopped: perhaps what was awaited.
    wrote_meanwhile: datetime | None
    verbs: set[str] = field(default_factory=set)


def panel(ticket: Ticket) -> Panel:
    """Ten queries at most; three of a ticket whose procedure has nothing but a term."""
    rules = rules_of(ticket.procedure)
    now = clock.now(ticket.organisation)
    causes = {one.code: one.names for one in rules.suspensions}
    stops, running = _stops(ticket, causes) if rules.suspensions or rules.interim else ([], None)
    levels, is_paused = _levels(ticket, now) if rules.service_levels else ([], False)
    next_at, next_words = (None, "") if ticket.is_closed else _next(ticket, now)
    notices = _notices(ticket)
    wrote = ticket.unanswered_since if running and ticket.unanswered_since else None
    return Panel(
        terms=_terms(ticket, now, causes),
        stops=stops,
        levels=levels,
        notices=notices,
        steps=_steps(ticket) if rules.steps else [],
        missing=_missing(ticket, notices),
        suspension=running,
        next_at=next_at,
        next_words=next_words,
        wrote_meanwhile=wrote if wrote and running and wrote >= running.began_at else None,
        verbs=_verbs(ticket, running is not None, is_paused),
    )


def _missing(ticket: Ticket, notices: list[NoticeLine]) -> list[blockers.Missing]:
    """Asked where it is worth asking; most tickets run under a rule that asks for nothing but an answer."""
    rules = rules_of(ticket.procedure)
    owed = any(row.notice.is_required and row.notice.state == Notice.State.DUE for row in notices)
    asks = bool(rules.reply_blocks or rules.steps or rules.reasons or blockers.are_registered())
    if ticket.is_closed or not (owed or asks):
        return []
    return blockers.missing(ticket, owes_notices=owed or len(notices) == _MOST)


def _verbs(ticket: Ticket, is_suspended: bool, is_paused: bool) -> set[str]:
    rules = rules_of(ticket.procedure)
    if ticket.is_closed:
        return set()
    found = set()
    if rules.suspensions:
        found.add("term-resumption" if is_suspended else "suspension")
    if rules.interim is not None:
        found.add("extension")
    if rules.service_levels:
        found.add("unpause" if is_paused else "pause")
    if blockers.asked_reasons(rules):
        found.add("reasons")
    if rules.reply_blocks:
        found.add("blocks")
    return found


def _terms(ticket: Ticket, now: datetime, causes: dict[str, dict[str, str]]) -> list[TermLine]:
    zone, language = clock.zone(ticket.organisation), sentences.language_now()
    lines = []
    for term in _TERMS.rows(ticket_id=ticket.pk):
        safe = clock.local(ticket.organisation, term.safe_at).date()
        legal = clock.local(ticket.organisation, term.due_at).date()
        if term.steps and term.steps[0][0] == "promised":
            said = sentences.term_lines((code, facts) for code, facts in term.steps)
        else:
            said = explaining.sentences(term.steps, language, causes=causes, zone=zone)
        lines.append(TermLine(term, str(term.get_kind_display()), _state(term, now), safe != legal, said))
    return lines


_TERMS: Question[Term] = Question(
    lambda ticket_id: Term.objects.filter(ticket_id=ticket_id).order_by("met_at", "ended_at", "due_at", "id")[:_MOST],
    planned=True,
)


def _state(term: Term, now: datetime) -> str:
    if term.ended_at is not None:
        return "ended"
    if term.met_at is not None:
        return "met_late" if term.is_late else "met"
    return "late" if term.due_at < now else "running"


def _stops(ticket: Ticket, causes: dict[str, dict[str, str]]) -> tuple[list[StopLine], StopLine | None]:
    language = sentences.language_now()
    lines = [
        StopLine(
            in_language(causes.get(row.cause, {}), language) or row.cause,
            row.began_at,
            row.ended_at,
            row.until_at,
            row.reason,
            row.document,
            row.by_member.user.name if row.by_member else "",
            row.ended_at is None,
        )
        for row in Suspension.objects.filter(ticket=ticket).select_related("by_member__user").order_by("began_at")
    ]
    running = next((line for line in lines if line.is_running), None)
    lines += [
        StopLine(
            str(row.get_sort_display()),
            row.made_at,
            row.made_at,
            row.due_after,
            row.reason,
            row.document,
            row.by_member.user.name if row.by_member else "",
        )
        for row in Extension.objects.filter(ticket=ticket).select_related("by_member__user").order_by("made_at")
    ]
    return sorted(lines, key=lambda line: line.began_at), running


def _levels(ticket: Ticket, now: datetime) -> tuple[list[LevelLine], bool]:
    lines = []
    for level in ServiceLevel.objects.filter(ticket=ticket).order_by("-started_at", "id")[:_MOST]:
        late = level.breached_at is not None
        if level.ended_at is not None:
            state = "ended"
        elif level.met_at is not None:
            state = "met_late" if late else "met"
        elif level.due_at is None:
            state = "paused"
        else:
            state = "late" if late or level.due_at < now else "running"
        lines.append(LevelLine(level, str(level.get_metric_display()), state))
    paused = ServicePause.objects.filter(ticket=ticket, cause=ServicePause.Cause.PAUSED, ended_at=None).exists()
    return lines, paused


def _next(ticket: Ticket, now: datetime) -> tuple[datetime | None, str]:
    """What happens by itself next, and to whom; what is due this very moment the tick is about to do."""
    moment = _MOMENTS.first(ticket_id=ticket.pk, now=now)
    if moment is None:
        return None, ""
    subject = ""
    if moment.term is not None:
        subject = str(moment.term.get_kind_display())
    elif moment.level is not None:
        subject = str(moment.level.get_metric_display())
    if moment.sort == Moment.Sort.LAPSE:
        return moment.at, _("the suspension ends by itself and the customer is told")
    if moment.sort == Moment.Sort.WAKE:
        return moment.at, _("it comes back into the lists")
    if moment.sort == Moment.Sort.DUE:
        return moment.at, _("“%(what)s” falls due") % {"what": subject}
    whom = str(dict(Moment.Whom.choices).get(moment.whom, moment.whom))
    return moment.at, _("a warning about “%(what)s” goes to %(whom)s") % {"what": subject, "whom": whom}


_MOMENTS: Question[Moment] = Question(
    lambda ticket_id, now: Moment.objects.filter(ticket_id=ticket_id, next_moment_at__gt=now)
    .select_related("term", "level").order_by("next_moment_at", "id")[:1],
    planned=True,
)  # fmt: skip


def _notices(ticket: Ticket) -> list[NoticeLine]:
    notices: list[Any] = _NOTICES.rows(ticket_id=ticket.pk)
    untold = _untold(ticket) if any(one.state == Notice.State.NO_WAY for one in notices) else {}
    return [
        NoticeLine(
            one,
            sentences.moment_word(one.moment),
            sentences.channel_word(one.how),
            one.party_name if one.party != Notice.Party.CUSTOMER else "",
            [*([one.proof] if one.proof else []), *_proofs(one)],
            untold.get(one.pk, ""),
        )
        for one in notices
    ]


def _untold(ticket: Ticket) -> dict[int, str]:
    """Why nobody could be told, by notice."""
    rows = Reason.objects.filter(ticket=ticket, about="notice", code="no_way").values_list("facts", flat=True)[:_MOST]
    return {facts.get("notice_id", 0): sentences.nobody_told(str(facts.get("sign", ""))) for facts in rows}


def _proofs(notice: Any) -> list[str]:
    """What the channel knows of its message: its deliveries, with state and instant."""
    rows = zip(notice.sent_to, notice.sent_states, notice.sent_at, strict=True)
    return [
        f"{address}: " + _("%(state)s, %(when)s") % {
            "state": str(Delivery.State(state).label).lower(), "when": sentences.exactly(at),
        }
        for address, state, at in rows
    ]  # fmt: skip


def _ledger(ticket_id: int) -> QuerySet[Notice]:
    """The ledger of a ticket with the deliveries of each notice, oldest first."""
    sent = Delivery.objects.filter(dispatch__message=OuterRef("message")).order_by("pk")
    rows = Notice.objects.filter(ticket_id=ticket_id).annotate(
        sent_to=ArraySubquery(sent.values("address")), sent_states=ArraySubquery(sent.values("state")),
        sent_at=ArraySubquery(sent.values("changed_at")),
    )  # fmt: skip
    return rows.order_by("id")[:_MOST]


_NOTICES: Question[Notice] = Question(_ledger, planned=True)


def _steps(ticket: Ticket) -> list[StepLine]:
    done = dict(StepDone.objects.filter(ticket=ticket).order_by("-done_at").values_list("code", "done_at"))
    language, forms = sentences.language_now(), {one.step: one for one in forms_of(ticket)}
    return [
        StepLine(step.code, in_language(step.names, language) or step.code, done.get(step.code), step.mandatory,
                 *_form(ticket, forms.get(step.code)))
        for step in rules_of(ticket.procedure).steps
    ]


def _form(ticket: Ticket, found: StepForm | None) -> tuple[str, str]:
    """Where the form of a step is filled in; or the name of one that is not set up here."""
    slug, number = ticket.organisation.slug, ticket.number
    if found is None:
        return "", ""
    if found.version is not None:
        return f"{reverse('desk:form_filling', args=[slug, found.version.form_id])}?ticket={number}", ""
    if telling.sort_of(ticket.kind) == found.code:  # a shop's requests have their own, which counts the dates
        return reverse("desk:shop_request", args=[slug, number]), ""
    return "", found.code

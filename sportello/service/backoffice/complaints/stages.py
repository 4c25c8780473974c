"""The chain of ISO 10002 after receipt: acknowledgement, assessment, investigation; closing follows the ticket's."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean
from sportello.foundation.journal.actions import Happened, record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.tickets import notice_words
from sportello.records.tickets.actions import completing, handling, messages
from sportello.records.tickets.models import Closure, Message, StepDone, Ticket
from sportello.records.tickets.rules import rules_of

from ..models import Complaint, ComplaintStage
from . import escalation
from .registering import add_stage, locked, on_opened

_STAGE = ComplaintStage.Code
#: Step of a procedure → the stage that does it.
_STEPS = {"receipt": _STAGE.ACKNOWLEDGEMENT, "assessment": _STAGE.ASSESSMENT, "inquiry": _STAGE.INVESTIGATION,
          "reply": _STAGE.RESPONSE}  # fmt: skip


def refuse_over(complaint: Complaint) -> None:
    if complaint.is_annulled:
        raise Refusal(_("This line of the register is annulled: nothing more happens to it."))
    if complaint.closed_at is not None:
        raise Refusal(_("This complaint is closed. Open its ticket again first."))


def do_steps(complaint: Complaint, *, by: Membership) -> None:
    """Steps of the ticket's procedure that stages of the complaint stand for are done with them."""
    ticket = complaint.ticket
    steps = {step.code for step in rules_of(ticket.procedure).steps}
    if not steps & set(_STEPS) or ticket.is_closed:
        return
    reached = set(ComplaintStage.objects.filter(complaint=complaint).values_list("code", flat=True))
    done = set(StepDone.objects.filter(ticket=ticket).values_list("code", flat=True))
    for step, stage in _STEPS.items():
        if step in steps and stage in reached and step not in done:
            completing.step_done(ticket, step, by=by)


def acknowledgement_text(complaint: Complaint) -> str:
    """What the customer is told at once: number, who answers for it, by when, and where else they may turn."""
    ticket, organisation = complaint.ticket, complaint.organisation
    name = complaint.responsible.user.name if complaint.responsible else ticket.team.name_in(ticket.language)
    with notice_words.speaking(ticket):
        values = {
            "number": complaint.number,
            "ticket": ticket.number,
            "day": notice_words.day_words(organisation, complaint.received_at),
            "name": name,
            "due": notice_words.day_words(organisation, due_at(complaint)),
            "organisation": organisation.name,
        }
        parts = [
            _("We entered your complaint of %(day)s in our register with number %(number)s (ticket %(ticket)s).")
            % values,
            _("%(name)s answers for it. We reply by %(due)s.") % values,
        ]
        ways = escalation.sentences(complaint, None)
        if ways:
            parts.append("\n".join([_("Besides us you may turn to:"), *(f"- {line}" for line in ways)]))
        return "\n\n".join(parts)


def due_at(complaint: Complaint) -> datetime:
    """The end of its term now: with what stopped or moved it since intake."""
    term = escalation.main_term(complaint)
    return term.due_at if term else complaint.due_at


def acknowledge(complaint: Complaint, text: str, *, by: Membership, base_position: int) -> Message:
    """Tell the customer that it is in the register, by the ordinary answer."""
    refuse_over(complaint)
    if complaint.responsible_id is None:
        raise Refusal(_("Name who answers for it first: the customer is told their name."))
    with transaction.atomic():
        message = messages.answer(complaint.ticket, by, text, base_position=base_position)
        instant = message.entry.happened_at
        row = locked(complaint)
        add_stage(row, _STAGE.ACKNOWLEDGEMENT, instant, by=by)
        record(row.organisation, "complaint.acknowledged", row, person(by.user_id), at=instant,
               ticket_id=row.ticket_id, message_id=message.pk)
        do_steps(complaint, by=by)
    return message


def assess(
    complaint: Complaint, *, severity: int, risk: int, is_safety: bool, responsible: Membership, text: str,
    by: Membership, at: datetime | None = None,
) -> None:
    """How grave it is, how likely to come again, whether somebody's safety is in question, who answers for it.

    What is critical, or touches safety, makes the ticket urgent. Assessing anew adds a stage; the newest counts.
    """
    refuse_over(complaint)
    if severity not in Complaint.Severity.values or risk not in Complaint.Risk.values:
        raise Refusal(_("Choose severity and risk from the list."), field="severity")
    if responsible.organisation_id != complaint.organisation_id or not responsible.is_active:
        raise Refusal(_("This colleague does not work there. Choose another."), field="responsible")
    instant = at or clock.now(complaint.organisation)
    with transaction.atomic():
        row = locked(complaint)
        named = row.responsible_id != responsible.pk
        row.severity, row.risk, row.is_safety, row.responsible = severity, risk, is_safety, responsible
        row.save(update_fields=["severity", "risk", "is_safety", "responsible"])
        add_stage(row, _STAGE.ASSESSMENT, instant, by=by, text=clean(text))
        actor = person(by.user_id)
        record(row.organisation, "complaint.assessed", row, actor, at=instant, ticket_id=row.ticket_id,
               severity=severity, risk=risk, is_safety=is_safety)
        if named:
            record(row.organisation, "complaint.responsible_named", row, actor, at=instant, ticket_id=row.ticket_id,
                   member_id=responsible.pk)
        if is_safety or severity == Complaint.Severity.CRITICAL:
            handling.change_priority(complaint.ticket, Ticket.Priority.URGENT, by=by)
        do_steps(complaint, by=by)
    complaint.responsible, complaint.severity, complaint.risk, complaint.is_safety = (
        responsible, severity, risk, is_safety)


def investigate(complaint: Complaint, *, cause: str, text: str, by: Membership, at: datetime | None = None) -> None:
    """What was found, and what went wrong. More than one finding may follow; the newest cause counts."""
    refuse_over(complaint)
    found = clean(text)
    if cause not in Complaint.Cause.values:
        raise Refusal(_("Choose what went wrong."), field="cause")
    if not found:
        raise Refusal(_("Write what was found: the reply and the report rest on it."), field="text")
    instant = at or clock.now(complaint.organisation)
    with transaction.atomic():
        row = locked(complaint)
        row.cause = cause
        row.save(update_fields=["cause"])
        add_stage(row, _STAGE.INVESTIGATION, instant, by=by, text=found)
        record(row.organisation, "complaint.investigated", row, person(by.user_id), at=instant,
               ticket_id=row.ticket_id, cause=cause)
        do_steps(complaint, by=by)
    complaint.cause = cause


#: What was decided on a complaint that was answered as any ticket, by how the ticket ended.
FOUND = {
    Closure.Outcome.SOLVED: Complaint.Finding.UPHELD,
    Closure.Outcome.NOT_ACCEPTED: Complaint.Finding.NOT_UPHELD,
    Closure.Outcome.FORWARDED: Complaint.Finding.NOT_FOR_US,
    Closure.Outcome.WITHDRAWN: Complaint.Finding.WITHDRAWN,
}


def on_closed(event: Happened) -> None:
    """Reaction to `ticket.closed`: the complaint is closed with it, and decided where no final reply had done so."""
    row = _in_force(event.subject_id)
    if row is None or row.closed_at is not None:
        return
    author, outcome = _author(event, row), str(event.payload.get("outcome") or "")
    row.closed_at = event.at
    if not row.finding and outcome in FOUND:
        row.finding = FOUND[Closure.Outcome(outcome)]
        add_stage(row, _STAGE.DECISION, event.at, by=author)
    row.save(update_fields=["closed_at", "finding"])
    add_stage(row, _STAGE.CLOSING, event.at, by=author)
    record(row.organisation, "complaint.closed", row, event.actor, at=event.at, ticket_id=row.ticket_id)


def on_reopened(event: Happened) -> None:
    """Reaction to `ticket.reopened`: it goes on where it was; the stage of its closing stays in view. One that was
    found to be a complaint while it was closed enters the register now."""
    row = _in_force(event.subject_id)
    if row is None:
        on_opened(event)
    elif row.closed_at is not None:
        row.closed_at = None
        row.save(update_fields=["closed_at"])
        record(row.organisation, "complaint.reopened", row, event.actor, at=event.at, ticket_id=row.ticket_id)


def on_merged(event: Happened) -> None:
    """Reaction to `ticket.merged`: the line ends with its ticket, undecided, saying where the matter goes on; the other
    ticket's own line is the one that is answered."""
    row = _in_force(event.subject_id)
    if row is None or row.closed_at is not None:
        return
    kept = Ticket.objects.get(pk=event.payload["other_id"])
    row.closed_at = event.at
    row.save(update_fields=["closed_at"])
    with in_language_of(row):
        said = _("It goes on together with %(number)s.") % {"number": kept.number}
    add_stage(row, _STAGE.CLOSING, event.at, by=_author(event, row), text=said)
    record(row.organisation, "complaint.closed", row, event.actor, at=event.at, ticket_id=row.ticket_id)


def on_parted(event: Happened) -> None:
    """Reaction to `ticket.parted`: the two are two again, and so are their lines."""
    if _in_force(event.subject_id) is not None:
        on_reopened(event)


def _in_force(ticket_id: int) -> Complaint | None:
    rows = Complaint.objects.filter(ticket_id=ticket_id, annulled_at__isnull=True)
    return rows.select_related("organisation").first()


def _author(event: Happened, row: Complaint) -> Membership | None:
    if event.actor.kind != "person" or event.actor.id is None:
        return None
    return Membership.objects.filter(organisation_id=row.organisation_id, user_id=event.actor.id).first()


def in_language_of(complaint: Complaint) -> translation.override:
    """Sentences in the customer's language."""
    return notice_words.speaking(complaint.ticket)

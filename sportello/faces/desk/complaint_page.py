"""What the page of a complaint shows: its line in the register, the chain, replies, remedies, bodies, lessons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sportello.foundation.core.money import euros
from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.procedures import explaining
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.complaints import escalation, remedies, replies, stages, words
from sportello.service.backoffice.complaints.limits import limit_of
from sportello.service.backoffice.models import Complaint, ComplaintReply, ComplaintStage, Instance, OfferedRemedy

from . import sentences

#: What is the next thing to do, by the stages reached: (address name, word).
_NEXT: tuple[tuple[str, str], ...] = (
    (ComplaintStage.Code.ASSESSMENT, "complaint_assessment"),
    (ComplaintStage.Code.INVESTIGATION, "complaint_investigation"),
    (ComplaintStage.Code.RESPONSE, "complaint_reply"),
)


@dataclass(frozen=True)
class ChainLine:
    """A stage of the chain: reached (`at`) or still to come."""

    code: str
    label: str
    rows: list[ComplaintStage]

    @property
    def at(self) -> datetime | None:
        return self.rows[0].at if self.rows else None


@dataclass(frozen=True)
class RemedyLine:
    row: OfferedRemedy
    cost: str
    state: str
    steps: list[str]
    may_decide: bool

    @property
    def is_open(self) -> bool:
        return self.row.state in ("granted", "accepted")


@dataclass(frozen=True)
class InstanceLine:
    row: Instance
    name: str
    cost: str

    @property
    def is_open(self) -> bool:
        return self.row.state in (Instance.State.OPENED, Instance.State.HEARD)


def context(person: Person, complaint: Complaint) -> dict[str, Any]:
    """Everything, in about a dozen queries: a page of its own, not a part of the ticket's."""
    place = person.place_in(complaint.organisation_id)
    me = place.membership if place else None
    rows = list(complaint.stages.select_related("by_member__user").order_by("at", "id"))
    chain = [ChainLine(code, str(label), [row for row in rows if row.code == code])
             for code, label in ComplaintStage.Code.choices]  # fmt: skip
    reached = {row.code for row in rows}
    running = complaint.is_open
    due = stages.due_at(complaint)
    now = clock.now(complaint.organisation)
    return {
        "complaint": complaint,
        "ticket": complaint.ticket,
        "now": now,
        "due_at": due,
        "is_late": running and complaint.answered_at is None and due < now,
        "legal_term": explaining.length(complaint.term_value, complaint.term_unit, sentences.language_now()),
        "chain": chain,
        "next_step": next((name for code, name in _NEXT if code not in reached), "") if running else "",
        "replies": _replies(complaint),
        "remedies": _remedies(complaint, me),
        "spent": euros(remedies.spent(complaint)),
        "instances": _instances(complaint),
        "ways": escalation.sentences(complaint, None),
        "lessons": list(complaint.corrective_actions.select_related("owner__user", "done_by__user").order_by("id")),
        "owed": owed_lines(complaint),
        "others": _others(complaint),
    }


def _replies(complaint: Complaint) -> list[tuple[ComplaintReply, list[str]]]:
    """Each with the names of the parts it misses."""
    found = []
    for row in complaint.replies.select_related("by_member__user", "message__entry").order_by("id"):
        missing = [] if row.is_sent else replies.missing(
            replies.blocks(complaint, row.sort), row.blocks, row.finding)
        names = [block.name for block in missing]
        found.append((row, names))
    return found


def _remedies(complaint: Complaint, me: Membership | None) -> list[RemedyLine]:
    names = words.step_names(complaint)
    rows = complaint.remedies.select_related("offered_by__user", "decided_by__user").order_by("id")
    shown = []
    for row in rows:
        row.complaint = complaint
        shown.append(RemedyLine(
            row, euros(row.cost), _STATES.get(row.state, "neutral"), words.compensation_lines(row.steps, names),
            me is not None and row.waits and remedies.may_decide(row, me)))
    return shown


_STATES = {"asked": "warn", "granted": "info", "accepted": "info", "done": "ok", "refused": "danger"}


def _instances(complaint: Complaint) -> list[InstanceLine]:
    tongue = sentences.language_now()
    return [InstanceLine(row, in_language(row.names, tongue) or row.code, euros(row.cost) if row.cost else "")
            for row in complaint.instances.select_related("by_member__user").order_by("id")]  # fmt: skip


def _others(complaint: Complaint) -> list[Complaint]:
    """Other lines of the same ticket: annulled ones stay in view."""
    rows = Complaint.objects.filter(ticket_id=complaint.ticket_id).exclude(pk=complaint.pk)
    return list(rows.select_related("annulled_by__user").order_by("id"))


def owed_lines(complaint: Complaint) -> list[str]:
    """How the compensation of the rule is computed today; nothing where the rule knows none."""
    if not escalation.rules_for(complaint).compensation:
        return []
    return words.compensation_lines(words.computed_for(complaint).lines, words.step_names(complaint))


def limit_sentence(complaint: Complaint, member: Membership) -> str:
    """What the operator may grant by themselves, and what was offered already."""
    limit = limit_of(member, "")
    offered = remedies.spent(complaint)
    if limit.amount is None:
        said = _("You may grant any amount. Offered on this complaint so far: %(offered)s.")
        return said % {"offered": euros(offered)}
    return _(
        "You may grant up to %(limit)s on one complaint; offered so far: %(offered)s. Above it somebody with a"
        " higher limit decides."
    ) % {"limit": euros(limit.amount), "offered": euros(offered)}


def line_for_side(ticket: Ticket) -> Complaint | None:
    """The newest line of the register of a ticket, one query."""
    return Complaint.objects.filter(ticket=ticket).select_related("responsible__user").order_by("-id").first()

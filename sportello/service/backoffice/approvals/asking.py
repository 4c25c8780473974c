"""Asking for approval, approving, sending back, wording anew; and the leaving of what was approved, unchanged.

Why a row of its own and no waiting reply: `docs/decisions/0012-approvals-have-a-story.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import NotAllowed, Refusal, Stale
from sportello.foundation.core.text import clean
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.records.accounts.models import Membership, TeamMembership
from sportello.records.accounts.people import person_for
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.actions import ending
from sportello.records.tickets.actions.change import Change, changing, lock
from sportello.records.tickets.actions.messages import refuse_answer
from sportello.records.tickets.blockers import Missing
from sportello.records.tickets.clearance import Leaving
from sportello.records.tickets.models import Closure, Message, Ticket
from sportello.records.tickets.words import File
from sportello.service.channels import recipients, waiting

from ..models import (
    Approval,
    ApprovalFile,
    ApprovalStep,
    ApprovalText,
    ApprovalVerdict,
)
from .rules import MOST_STEPS, Approver, rule_of, wants

_State = Approval.State


@dataclass(frozen=True)
class Draft:
    """What would leave: a reply (with what follows it), or, without words, a decision: outcome and reason."""

    text: str = ""
    base_position: int = 0
    to: Sequence[tuple[str, str]] = ()
    cc: Sequence[tuple[str, str]] = ()
    files: Sequence[File] = ()
    then: str = "keep"
    outcome: str = ""
    reason: str = ""

    @property
    def sort(self) -> str:
        return Approval.Sort.REPLY if clean(self.text) else Approval.Sort.DECISION


def ask(
    ticket: Ticket, draft: Draft, *, by: Membership, steps: Sequence[Approver] = (), at: datetime | None = None
) -> Approval:
    """Ask for approval: of the approvers of the ticket's kind, else of those named by hand. Refused now is what would
    be refused when it leaves."""
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        wanted = _steps(row, draft.sort, steps)
        _refuse_blind(row, wanted, by)
        approval = Approval.objects.create(
            organisation_id=row.organisation_id, ticket=row, author=by, sort=draft.sort, asked_at=change.at
        )
        ApprovalStep.objects.bulk_create(
            ApprovalStep(
                organisation_id=row.organisation_id, approval=approval, position=number, member=one.member,
                team=one.team,
            )
            for number, one in enumerate(wanted, 1)
        )
        _word(change, approval, draft, by)
        entry = change.event("approval_asked", member=by, approval_id=approval.pk)
        _tell(change, approval, "approval.asked", sort=approval.sort)
        change.tell("ticket.approval", entry_id=entry.pk, approval_id=approval.pk)
    return approval


def reword(approval: Approval, draft: Draft, *, by: Membership, at: datetime | None = None) -> ApprovalText:
    """Another wording: approved by nobody yet, whatever the one before had."""
    with changing(approval.ticket, person(by.user_id), at) as change:
        fresh = _locked(approval)
        _refuse_settled(fresh)
        if fresh.author_id != by.pk:
            raise NotAllowed(_("Only who asked can change the words."))
        if draft.sort != fresh.sort:
            raise Refusal(_("A reply stays a reply, and a decision a decision. Ask anew for the other."))
        wording = _word(change, fresh, draft, by)
        fresh.state, fresh.held_words = _State.PENDING, ""
        fresh.save(update_fields=["state", "held_words"])
        _tell(change, fresh, "approval.reworded", number=wording.number)
        change.tell("ticket.approval", approval_id=fresh.pk)
    approval.refresh_from_db()
    return wording


def approve(approval: Approval, number: int, *, by: Membership, at: datetime | None = None) -> None:
    """Approve wording `number` at the step it stands at; the last one lets it leave. Stale when there is a newer."""
    with changing(approval.ticket, person(by.user_id), at) as change:
        fresh, wording, step = _at_step(approval, number, by)
        _verdict(change, wording, step, ApprovalVerdict.Sort.APPROVED, "", by)
        _tell(change, fresh, "approval.step_approved", number=number, position=step.position)
        entry = change.event("approval_given", member=by, approval_id=fresh.pk)
        change.tell("ticket.approval", entry_id=entry.pk, approval_id=fresh.pk)
        if next_step(fresh, wording) is None:
            fresh.state = _State.APPROVED
            fresh.save(update_fields=["state"])
    approval.refresh_from_db()
    if approval.state == _State.APPROVED:
        _leave_or_hold(approval)


def send_back(approval: Approval, number: int, words: str, *, by: Membership, at: datetime | None = None) -> None:
    """Not so: with words for its author."""
    said = clean(words)
    if not said:
        raise Refusal(_("Say what should be different: its author reads it."), field="words")
    with changing(approval.ticket, person(by.user_id), at) as change:
        fresh, wording, step = _at_step(approval, number, by)
        _verdict(change, wording, step, ApprovalVerdict.Sort.SENT_BACK, said, by)
        fresh.state = _State.SENT_BACK
        fresh.save(update_fields=["state"])
        entry = change.event("approval_sent_back", member=by, approval_id=fresh.pk)
        _tell(change, fresh, "approval.sent_back", number=number, position=step.position)
        change.tell("ticket.approval", entry_id=entry.pk, approval_id=fresh.pk)
    approval.refresh_from_db()


def withdraw(approval: Approval, *, by: Membership, at: datetime | None = None) -> None:
    """Its author does not want it any more."""
    with changing(approval.ticket, person(by.user_id), at) as change:
        fresh = _locked(approval)
        _refuse_settled(fresh)
        if fresh.author_id != by.pk:
            raise NotAllowed(_("Only who asked can withdraw it."))
        fresh.state, fresh.settled_at = _State.WITHDRAWN, change.at
        fresh.save(update_fields=["state", "settled_at"])
        _tell(change, fresh, "approval.withdrawn")
        change.tell("ticket.approval", approval_id=fresh.pk)
    approval.refresh_from_db()


def send(approval: Approval, *, by: Membership, base_position: int) -> None:
    """What is approved and was held leaves now, as it was approved: who sends has read up to `base_position`."""
    if approval.state != _State.APPROVED:
        raise Refusal(_("It is not approved, or has left already."))
    if approval.author_id != by.pk:
        raise NotAllowed(_("Only who asked can send it."))
    _leave(approval, base_position)
    approval.refresh_from_db()


def undecided(ticket: Ticket, outcome: str) -> Iterable[Missing]:
    """A blocker of merging: words that wait for a colleague would leave from a ticket that is no more. Other endings
    take no look: what was approved leaves with them, or was approved for them."""
    if outcome != Closure.Outcome.DUPLICATE:
        return
    waiting_ones = Approval.objects.filter(
        ticket=ticket, state__in=(_State.PENDING, _State.SENT_BACK, _State.APPROVED)
    ).select_related("author__user")
    for approval in waiting_ones.order_by("pk"):
        said = _("what %(name)s asked approval for: decide it, send it or withdraw it")
        yield Missing("approval", said % {"name": approval.author.user.name}, "approvals")


# Leaving ------------------------------


def _leave_or_hold(approval: Approval) -> None:
    """At its last approval it leaves by itself; what has changed meanwhile holds it for its author, approved as is."""
    try:
        _leave(approval, 0)
    except Refusal as refusal:
        with changing(approval.ticket, person(approval.author.user_id)) as change:
            fresh = _locked(approval)
            fresh.held_words = str(refusal.sentence)
            fresh.save(update_fields=["held_words"])
            entry = change.event("approval_held", approval_id=fresh.pk)
            _tell(change, fresh, "approval.held")
            change.tell("ticket.approval", entry_id=entry.pk, approval_id=fresh.pk)
    approval.refresh_from_db()


def _leave(approval: Approval, base_position: int) -> None:
    """The newest wording by the verb of any other answer, or of any other close; with the same refusals."""
    with transaction.atomic():
        row = lock(approval.ticket)
        fresh = _locked(approval)
        if fresh.state != _State.APPROVED:
            raise Stale(_("It has left already."))
        wording = newest(fresh)
        message: Message | None = None
        if fresh.sort == Approval.Sort.REPLY:
            sent = waiting.send(row, fresh.author, reply_of(wording, max(base_position, wording.base_position)))
            message = sent if isinstance(sent, Message) else None
        else:
            ending.close(row, by=fresh.author, outcome=wording.outcome, reason=wording.reason)
        with changing(row, person(fresh.author.user_id)) as change:
            fresh.state, fresh.settled_at, fresh.message, fresh.held_words = _State.LEFT, change.at, message, ""
            fresh.save(update_fields=["state", "settled_at", "message", "held_words"])
            _tell(change, fresh, "approval.left", message_id=message.pk if message else None)
            change.tell("ticket.approval", approval_id=fresh.pk)


def reply_of(wording: ApprovalText, base_position: int) -> waiting.Reply:
    files = [File(one.filename, one.blob) for one in wording.files.select_related("blob").order_by("pk")]
    return waiting.Reply(
        wording.text, base_position, [(name, address) for name, address in wording.to],
        [(name, address) for name, address in wording.cc], files, wording.then, wording.outcome, wording.reason,
    )


# What these share ------------------------------


def newest(approval: Approval) -> ApprovalText:
    wording = approval.texts.order_by("-number").first()
    if wording is None:
        raise LookupError(f"approval {approval.pk} has no words")
    return wording


def next_step(approval: Approval, wording: ApprovalText) -> ApprovalStep | None:
    """The first step that has not approved this wording; None when all have."""
    given = wording.verdicts.filter(sort=ApprovalVerdict.Sort.APPROVED).values("step")
    return approval.steps.exclude(pk__in=given).order_by("position").first()


def may_decide(step: ApprovalStep, approval: Approval, member: Membership) -> bool:
    """Whether `member` may give the verdict of `step`: never on their own words (four eyes)."""
    if member.pk == approval.author_id or member.organisation_id != approval.organisation_id:
        return False
    if step.member_id is not None:
        return step.member_id == member.pk
    if step.team_id is not None:
        return TeamMembership.objects.filter(membership=member, team=step.team_id).exists()
    return member.role == Membership.Role.SUPERVISOR


def _at_step(approval: Approval, number: int, by: Membership) -> tuple[Approval, ApprovalText, ApprovalStep]:
    fresh = _locked(approval)
    wording = newest(fresh)
    if wording.number != number:
        raise Stale(_("The words were changed since you read them. Read them again."))
    if fresh.state != _State.PENDING:
        raise Refusal(_("It does not wait for an approval."))
    step = next_step(fresh, wording)
    if step is None or not may_decide(step, fresh, by):
        raise NotAllowed(_("It is not your turn to approve this."))
    return fresh, wording, step


def _steps(ticket: Ticket, sort: str, by_hand: Sequence[Approver]) -> list[Approver]:
    rule = rule_of(ticket)
    if wants(rule, sort) and rule is not None:
        steps = rule.steps.select_related("member", "team").order_by("position")
        return [Approver(step.member, step.team) for step in steps]
    if not 0 < len(by_hand) <= MOST_STEPS:
        raise Refusal(_("Name between one and %(most)d approvers.") % {"most": MOST_STEPS}, field="steps")
    return list(by_hand)


def _refuse_blind(ticket: Ticket, steps: Sequence[Approver], author: Membership) -> None:
    """A step nobody could take: its people may not see the ticket, or are the author alone."""
    for number, step in enumerate(steps, 1):
        here = Membership.objects.filter(organisation=ticket.organisation_id, ended_at__isnull=True)
        who = here.exclude(pk=author.pk)
        if step.member is not None:
            who = who.filter(pk=step.member.pk)
        elif step.team is not None:
            who = who.filter(team_places__team=step.team)
        else:
            who = who.filter(role=Membership.Role.SUPERVISOR)
        users = [one.user for one in who.select_related("user")]
        if not any(tickets_for(person_for(user)).filter(pk=ticket.pk).exists() for user in users):
            raise Refusal(
                _("Nobody of step %(number)d may see this ticket: name another, or change who may see it.")
                % {"number": number}
            )


def _word(change: Change, approval: Approval, draft: Draft, by: Membership) -> ApprovalText:
    row, text, reason = change.ticket, clean(draft.text), clean(draft.reason)
    to, cc = recipients.checked(row.organisation, draft.to, draft.cc)
    if approval.sort == Approval.Sort.REPLY:
        refuse_answer(row, text, draft.base_position)
    if approval.sort == Approval.Sort.DECISION or draft.then == "close":
        _refuse_ending(row, draft.outcome, reason)
    leaving = Leaving("answer", text, to, cc, draft.files)
    if approval.sort == Approval.Sort.DECISION:
        leaving = Leaving("closing", reason, outcome=draft.outcome)
    last = approval.texts.order_by("-number").values_list("number", flat=True).first()
    wording = ApprovalText.objects.create(
        organisation_id=row.organisation_id, approval=approval, number=(last or 0) + 1, text=text,
        to=[list(one) for one in to], cc=[list(one) for one in cc], base_position=draft.base_position, then=draft.then,
        outcome=draft.outcome, reason=reason, digest=leaving.digest, by_member=by, at=change.at,
    )
    ApprovalFile.objects.bulk_create(
        ApprovalFile(organisation_id=row.organisation_id, wording=wording, blob=file.blob, filename=file.filename[:255])
        for file in draft.files
    )
    return wording


def _refuse_ending(ticket: Ticket, outcome: str, reason: str) -> None:
    if outcome not in Closure.Outcome.values:
        raise Refusal(_("Choose how it ended."), field="outcome")
    if not reason:
        raise Refusal(_("Say why it ends so: the customer reads it."), field="reason")
    if ticket.is_closed:
        raise Refusal(_("This ticket is already closed."))


def _verdict(
    change: Change, wording: ApprovalText, step: ApprovalStep, sort: str, words: str, by: Membership
) -> None:
    ApprovalVerdict.objects.create(
        organisation_id=wording.organisation_id, wording=wording, step=step, sort=sort, words=words, by_member=by,
        at=change.at,
    )


def _locked(approval: Approval) -> Approval:
    """As it is now; its ticket is locked already."""
    return Approval.objects.select_related("author__user", "ticket__organisation").get(pk=approval.pk)


def _refuse_settled(approval: Approval) -> None:
    if not approval.is_open:
        raise Refusal(_("It has left, or was withdrawn."))


def _tell(change: Change, approval: Approval, verb: str, **payload: object) -> None:
    record(
        change.ticket.organisation, verb, approval, change.actor, at=change.at, ticket_id=change.ticket.pk, **payload
    )

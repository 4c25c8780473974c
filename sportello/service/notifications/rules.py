"""Who is told of an event, and why: one rule a verb.

Most events concern nobody: a rule looks at the payload first, and asks the database only when somebody may be told.
Whether each may see the ticket, wants to hear of it and did it themselves is asked afterwards, in `telling.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from sportello.foundation.journal.reader import Read
from sportello.records.accounts.models import Membership, TeamMembership
from sportello.records.tickets.models import Mention, Moment, Snooze, Ticket
from sportello.service.backoffice.approvals import asking
from sportello.service.backoffice.complaints import remedies
from sportello.service.backoffice.models import Approval, ApprovalStep, Forwarding, OfferedRemedy
from sportello.service.channels.models import WaitingReply

from .reasons import DESK, MAIL, PUSH


@dataclass(frozen=True)
class Told:
    """One member, what they are told (a key of `reasons.HAPPENINGS`) of which ticket, on account of which team."""

    member_id: int
    ticket_id: int
    what: str
    team_id: int | None = None
    #: It happened by itself although the journal names them: they are told all the same.
    by_itself: bool = False


def told_by(event: Read) -> list[Told]:
    """Whom the event may concern, each once: the first reason counts."""
    rule = RULES.get(event.verb)
    found: dict[int, Told] = {}
    for one in rule(event) if rule else ():
        found.setdefault(one.member_id, one)
    return list(found.values())


def _owner(event: Read) -> int | None:
    """Whose the ticket was then and is now: what concerned somebody who has it no more is no news."""
    owner_id = event.payload.get("owner_id")
    if owner_id is None or not Ticket.objects.filter(pk=event.subject_id, owner_id=owner_id).exists():
        return None
    return int(owner_id)


def _to_owner(what: str) -> Callable[[Read], Iterable[Told]]:
    def rule(event: Read) -> Iterable[Told]:
        owner_id = _owner(event)
        if owner_id is not None:
            yield Told(owner_id, event.subject_id, what)

    return rule


def _given(event: Read) -> Iterable[Told]:
    """Into other hands, or into a team whose people follow what nobody has."""
    payload = event.payload
    if payload.get("owner_id") is None:
        if event.verb == "ticket.opened" or payload.get("team_id") != payload.get("before_team_id"):
            yield from _followers(event)
    elif payload.get("owner_id") != payload.get("before_owner_id"):
        owner_id = _owner(event)
        if owner_id is not None:
            yield Told(owner_id, event.subject_id, "assigned_by" if event.actor_kind == "person" else "assigned")


def _followers(event: Read) -> Iterable[Told]:
    team_id = event.payload["team_id"]
    if event.payload.get("status") == Ticket.Status.CLOSED:
        return
    chosen = {"membership__user__notification_choice__wanted__new__has_any_keys": [DESK, MAIL, PUSH]}
    places = TeamMembership.objects.filter(team_id=team_id, membership__ended_at__isnull=True, **chosen)
    for member_id in places.order_by("membership_id").values_list("membership_id", flat=True):
        yield Told(member_id, event.subject_id, "new", team_id)


def _mentioned(event: Read) -> Iterable[Told]:
    unread = Mention.objects.unread().filter(entry=event.payload["entry_id"], member__in=event.payload["member_ids"])
    for member_id, ticket_id in unread.values_list("member_id", "ticket_id"):
        yield Told(member_id, ticket_id, "mentioned")


def _customer_wrote(event: Read) -> Iterable[Told]:
    return () if event.payload.get("machine") else _to_owner("answered")(event)


def _warned(event: Read) -> Iterable[Told]:
    if event.payload["whom"] != Moment.Whom.OWNER:
        return
    moment = Moment.objects.select_related("term").filter(pk=event.payload["moment_id"]).first()
    if moment is not None and moment.to_member_id is not None:
        is_office = moment.term is not None and moment.term.kind == "office"
        yield Told(moment.to_member_id, event.subject_id, "office_late" if is_office else "due")


def _woken(event: Read) -> Iterable[Told]:
    """When the customer wrote or somebody was given it, that is what they are told."""
    if event.payload["how"] in (Snooze.Woken.TIME, Snooze.Woken.PROMISE, Snooze.Woken.BY_HAND):
        yield from _to_owner("woken")(event)


def _held(event: Read) -> Iterable[Told]:
    reply = WaitingReply.objects.filter(pk=event.payload["reply_id"]).first()
    if reply is not None:
        yield Told(reply.member_id, event.subject_id, "reply_held", by_itself=True)


def _office_answered(event: Read) -> Iterable[Told]:
    return () if event.payload.get("machine") else _to_owner("office_answered")(event)


def _question(event: Read) -> Iterable[Told]:
    forwarding = Forwarding.objects.select_related("office").filter(pk=event.subject_id).first()
    if forwarding is not None and forwarding.office.is_inside:
        yield from _team(forwarding.ticket_id, forwarding.office.team_id, "question_waits")


def _approval(event: Read) -> Iterable[Told]:
    """Whose turn it is, or, when nobody's is left, who asked."""
    approval = Approval.objects.filter(pk=event.subject_id).first()
    if approval is None:
        return
    if approval.state == Approval.State.PENDING:
        step = asking.next_step(approval, asking.newest(approval))
        if step is not None:
            yield from _turn(approval, step)
    elif event.verb == "approval.step_approved":
        yield Told(approval.author_id, approval.ticket_id, "approval_given")


def _turn(approval: Approval, step: ApprovalStep) -> Iterable[Told]:
    if step.member_id is not None:
        yield Told(step.member_id, approval.ticket_id, "approval_waits")
    elif step.team_id is not None:
        yield from _team(approval.ticket_id, step.team_id, "team_approval_waits")
    else:
        for member_id in _supervisors(approval.organisation_id):
            yield Told(member_id, approval.ticket_id, "approval_waits")


def _to_author(what: str, *, by_itself: bool = False) -> Callable[[Read], Iterable[Told]]:
    def rule(event: Read) -> Iterable[Told]:
        approval = Approval.objects.filter(pk=event.subject_id).first()
        if approval is not None:
            yield Told(approval.author_id, approval.ticket_id, what, by_itself=by_itself)

    return rule


def _remedy(event: Read) -> Iterable[Told]:
    if not event.payload.get("waits"):
        return
    remedy = OfferedRemedy.objects.select_related("complaint").filter(pk=event.subject_id).first()
    if remedy is None or not remedy.waits:
        return
    for member in Membership.objects.filter(pk__in=_supervisors(event.organisation_id)):
        if remedies.may_decide(remedy, member):
            yield Told(member.pk, remedy.complaint.ticket_id, "remedy_waits")


def _remedy_decided(event: Read) -> Iterable[Told]:
    remedy = OfferedRemedy.objects.select_related("complaint").filter(pk=event.subject_id).first()
    if remedy is not None:
        what = "remedy_granted" if event.verb == "remedy.granted" else "remedy_refused"
        yield Told(remedy.offered_by_id, remedy.complaint.ticket_id, what)


def _team(ticket_id: int, team_id: int | None, what: str) -> Iterable[Told]:
    if team_id is None:
        return
    places = TeamMembership.objects.filter(team_id=team_id, membership__ended_at__isnull=True)
    for member_id in places.order_by("membership_id").values_list("membership_id", flat=True):
        yield Told(member_id, ticket_id, what, team_id)


def _supervisors(organisation_id: int) -> list[int]:
    here = Membership.objects.filter(organisation_id=organisation_id, ended_at__isnull=True)
    return list(here.filter(role=Membership.Role.SUPERVISOR).order_by("pk").values_list("pk", flat=True))


RULES: Final[dict[str, Callable[[Read], Iterable[Told]]]] = {
    "ticket.opened": _given,
    "ticket.assigned": _given,
    "ticket.moved": _given,
    "ticket.mentioned": _mentioned,
    "message.received": _customer_wrote,
    "ticket.warned": _warned,
    "ticket.term_missed": _to_owner("overdue"),
    "ticket.level_breached": _to_owner("overdue"),
    "ticket.woken": _woken,
    "ticket.undelivered": _to_owner("undelivered"),
    "reply.held": _held,
    "aside.answered": _office_answered,
    "forwarding.asked": _question,
    "approval.asked": _approval,
    "approval.reworded": _approval,
    "approval.step_approved": _approval,
    "approval.sent_back": _to_author("approval_sent_back"),
    "approval.held": _to_author("approval_held", by_itself=True),
    "remedy.offered": _remedy,
    "remedy.granted": _remedy_decided,
    "remedy.refused": _remedy_decided,
}

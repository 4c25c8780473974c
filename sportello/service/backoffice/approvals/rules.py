"""Which kinds want approval, by whom, in which order; and the clearance that asks for it wherever something leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.set_up import kept
from sportello.records.accounts.models import Membership, Team
from sportello.records.procedures.models import Kind
from sportello.records.tickets.blockers import WITHOUT_ANSWER
from sportello.records.tickets.clearance import Leaving
from sportello.records.tickets.models import Ticket

from ..models import Approval, ApprovalRule, ApprovalRuleStep, ApprovalText

MOST_STEPS = 6


@dataclass(frozen=True)
class Approver:
    """Exactly one of both; neither: any supervisor."""

    member: Membership | None = None
    team: Team | None = None


def make_rule(
    kind: Kind, covers: str, steps: Sequence[Approver], *, by: Membership, at: datetime | None = None
) -> ApprovalRule:
    """From now on; the rule before it ends. What is on its way keeps the steps it has."""
    if covers not in ApprovalRule.Covers.values:
        raise Refusal(_("Choose what is approved."), field="covers")
    if not 0 < len(steps) <= MOST_STEPS:
        raise Refusal(_("Name between one and %(most)d approvers.") % {"most": MOST_STEPS}, field="steps")
    now = at or clock.now(kind.organisation)
    with transaction.atomic():
        Kind.objects.select_for_update(no_key=True).get(pk=kind.pk)
        _end(kind, by, now)
        rule = ApprovalRule.objects.create(
            organisation_id=kind.organisation_id, kind=kind, covers=covers, made_at=now, by_member=by
        )
        ApprovalRuleStep.objects.bulk_create(
            ApprovalRuleStep(
                organisation_id=kind.organisation_id, rule=rule, position=number, member=step.member, team=step.team
            )
            for number, step in enumerate(steps, 1)
        )
        record(
            kind.organisation, "approval_rule.made", rule, person(by.user_id), at=now, kind_id=kind.pk, covers=covers,
            steps=len(steps),
        )
    return rule


def end_rule(kind: Kind, *, by: Membership, at: datetime | None = None) -> None:
    """Nothing of this kind needs approval any more."""
    with transaction.atomic():
        _end(kind, by, at or clock.now(kind.organisation))


def _end(kind: Kind, by: Membership, now: datetime) -> None:
    for rule in ApprovalRule.objects.filter(kind=kind, ended_at__isnull=True):
        rule.ended_at = now
        rule.save(update_fields=["ended_at"])
        record(kind.organisation, "approval_rule.ended", rule, person(by.user_id), at=now, kind_id=kind.pk)


def rule_of(ticket: Ticket) -> ApprovalRule | None:
    """What is approved first on requests of its kind."""
    return kept(ticket.organisation, "approval rules", lambda: _rules(ticket.organisation_id)).get(ticket.kind_id)


def _rules(organisation_id: int) -> dict[int, ApprovalRule]:
    """The rules in force, by kind."""
    found = ApprovalRule.objects.filter(organisation=organisation_id, ended_at__isnull=True).order_by("-pk")
    return {rule.kind_id: rule for rule in found}


def wants(rule: ApprovalRule | None, sort: str) -> bool:
    """Whether a reply or a decision of its kind is approved first."""
    if rule is None:
        return False
    both = ApprovalRule.Covers.BOTH
    wanted = ApprovalRule.Covers.REPLIES if sort == Approval.Sort.REPLY else ApprovalRule.Covers.DECISIONS
    return rule.covers in (both, wanted)


def clear(ticket: Ticket, leaving: Leaving) -> str:
    """The clearance: what leaves is, to the letter, what was approved and has not left yet."""
    sort = Approval.Sort.REPLY if leaving.what == "answer" else Approval.Sort.DECISION
    if sort == Approval.Sort.DECISION and leaving.outcome in WITHOUT_ANSWER:
        return ""  # nothing was decided
    if not wants(rule_of(ticket), sort):
        return ""
    if _is_approved(ticket, leaving):
        return ""
    if sort == Approval.Sort.REPLY:
        return _("Replies of this kind are approved before they leave: ask for approval, or send what was approved "
                 "without changing it.")
    return _("How a request of this kind ends is approved first: ask for approval of outcome and reason.")


def _is_approved(ticket: Ticket, leaving: Leaving) -> bool:
    approved = ApprovalText.objects.filter(approval__ticket=ticket, approval__state=Approval.State.APPROVED)
    newest: dict[int, ApprovalText] = {}
    for wording in approved.order_by("number"):
        newest[wording.approval_id] = wording  # an older wording was not approved by anybody
    if leaving.what == "answer":
        return any(one.digest == leaving.digest for one in newest.values())
    return any((one.outcome, one.reason) == (leaving.outcome, leaving.text) for one in newest.values())

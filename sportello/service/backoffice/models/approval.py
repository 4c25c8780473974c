"""Approvals: a reply or a decision waits for one or more colleagues, in order; what they approve leaves unchanged.

Each wording is a row (`ApprovalText`) with the digest of all that would leave; a verdict is about one wording. A
changed wording has no verdicts: it needs them anew, by construction.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership, Team
from sportello.records.procedures.models import Kind
from sportello.records.tickets.models import Closure, Message, Ticket


class ApprovalRule(OrganisationModel):
    """What of a kind leaves only after approval. The newest that has not ended counts."""

    class Covers(models.TextChoices):
        REPLIES = "replies", _("Replies")
        DECISIONS = "decisions", _("Decisions: how a request ends, and why")
        BOTH = "both", _("Replies and decisions")

    kind = OwnedKey(Kind, on_delete=models.PROTECT, related_name="approval_rules")
    covers = models.CharField(max_length=10, choices=Covers.choices, default=Covers.BOTH)
    made_at = models.DateTimeField()
    by_member = OwnedKey(Membership, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            # every answer and every close asks for it
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(ended_at__isnull=True), name="approval_rule_one_in_force"
            ),
        ]


class _Approver(OrganisationModel):
    """Who decides at a step: one person, anybody of a team, or any supervisor."""

    position = models.PositiveSmallIntegerField()
    member = OwnedKey(Membership, related_name="+", null=True, blank=True)
    team = OwnedKey(Team, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        abstract = True


class ApprovalRuleStep(_Approver):
    rule = OwnedKey(ApprovalRule, on_delete=models.PROTECT, related_name="steps")

    class Meta(_Approver.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["rule", "position"], name="approval_rule_step_once"),
        ]


class Approval(OrganisationModel):
    class Sort(models.TextChoices):
        REPLY = "reply", _("Reply to the customer")
        DECISION = "decision", _("Decision")

    class State(models.TextChoices):
        PENDING = "pending", _("To be approved")
        SENT_BACK = "sent_back", _("Sent back")
        #: Approved, and held only because something came meanwhile: its author looks.
        APPROVED = "approved", _("Approved, not sent yet")
        LEFT = "left", _("Approved and sent")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="approvals")
    author = OwnedKey(Membership, related_name="+")
    sort = models.CharField(max_length=10, choices=Sort.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    #: Why it did not leave although approved, in the sentence of the refusal.
    held_words = models.TextField(blank=True)
    message = OwnedKey(Message, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [
            # what waits for approval, and what is approved and may leave
            models.Index(
                fields=["organisation", "asked_at"],
                name="approval_open",
                condition=models.Q(state__in=("pending", "sent_back", "approved")),
            ),
            models.Index(fields=["ticket", "state"], name="approval_of_ticket"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.PENDING, self.State.SENT_BACK, self.State.APPROVED)


class ApprovalStep(_Approver):
    approval = OwnedKey(Approval, on_delete=models.PROTECT, related_name="steps")

    class Meta(_Approver.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["approval", "position"], name="approval_step_once"),
        ]


class ApprovalText(OrganisationModel):
    """One wording, never changed."""

    approval = OwnedKey(Approval, on_delete=models.PROTECT, related_name="texts")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    #: `[[name, address], …]`
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    #: The newest public entry its author had read.
    base_position = models.PositiveIntegerField()
    then = models.CharField(max_length=10, default="keep")
    outcome = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    #: SHA-256 of all that would leave: words, recipients, files, ending.
    digest = models.CharField(max_length=64, db_collation="C")
    by_member = OwnedKey(Membership, related_name="+")
    at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["approval", "number"], name="approval_text_once"),
        ]

    @property
    def outcome_word(self) -> str:
        return str(dict(Closure.Outcome.choices).get(self.outcome, self.outcome))


class ApprovalFile(OrganisationModel):
    """A file that would leave with a wording."""

    wording = OwnedKey(ApprovalText, on_delete=models.PROTECT, related_name="files")
    blob = OwnedKey(Blob, related_name="+")
    filename = models.CharField(max_length=255)


class ApprovalVerdict(OrganisationModel):
    class Sort(models.TextChoices):
        APPROVED = "approved", _("Approved")
        SENT_BACK = "sent_back", _("Sent back")

    wording = OwnedKey(ApprovalText, on_delete=models.PROTECT, related_name="verdicts")
    step = OwnedKey(ApprovalStep, on_delete=models.PROTECT, related_name="verdicts")
    sort = models.CharField(max_length=10, choices=Sort.choices)
    words = models.TextField(blank=True)
    by_member = OwnedKey(Membership, related_name="+")
    at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["wording", "step"], name="approval_verdict_once"),
            models.CheckConstraint(
                condition=models.Q(sort="approved") | ~models.Q(words=""), name="approval_sent_back_with_words"
            ),
        ]

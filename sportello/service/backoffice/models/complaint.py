"""A complaint in the register: its number without gaps, how grave it is, who answers for it, its stages."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sportello.foundation.tenancy.models import HangingModel, OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind, Procedure
from sportello.records.tickets.models import Message, Ticket


class ComplaintCounter(OrganisationModel):
    """The last number of a year. Locked last in the transaction that registers, so that none is ever skipped:
    what is undone gives its number back."""

    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "year"], name="complaint_counter_once"),
        ]


class Complaint(OrganisationModel):
    """One line of the register. Never deleted, never renumbered: a wrong one is annulled and stays in view."""

    class Severity(models.IntegerChoices):
        SLIGHT = 1, pgettext_lazy("severity", "Slight")
        MODERATE = 2, pgettext_lazy("severity", "Moderate")
        GRAVE = 3, pgettext_lazy("severity", "Grave")
        CRITICAL = 4, pgettext_lazy("severity", "Critical")

    class Risk(models.IntegerChoices):
        """How likely it is to happen again, or to others."""

        SINGLE = 1, pgettext_lazy("risk", "A single case")
        POSSIBLE = 2, pgettext_lazy("risk", "It may happen again")
        LIKELY = 3, pgettext_lazy("risk", "It will happen again")
        SPREADING = 4, pgettext_lazy("risk", "It is happening to others")

    class Finding(models.TextChoices):
        UPHELD = "upheld", pgettext_lazy("finding", "Upheld")
        PARTLY = "partly", pgettext_lazy("finding", "Partly upheld")
        NOT_UPHELD = "not_upheld", pgettext_lazy("finding", "Not upheld")
        NOT_FOR_US = "not_for_us", pgettext_lazy("finding", "For another body")
        WITHDRAWN = "withdrawn", pgettext_lazy("finding", "Withdrawn")

    class Cause(models.TextChoices):
        """What went wrong, as the inquiry found it; the annual report counts by it."""

        DELAY = "delay", pgettext_lazy("cause", "Delay")
        ERROR = "error", pgettext_lazy("cause", "Mistake in the work")
        BILLING = "billing", pgettext_lazy("cause", "Wrong amount")
        QUALITY = "quality", pgettext_lazy("cause", "Quality of product or service")
        CONDUCT = "conduct", pgettext_lazy("cause", "Conduct of staff")
        INFORMATION = "information", pgettext_lazy("cause", "Wrong or missing information")
        ACCESS = "access", pgettext_lazy("cause", "Hard to reach or to use")
        RULE = "rule", pgettext_lazy("cause", "The rule itself")
        NONE = "none", pgettext_lazy("cause", "Nothing went wrong")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="complaints")
    #: What it was at intake, and the version of the rule it is handled by; the ticket may run under another, where it
    #: was opened as something else.
    kind = OwnedKey(Kind, related_name="+")
    procedure = OwnedKey(Procedure, related_name="+")
    year = models.PositiveIntegerField()
    serial = models.PositiveIntegerField()
    #: The customer's word that complains, from which its term runs; and when it was entered.
    received_at = models.DateTimeField()
    registered_at = models.DateTimeField()
    #: Null: registered by itself when the ticket was opened as a complaint.
    registered_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    #: Where the rule comes from and its term, as they stood at intake.
    legal_basis = models.CharField(max_length=300)
    term_value = models.PositiveIntegerField()
    term_unit = models.CharField(max_length=20, choices=Procedure.Unit.choices)
    #: As counted at intake; what stopped or moved it since stands on the ticket's terms.
    due_at = models.DateTimeField()
    #: Null until the first assessment.
    severity = models.PositiveSmallIntegerField(choices=Severity.choices, null=True, blank=True)
    risk = models.PositiveSmallIntegerField(choices=Risk.choices, null=True, blank=True)
    #: Somebody's safety or health is in question: it goes before all others.
    is_safety = models.BooleanField(default=False)
    #: Who answers for it; the customer is told their name.
    responsible = OwnedKey(Membership, related_name="+", null=True, blank=True)
    cause = models.CharField(max_length=20, choices=Cause.choices, blank=True)
    finding = models.CharField(max_length=20, choices=Finding.choices, blank=True)
    #: When the final reply left.
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    annulled_at = models.DateTimeField(null=True, blank=True)
    annulled_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    annulled_why = models.TextField(blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "year", "serial"], name="complaint_number_once"),
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(annulled_at__isnull=True), name="complaint_in_force_once"
            ),
            models.CheckConstraint(
                condition=Q(annulled_at__isnull=True) | ~Q(annulled_why=""), name="complaint_annulled_with_reason"
            ),
        ]
        indexes = [
            # those still open, gravest first
            models.Index(
                fields=["organisation", "-severity", "id"],
                name="complaint_open",
                condition=Q(closed_at__isnull=True, annulled_at__isnull=True),
            ),
            # the register by number of those open, late ones among them, and of those annulled: few among all
            models.Index(
                "organisation",
                F("year").desc(),
                F("serial").desc(),
                name="complaint_open_by_number",
                condition=Q(closed_at__isnull=True, annulled_at__isnull=True),
            ),
            models.Index(
                "organisation",
                F("year").desc(),
                F("serial").desc(),
                name="complaint_annulled",
                condition=Q(annulled_at__isnull=False),
            ),
            # the annual report, and the list by day
            models.Index(fields=["organisation", "received_at"], name="complaint_by_received"),
        ]

    @property
    def number(self) -> str:
        """`R-2026-0042`: the register's own, apart from the ticket's."""
        return f"R-{self.year}-{self.serial:04d}"

    @property
    def is_annulled(self) -> bool:
        return self.annulled_at is not None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.annulled_at is None


class ComplaintStage(HangingModel):
    """A stage of the chain of ISO 10002, with when and by whom. The first of a sort counts; rows are never changed."""

    class Code(models.TextChoices):
        RECEIPT = "receipt", pgettext_lazy("stage", "Received")
        ACKNOWLEDGEMENT = "acknowledgement", pgettext_lazy("stage", "Acknowledged")
        ASSESSMENT = "assessment", pgettext_lazy("stage", "Assessed")
        INVESTIGATION = "investigation", pgettext_lazy("stage", "Investigated")
        RESPONSE = "response", pgettext_lazy("stage", "Answered")
        DECISION = "decision", pgettext_lazy("stage", "Decided")
        CLOSING = "closing", pgettext_lazy("stage", "Closed")

    complaint = OwnedKey(Complaint, on_delete=models.PROTECT, related_name="stages", db_index=False)
    code = models.CharField(max_length=20, choices=Code.choices)
    at = models.DateTimeField()
    #: Null: it happened by itself.
    by_member = OwnedKey(Membership, related_name="+", null=True, blank=True)
    #: What was found or decided, among colleagues.
    text = models.TextField(blank=True)

    class Meta(HangingModel.Meta):
        indexes = [models.Index(fields=["complaint", "id"], name="complaint_stage_of")]


class ComplaintReply(OrganisationModel):
    """An interim or final reply, block by block: a draft until it is sent, then as it left."""

    class Sort(models.TextChoices):
        INTERIM = "interim", pgettext_lazy("reply", "Interim reply")
        FINAL = "final", pgettext_lazy("reply", "Final reply")

    complaint = OwnedKey(Complaint, on_delete=models.PROTECT, related_name="replies")
    sort = models.CharField(max_length=10, choices=Sort.choices)
    #: `{code of the block: its words}`.
    blocks = models.JSONField(default=dict)
    finding = models.CharField(max_length=20, choices=Complaint.Finding.choices, blank=True)
    #: The whole as its author sent it: by it the reply is known while it waits, and by whatever door it then leaves.
    composed = models.TextField(blank=True)
    #: Codes of mandatory blocks it left without, and why it was sent so.
    left_out = models.JSONField(default=list)
    left_out_why = models.TextField(blank=True)
    written_at = models.DateTimeField()
    by_member = OwnedKey(Membership, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    message = OwnedKey(Message, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["complaint", "sort"], condition=Q(sent_at__isnull=True), name="complaint_reply_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(left_out=[]) | ~Q(left_out_why=""), name="complaint_reply_left_out_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["complaint", "-id"], name="complaint_reply_of")]

    @property
    def is_sent(self) -> bool:
        return self.sent_at is not None


class Instance(OrganisationModel):
    """A second level or outside body the matter went to: conciliation, arbitrator, ombudsman, authority, court."""

    class State(models.TextChoices):
        OPENED = "opened", pgettext_lazy("instance", "Opened")
        HEARD = "heard", pgettext_lazy("instance", "Being heard")
        CONCLUDED = "concluded", pgettext_lazy("instance", "Concluded")
        DROPPED = "dropped", pgettext_lazy("instance", "Dropped")

    class Result(models.TextChoices):
        AGREED = "agreed", pgettext_lazy("result", "Agreement")
        FOR_CUSTOMER = "for_customer", pgettext_lazy("result", "For the customer")
        PARTLY = "partly", pgettext_lazy("result", "Partly for the customer")
        FOR_US = "for_us", pgettext_lazy("result", "Our answer was confirmed")
        INADMISSIBLE = "inadmissible", pgettext_lazy("result", "Not admitted")

    complaint = OwnedKey(Complaint, on_delete=models.PROTECT, related_name="instances")
    #: The remedy of the procedure it follows, and its words at the time.
    code = models.CharField(max_length=60)
    names = models.JSONField(default=dict)
    sort = models.CharField(max_length=20)
    reference = models.CharField(max_length=100, blank=True)
    opened_on = models.DateField()
    #: Until when the body is to decide, and until when we must answer it.
    decides_by = models.DateField(null=True, blank=True)
    answer_by = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPENED)
    result = models.CharField(max_length=20, choices=Result.choices, blank=True)
    result_text = models.TextField(blank=True)
    #: What it cost us, in cents.
    cost = models.PositiveBigIntegerField(default=0)
    concluded_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    by_member = OwnedKey(Membership, related_name="+")

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(state="concluded") | (~Q(result="") & Q(concluded_on__isnull=False)),
                name="instance_concluded_with_result",
            ),
        ]
        indexes = [
            models.Index(fields=["complaint", "id"], name="instance_of_complaint"),
            # those we still have to answer
            models.Index(
                fields=["organisation", "answer_by", "id"],
                name="instance_open",
                condition=Q(state__in=("opened", "heard")),
            ),
        ]


class CorrectiveAction(OrganisationModel):
    """What was learned from a complaint, and what is changed so that it does not happen again: by whom, by when."""

    complaint = OwnedKey(Complaint, on_delete=models.PROTECT, related_name="corrective_actions")
    lesson = models.TextField(_("lesson"))
    action = models.TextField(_("action"))
    #: How the annual report tells the lesson; written without names. Empty: it does not.
    public_text = models.CharField(max_length=500, blank=True)
    owner = OwnedKey(Membership, related_name="+")
    due_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = OwnedKey(Membership, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    #: What came of it.
    effect = models.TextField(blank=True)
    #: When its owner was reminded before its day, and after it: once each.
    reminded_before_at = models.DateTimeField(null=True, blank=True)
    reminded_late_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [
            models.Index(
                fields=["organisation", "due_on", "id"],
                name="corrective_action_open",
                condition=Q(done_at__isnull=True),
            ),
            models.Index(fields=["complaint", "id"], name="corrective_action_of"),
            # what somebody still has to do
            models.Index(
                fields=["owner", "due_on"], name="corrective_action_of_owner", condition=Q(done_at__isnull=True)
            ),
        ]

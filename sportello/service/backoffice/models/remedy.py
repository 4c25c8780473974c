"""What is offered to put a complaint right, what it costs, and who may grant it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .complaint import Complaint


class OfferedRemedy(OrganisationModel):
    """One remedy for one complaint. Above the limit of who offers it, it waits for somebody else's approval."""

    class Sort(models.TextChoices):
        REFUND = "refund", pgettext_lazy("remedy", "Refund")
        REPLACEMENT = "replacement", pgettext_lazy("remedy", "Replacement")
        DISCOUNT = "discount", pgettext_lazy("remedy", "Discount")
        COMPENSATION = "compensation", pgettext_lazy("remedy", "Compensation due")
        APOLOGY = "apology", pgettext_lazy("remedy", "Apology")
        CORRECTION = "correction", pgettext_lazy("remedy", "Correction")

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("remedy", "Waits for approval")
        GRANTED = "granted", pgettext_lazy("remedy", "May be offered")
        REFUSED = "refused", pgettext_lazy("remedy", "Refused")
        ACCEPTED = "accepted", pgettext_lazy("remedy", "Accepted by the customer")
        DECLINED = "declined", pgettext_lazy("remedy", "Declined by the customer")
        DONE = "done", pgettext_lazy("remedy", "Carried out")
        WITHDRAWN = "withdrawn", pgettext_lazy("remedy", "Withdrawn")

    complaint = OwnedKey(Complaint, on_delete=models.PROTECT, related_name="remedies")
    sort = models.CharField(max_length=20, choices=Sort.choices)
    #: What the customer gets, in cents; 0 where it is no money.
    amount = models.PositiveBigIntegerField(default=0)
    #: What it costs the house, in cents: what limits and reports look at.
    cost = models.PositiveBigIntegerField(default=0)
    #: What it is, as the customer reads it.
    text = models.TextField(blank=True)
    #: Why this one: the operator's own words.
    reason = models.TextField()
    state = models.CharField(max_length=20, choices=State.choices)
    #: Of compensation: `[[code, {fact: value}], …]`, how the amount was reached.
    steps = models.JSONField(default=list, blank=True)
    #: The limit of who offered it, as it was then, in cents; null: their role had none.
    limit = models.PositiveBigIntegerField(null=True, blank=True)
    offered_by = OwnedKey(Membership, related_name="+")
    offered_at = models.DateTimeField()
    #: Who approved or refused it, never who asked.
    decided_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("offered_by")),
                name="remedy_not_by_oneself",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | (Q(decided_by__isnull=False) & ~Q(decision_reason="")),
                name="remedy_refused_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["complaint", "id"], name="remedy_of_complaint"),
            models.Index(fields=["organisation", "offered_at", "id"], name="remedy_waits", condition=Q(state="asked")),
        ]

    @property
    def waits(self) -> bool:
        return self.state == self.State.ASKED


class RemedyLimit(OrganisationModel):
    """Up to how much a role, or one person, may grant by itself on one complaint. The newest row of a bearer and sort
    holds; rows are never changed. A person's own goes before their role's, a sort's own before that of every sort."""

    #: Either the role or the member is named.
    role = models.CharField(max_length=20, choices=Membership.Role.choices, blank=True)
    member = OwnedKey(Membership, related_name="+", null=True, blank=True)
    #: Empty: every sort that has no limit of its own.
    sort = models.CharField(max_length=20, choices=OfferedRemedy.Sort.choices, blank=True)
    #: In cents; null: no limit.
    amount = models.PositiveBigIntegerField(null=True, blank=True)
    set_at = models.DateTimeField()
    set_by = OwnedKey(Membership, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(role="", member__isnull=False) | (~Q(role="") & Q(member__isnull=True)),
                name="remedy_limit_of_one_bearer",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-id"], name="remedy_limit_newest")]

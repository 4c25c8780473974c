"""How it ended, with reason; undone by a second row's fields, never by deleting."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import HangingModel, OwnedKey
from sportello.records.accounts.models import Membership

from .ticket import Ticket


class Closure(HangingModel):
    class Outcome(models.TextChoices):
        SOLVED = "solved", _("Solved")
        INFORMED = "information_given", _("Information given")
        FORWARDED = "forwarded", _("Passed to another body")
        NOT_ACCEPTED = "not_accepted", _("Not accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn by the customer")
        NO_ANSWER = "no_answer", _("No answer from the customer")
        DUPLICATE = "duplicate", _("Duplicate of another ticket")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="closures")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    #: Stated for every outcome: the customer reads it.
    reason = models.TextField()
    closed_at = models.DateTimeField()
    by_member = OwnedKey(Membership, related_name="+", null=True, blank=True)
    #: The customer said so from the follow-up page.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)

    class Meta(HangingModel.Meta):
        # what a week closed (queries/work_figures.py)
        indexes = [models.Index(fields=["organisation", "closed_at"], name="closure_by_instant")]
        constraints = [
            *HangingModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["ticket"], condition=models.Q(reopened_at__isnull=True), name="closure_one_in_force"
            ),
        ]

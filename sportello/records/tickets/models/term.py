"""Terms that run on a ticket: each with its due instants and the explanation of how they were counted."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import HangingModel, OrganisationModel, OwnedKey

from .kept_calendar import KeptCalendar
from .ticket import Ticket


class Term(HangingModel):
    class Kind(models.TextChoices):
        FIRST_ANSWER = "first_answer", _("First answer")
        CONCLUSION = "conclusion", _("Conclusion")
        PROMISE = "promise", _("Promise made by hand")
        CUSTOMER = "customer", _("Term of the customer")
        OFFICE = "office", _("Answer of an office")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="terms")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    starts_at = models.DateTimeField()
    #: By law: after a last day that is a holiday. What the customer is told; provisional while a suspension runs.
    due_at = models.DateTimeField()
    #: The earlier, unrolled end we keep ourselves; null for what is not counted (a promise).
    safe_due_at = models.DateTimeField(null=True, blank=True)
    #: When what was promised happened, or when something newer took its place.
    met_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    #: What is counted, copied from the procedure: it is counted again after a suspension or an extension.
    value = models.PositiveIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    roll = models.CharField(max_length=30, blank=True)
    calendar = OwnedKey(KeptCalendar, related_name="+", null=True, blank=True)
    #: `[[code, {fact: value}], …]`: the walk from start to due, kept as counted at the time.
    steps = models.JSONField(default=list)
    #: Where the term comes from, copied from the procedure at the time.
    source = models.CharField(max_length=300, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [
            models.Index(
                fields=["ticket", "due_at"],
                name="term_running",
                condition=models.Q(met_at__isnull=True, ended_at__isnull=True),
            ),
            # a global suspension asks for the terms that run while it lasts
            models.Index(
                fields=["organisation", "due_at"],
                name="term_running_by_due",
                condition=models.Q(kind="conclusion", met_at__isnull=True, ended_at__isnull=True),
            ),
        ]

    @property
    def is_running(self) -> bool:
        return self.met_at is None and self.ended_at is None

    @property
    def is_late(self) -> bool:
        """Met after its legal end. What still runs is late by the clock of who asks: `due_at < now`."""
        return self.met_at is not None and self.met_at > self.due_at

    @property
    def safe_at(self) -> datetime:
        return self.safe_due_at or self.due_at

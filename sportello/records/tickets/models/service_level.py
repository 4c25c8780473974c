"""Response targets in opening hours: one row for each event that is awaited, with its target copied."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .entry import Entry
from .kept_calendar import KeptCalendar
from .ticket import Ticket


class ServiceLevel(OrganisationModel):
    """Every instant here is that of what happened, never of the moment somebody looked.

    The next answer is awaited from the customer's OLDEST message without one. A target that was not kept stays
    breached, also when it is met later.
    """

    class Metric(models.TextChoices):
        FIRST_ANSWER = "first_answer", _("First answer")
        NEXT_ANSWER = "next_answer", _("Next answer")
        UPDATE = "periodic_update", _("Periodic update")
        CUSTOMER_WAIT = "customer_wait", _("Customer's wait")
        WORK = "work", _("Work")
        TOTAL = "total", _("Total")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="service_levels")
    metric = models.CharField(max_length=20, choices=Metric.choices)
    started_at = models.DateTimeField()
    #: The target and the hours it is counted in: both as they were then.
    target_value = models.PositiveIntegerField()
    target_unit = models.CharField(max_length=20)
    calendar = OwnedKey(KeptCalendar, related_name="+")
    #: So much before it is due, in the same unit, whoever has the ticket is warned; 0: only once it is due.
    warn_value = models.PositiveIntegerField(default=0)
    #: Null while a pause that stops it is running.
    due_at = models.DateTimeField(null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    #: The instant it was due, once that has passed without the event.
    breached_at = models.DateTimeField(null=True, blank=True)
    #: Given up without being met (the ticket was closed, a newer one took its place).
    ended_at = models.DateTimeField(null=True, blank=True)
    #: Open time from start to end, with and without pauses; written when it ends.
    gross_seconds = models.PositiveIntegerField(null=True, blank=True)
    net_seconds = models.PositiveIntegerField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["ticket", "metric"],
                condition=models.Q(met_at__isnull=True, ended_at__isnull=True),
                name="service_level_one_running",
            ),
        ]
        indexes = [models.Index(fields=["ticket", "started_at"], name="service_level_of_ticket")]

    @property
    def is_running(self) -> bool:
        return self.met_at is None and self.ended_at is None


class ServicePause(OrganisationModel):
    """An interval in which some targets stand still: we wait for the customer, or work was paused with a reason."""

    class Cause(models.TextChoices):
        WAITING = "waiting", _("Waiting for the customer")
        PAUSED = "paused", _("Paused by a colleague")
        SUSPENDED = "suspended", _("The term is suspended")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="pauses")
    cause = models.CharField(max_length=10, choices=Cause.choices)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    #: The customer wrote while it was paused: that ended it.
    ended_by_customer = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    document = models.CharField(max_length=300, blank=True)
    entry = OwnedKey(Entry, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    by_member = OwnedKey(Membership, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["ticket", "cause"], condition=models.Q(ended_at__isnull=True), name="service_pause_one_running"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("began_at")),
                name="service_pause_forward",
            ),
        ]
        indexes = [models.Index(fields=["ticket", "began_at"], name="service_pause_of_ticket")]

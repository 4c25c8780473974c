"""What leaves is a row: a dispatch per message and channel, a delivery per recipient. States only move forward."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import HangingModel, OrganisationModel, OwnedKey, OwnedOneToOne
from sportello.records.tickets.models import Message

from .mailbox import Mailbox


class Dispatch(HangingModel):
    class State(models.TextChoices):
        QUEUED = "queued", _("To be sent")
        SENDING = "sending", _("Being sent")
        IN_DOUBT = "in_doubt", _("In doubt")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")

    #: In the order a dispatch may go through; `in_doubt` is repeated with the same Message-ID.
    ORDER = ("queued", "sending", "in_doubt", "sent", "failed")

    message = OwnedOneToOne(Message, on_delete=models.PROTECT, related_name="dispatch")
    channel = models.CharField(max_length=20)
    mailbox = OwnedKey(Mailbox, related_name="+", null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    #: Null once settled.
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    #: The server's own words of the last attempt.
    answer = models.TextField(blank=True)
    queued_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    #: The dispatch that did not arrive and was sent again by this one, mended by a colleague.
    repeats = OwnedKey("self", related_name="repeated_by", null=True, blank=True, db_index=False)

    class Meta(OrganisationModel.Meta):
        indexes = [
            # whom or what few rows name, for who takes that away
            models.Index(fields=["repeats"], name="dispatch_repeats", condition=models.Q(repeats__isnull=False)),
            # what the sender claims next
            models.Index(
                fields=["channel", "next_attempt_at", "id"],
                name="dispatch_due",
                condition=models.Q(state__in=["queued", "sending", "in_doubt"]),
            ),
            models.Index(
                fields=["organisation", "-queued_at"], name="dispatch_failed", condition=models.Q(state="failed")
            ),
        ]


class Delivery(HangingModel):
    class State(models.TextChoices):
        QUEUED = "queued", _("To be sent")
        SENT = "sent", _("Handed over")
        IN_DOUBT = "in_doubt", _("In doubt")
        ACCEPTED = "accepted", _("Accepted")
        DELIVERED = "delivered", _("Delivered")
        READ = "read", _("Read")
        FAILED = "failed", _("Not delivered")

    dispatch = OwnedKey(Dispatch, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    address = models.CharField(max_length=320)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    #: Enhanced status code (RFC 3463) where one was given.
    status_code = models.CharField(max_length=20, blank=True)
    answer = models.TextField(blank=True)
    changed_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["dispatch", "address"], name="delivery_once"),
        ]


class Attempt(HangingModel):
    """One try to hand a dispatch over, in the server's own words."""

    dispatch = OwnedKey(Dispatch, on_delete=models.PROTECT, related_name="tries", db_index=False)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    #: What it left the dispatch as: sent, retry, failed, in_doubt.
    outcome = models.CharField(max_length=10)
    #: The SMTP reply code; null where the server said nothing.
    code = models.PositiveSmallIntegerField(null=True, blank=True)
    words = models.TextField(blank=True)

    class Meta(HangingModel.Meta):
        constraints = [
            *HangingModel.Meta.constraints,
            models.UniqueConstraint(fields=["dispatch", "number"], name="attempt_once"),
        ]

"""Browsers that asked to be told, and what they are sent."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership, User

from .notification import Notification


class PushKey(models.Model):
    """The installation's key as a sender of pushes (RFC 8292), made at first use; browsers are bound to it."""

    #: One row: what comes second finds the first.
    place = models.PositiveSmallIntegerField(unique=True, default=1)
    sealed = models.TextField()


class Browser(models.Model):
    """A browser of a person that said yes. Its address and keys are sealed: who has them may write to it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    #: SHA-256 of the address: one browser is one person's, the last who said yes in it.
    digest = models.CharField(max_length=64, unique=True, db_collation="C")
    #: JSON of endpoint, p256dh, auth.
    sealed = models.TextField()
    #: "Firefox, Android": which one it is, for who wants to take it away.
    label = models.CharField(max_length=80)
    added_at = models.DateTimeField()
    #: Its service asked to be left alone until then (Retry-After); of the server's clock.
    held_until = models.DateTimeField(null=True, blank=True)


class Push(OrganisationModel):
    """One push to one browser. Its words are written when it leaves, of what may be seen then."""

    class State(models.TextChoices):
        WAITING = "waiting", _("To be sent")
        SENT = "sent", pgettext_lazy("notification", "Sent")
        DROPPED = "dropped", _("Nothing left to tell")
        FAILED = "failed", pgettext_lazy("notification", "Not sent")

    member = OwnedKey(Membership, on_delete=models.CASCADE, related_name="+")
    browser = models.ForeignKey(Browser, on_delete=models.CASCADE, related_name="pushes")
    #: The newest of those it tells of, and how many they are.
    notification = OwnedKey(Notification, on_delete=models.CASCADE, related_name="+")
    count = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: The service's last status; 0: it did not answer.
    answer = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["browser", "notification"], name="push_once"),
        ]
        indexes = [
            # what leaves next
            models.Index(fields=["next_attempt_at"], name="push_due", condition=models.Q(state="waiting")),
        ]

"""What a person wants to be told, by which way, and when they are left alone."""

from __future__ import annotations

from django.db import models

from sportello.records.accounts.models import User


class Choice(models.Model):
    """Of a person, whatever the organisations they work in. Who chose nothing has no row (`choices.DEFAULTS`)."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="notification_choice")
    #: `{reason: [channel, …]}`, all reasons.
    wanted = models.JSONField(default=dict)
    #: Between these hours nothing leaves by mail or browser; both null: never quiet. Equal: the whole day.
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    #: Days on which quiet hours begin, Monday 0.
    quiet_days = models.JSONField(default=list)
    #: Of the person; empty: that of the organisation.
    timezone = models.CharField(max_length=60, blank=True)
    mail_minutes = models.PositiveSmallIntegerField(default=15)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="notification_choice_both_hours",
            ),
        ]

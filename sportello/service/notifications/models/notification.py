"""Something a colleague is told, and why it came to them: ids and codes, no words of anybody."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership, Team, User
from sportello.records.tickets.models import Ticket

from .mail import NotificationMail


class NotificationQuerySet(models.QuerySet["Notification"]):
    def unread(self) -> NotificationQuerySet:
        """What the bell counts. Whether they still see the ticket is asked of `tickets.access`."""
        return self.filter(in_desk=True, read_at__isnull=True)

    def of(self, membership_ids: frozenset[int]) -> NotificationQuerySet:
        return self.filter(member_id__in=sorted(membership_ids))


class Notification(OrganisationModel):
    member = OwnedKey(Membership, on_delete=models.CASCADE, related_name="notifications")
    ticket = OwnedKey(Ticket, on_delete=models.CASCADE, related_name="+")
    #: What happened: a key of `reasons.HAPPENINGS`, which says why it came too.
    what = models.CharField(max_length=30)
    #: The event of the journal it comes from.
    event_id = models.BigIntegerField()
    #: The colleague who did it; null for a customer, a clock, a machine.
    by_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    #: The team on whose account it came; null where it came to the person alone.
    team = OwnedKey(Team, on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    happened_at = models.DateTimeField()
    made_at = models.DateTimeField()
    in_desk = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True, blank=True)
    #: When it is to go into a mail, or to their browsers; null: not at all, gone already, or read before.
    mail_at = models.DateTimeField(null=True, blank=True)
    push_at = models.DateTimeField(null=True, blank=True)
    mail = OwnedKey(NotificationMail, on_delete=models.CASCADE, related_name="notifications", null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            # whoever reads the journal again tells nobody twice
            models.UniqueConstraint(fields=["member", "event_id"], name="notification_once"),
        ]
        indexes = [
            # their page, newest first
            models.Index(fields=["member", "-id"], name="notification_of_member", condition=Q(in_desk=True)),
            # the bell, and reading all of a ticket
            models.Index(
                fields=["member", "ticket"], name="notification_unread", condition=Q(read_at__isnull=True)
            ),
            # what leaves next: few rows, whatever was told before
            models.Index(fields=["mail_at"], name="notification_to_mail", condition=Q(mail_at__isnull=False)),
            models.Index(fields=["push_at"], name="notification_to_push", condition=Q(push_at__isnull=False)),
            # what is old
            models.Index(fields=["organisation", "made_at"], name="notification_old"),
        ]

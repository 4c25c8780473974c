"""A ticket put aside for a while: until an instant, or until the customer writes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .ticket import Ticket


class Snooze(OrganisationModel):
    """At most one runs on a ticket; `Ticket.snoozed_until` repeats its end for the lists.

    Every sleep has an end: one "until a reply" ends at the latest before the next term does, so that nothing promised
    passes in silence.
    """

    class Woken(models.TextChoices):
        TIME = "time", _("its time has come")
        REPLY = "reply", _("the customer wrote")
        BY_HAND = "by_hand", _("woken by a colleague")
        PROMISE = "promise", _("something is due earlier")
        HANDED_ON = "handed_on", _("given to somebody else")
        CLOSED = "closed", _("the ticket was closed")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="snoozes")
    began_at = models.DateTimeField()
    until_at = models.DateTimeField()
    #: The end was not chosen: it sleeps until the customer writes, at the latest until then.
    until_reply = models.BooleanField(default=False)
    #: For colleagues: what is waited for.
    reason = models.TextField(blank=True)
    by_member = OwnedKey(Membership, related_name="+")
    woken_at = models.DateTimeField(null=True, blank=True)
    woken_how = models.CharField(max_length=10, choices=Woken.choices, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["ticket"], condition=models.Q(woken_at__isnull=True), name="snooze_one_running"
            ),
            models.CheckConstraint(condition=models.Q(until_at__gt=models.F("began_at")), name="snooze_forward"),
        ]

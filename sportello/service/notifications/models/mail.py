"""One mail that gathers what came to a person in one organisation."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership


class NotificationMail(OrganisationModel):
    """Its words are written when it leaves, of what may be seen then; only that it left is kept."""

    class State(models.TextChoices):
        WAITING = "waiting", _("To be sent")
        SENT = "sent", pgettext_lazy("notification", "Sent")
        DROPPED = "dropped", _("Nothing left to tell")
        FAILED = "failed", pgettext_lazy("notification", "Not sent")

    member = OwnedKey(Membership, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField()
    #: The same in every try: who gets it twice sees one.
    rfc_id = models.CharField(max_length=200, db_collation="C")
    #: Of the server's clock; null once it is settled.
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta(OrganisationModel.Meta):
        indexes = [
            # what leaves next
            models.Index(
                fields=["next_attempt_at"], name="notification_mail_due", condition=models.Q(state="waiting")
            ),
            models.Index(fields=["organisation", "made_at"], name="notification_mail_old"),
        ]

"""The ledger of notices: what the customer was owed to be told, when, and what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey

from .message import Message
from .ticket import Ticket


class Notice(OrganisationModel):
    class State(models.TextChoices):
        DUE = "due", _("Due")
        GIVEN = "given", _("Given")
        NO_WAY = "no_way", _("No way to reach them")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="notices")
    #: receipt, taken, waiting, …: `NoticeTemplate.Moment`
    moment = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    due_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True, blank=True)
    #: By which channel (email, webform: on screen, counter: on paper or in words).
    how = models.CharField(max_length=20, blank=True)
    message = OwnedKey(Message, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [
            # the page of silent tickets: what is due and was not given
            models.Index(fields=["organisation", "due_at"], name="notice_due", condition=models.Q(state="due")),
        ]

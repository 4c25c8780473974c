"""A reply somebody has sent that has not left yet: for seconds, so that it can be undone, or until the day they chose.

It is no message: nothing of it stands on the ticket, its search or the customer's page before it leaves.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership
from sportello.records.tickets.models import Message, Ticket


class WaitingReply(OrganisationModel):
    class State(models.TextChoices):
        WAITING = "waiting", _("Leaves at its time")
        HELD = "held", _("Held back")

    ticket = OwnedKey(Ticket, on_delete=models.CASCADE, related_name="waiting_replies")
    member = OwnedKey(Membership, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    #: Why it is held: `news` (something was said since), `refused` (with the sentence), `author_left`.
    held_code = models.CharField(max_length=20, blank=True)
    held_words = models.TextField(blank=True)
    #: The hour was chosen by its author; else it only waits for the seconds in which it can be undone.
    is_scheduled = models.BooleanField(default=False)
    written_at = models.DateTimeField()
    send_at = models.DateTimeField()

    text = models.TextField()
    #: `[[name, address], …]`
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    #: The newest public entry its author had read.
    base_position = models.PositiveIntegerField()
    then = models.CharField(max_length=10, default="keep")  # keep, wait, close
    outcome = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    #: The message that did not arrive and is sent again by this one.
    repeats = OwnedKey(Message, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [
            # what leaves next
            models.Index(
                fields=["organisation", "send_at"], name="waiting_reply_due", condition=models.Q(state="waiting")
            ),
        ]


class WaitingFile(OrganisationModel):
    """A file that leaves with it."""

    reply = OwnedKey(WaitingReply, on_delete=models.CASCADE, related_name="files")
    blob = OwnedKey(Blob, related_name="+")
    filename = models.CharField(max_length=255)
    content_id = models.CharField(max_length=255, blank=True)
    is_inline = models.BooleanField(default=False)

"""What somebody has typed and not sent."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership
from sportello.records.tickets.models import Message, Ticket


class Draft(OrganisationModel):
    """One per person, ticket and kind, so that what was meant as a note can never be sent as a reply.

    Kept while the ticket lives; goes when it was sent or when its author empties it.
    """

    class Kind(models.TextChoices):
        REPLY = "reply", _("Reply")
        NOTE = "note", _("Internal note")

    ticket = OwnedKey(Ticket, on_delete=models.CASCADE, related_name="+")
    member = OwnedKey(Membership, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True)
    #: Recipients as typed, `Name <address>` parted by commas; always empty for a note.
    to = models.TextField(blank=True)
    cc = models.TextField(blank=True)
    #: The newest public entry its author had seen when they last typed.
    base_position = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    #: The message that did not arrive and is written again here.
    repeats = OwnedKey(Message, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["ticket", "member", "kind"], name="draft_once"),
            models.CheckConstraint(
                condition=~models.Q(kind="note") | models.Q(to="", cc=""), name="draft_note_has_no_recipient"
            ),
        ]


class DraftFile(OrganisationModel):
    """A file of a reply that came back to its author: it need not be chosen again."""

    draft = OwnedKey(Draft, on_delete=models.CASCADE, related_name="files")
    blob = OwnedKey(Blob, related_name="+")
    filename = models.CharField(max_length=255)
    content_id = models.CharField(max_length=255, blank=True)
    is_inline = models.BooleanField(default=False)

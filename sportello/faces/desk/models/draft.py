"""What somebody has typed and not sent."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership
from sportello.records.tickets.models import Message, Ticket


class LivingDrafts(models.Manager["Draft"]):
    """Those that hold something."""

    def get_queryset(self) -> models.QuerySet[Draft]:
        return super().get_queryset().filter(is_spent=False)


class Draft(OrganisationModel):
    """One per person, ticket and kind, so that what was meant as a note can never be sent as a reply.

    Sent or emptied, its words go and the row stays, spent: it is how a save that arrives late is known to be late.
    """

    class Kind(models.TextChoices):
        REPLY = "reply", _("Reply")
        NOTE = "note", _("Internal note")
        CALL = "call", _("Call")
        #: Only its files: the words of a formal reply are kept part by part with the complaint.
        COMPLAINT = "complaint", _("Reply to a complaint")

    #: A turn no page reaches: of a page whose words were sent.
    SENT = 2_000_000_000

    ticket = OwnedKey(Ticket, on_delete=models.CASCADE, related_name="+")
    member = OwnedKey(Membership, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True)
    #: Recipients as typed, `Name <address>` parted by commas; always empty but for a reply.
    to = models.TextField(blank=True)
    cc = models.TextField(blank=True)
    #: The newest public entry its author had seen when they last typed.
    base_position = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    #: The message that did not arrive and is written again here.
    repeats = OwnedKey(Message, related_name="+", null=True, blank=True)
    #: Grows with every save: a page that began from an older one is told, and overwrites nothing.
    revision = models.PositiveIntegerField(default=0)
    #: The page that saved last, and how many times it had: of two saves of one page the later counts, whichever
    #: arrives last.
    writer = models.CharField(max_length=60, blank=True)
    turn = models.PositiveIntegerField(default=0)
    #: Words of another page of the same person that this draft did not take in: kept, and shown.
    aside = models.TextField(blank=True)
    #: Saved replies that were put in, counted when the reply is sent.
    used = models.JSONField(default=list, blank=True)
    is_spent = models.BooleanField(default=False)

    every = models.Manager()
    objects = LivingDrafts()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["ticket", "member", "kind"], name="draft_once"),
            models.CheckConstraint(
                condition=models.Q(kind="reply") | models.Q(to="", cc=""), name="draft_note_has_no_recipient"
            ),
            models.CheckConstraint(
                condition=models.Q(is_spent=False) | models.Q(text="", aside=""), name="draft_spent_is_empty"
            ),
        ]


class DraftFile(OrganisationModel):
    """A file of what is being written: dropped, pasted, chosen, or of a reply that came back to its author."""

    draft = OwnedKey(Draft, on_delete=models.CASCADE, related_name="files")
    blob = OwnedKey(Blob, related_name="+")
    filename = models.CharField(max_length=255)
    content_id = models.CharField(max_length=255, blank=True)
    is_inline = models.BooleanField(default=False)

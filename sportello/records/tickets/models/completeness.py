"""What a procedure asks for, as it was done: blocks a reply contained, steps, reasons stated for choices."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .entry import Entry
from .message import Message
from .ticket import Ticket


class ReplyBlock(OrganisationModel):
    """A mandatory block, found in a message by who wrote it."""

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="reply_blocks")
    message = OwnedKey(Message, on_delete=models.PROTECT, related_name="blocks")
    #: The procedure's code: what_was_claimed, checks_made, conclusion, remedies…
    code = models.CharField(max_length=60)
    by_member = OwnedKey(Membership, related_name="+", null=True, blank=True)
    at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["message", "code"], name="reply_block_once"),
        ]
        indexes = [models.Index(fields=["ticket", "code"], name="reply_block_of_ticket")]


class StatedReason(OrganisationModel):
    """Why this procedure, tool, tone or remedy was chosen, in the operator's words. The newest of a sort counts."""

    class About(models.TextChoices):
        PROCEDURE = "procedure", _("Procedure chosen")
        TOOL = "tool", _("Tool chosen")
        TONE = "tone", _("Tone chosen")
        REMEDY = "remedy", _("Remedy chosen")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="stated_reasons")
    about = models.CharField(max_length=20, choices=About.choices)
    text = models.TextField()
    by_member = OwnedKey(Membership, related_name="+")
    at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        indexes = [models.Index(fields=["ticket", "about", "-at"], name="stated_reason_of_ticket")]


class StepDone(OrganisationModel):
    """A step of the procedure was done. One that must be done again has a second row."""

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="steps_done")
    code = models.CharField(max_length=60)
    done_at = models.DateTimeField()
    entry = OwnedKey(Entry, on_delete=models.PROTECT, related_name="+")
    by_member = OwnedKey(Membership, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [models.Index(fields=["ticket", "code"], name="step_done_of_ticket")]

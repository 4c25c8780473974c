"""What is said: messages with the customer, notes among colleagues."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import HangingModel, OrganisationModel, OwnedKey, OwnedOneToOne

from .aside import Aside
from .entry import Entry


class Message(HangingModel):
    """A message with the customer, in or out. Tickets know no channel: `channel` is a code the channel reads."""

    class Direction(models.TextChoices):
        IN = "in", _("From the customer")
        OUT = "out", _("To the customer")
        # beside the customer's conversation, never shown to them (`aside.py`)
        ASK = "ask", _("To an office")
        TOLD = "told", _("From an office")

    entry = OwnedOneToOne(Entry, on_delete=models.PROTECT, related_name="message")
    direction = models.CharField(max_length=5, choices=Direction.choices)
    channel = models.CharField(max_length=20)
    subject = models.CharField(max_length=500, blank=True)
    #: The words of who wrote; quoted text and signature are kept apart.
    text = models.TextField()
    quoted = models.TextField(blank=True)
    signature = models.TextField(blank=True)
    #: Sanitised; shown in its own frame from its own address.
    html = models.TextField(blank=True)
    language = models.CharField(max_length=10, blank=True)
    sender_name = models.CharField(max_length=300, blank=True)
    sender_address = models.CharField(max_length=320, blank=True)
    #: Ours: the random token in Message-ID and reply address. Theirs: empty.
    token = models.CharField(max_length=40, blank=True)
    #: RFC 5322 Message-ID, ours or theirs, shortened to what an index bears.
    rfc_id = models.CharField(max_length=500, blank=True, db_collation="C")
    #: Written by a machine, not a person: changes neither state nor clock.
    is_machine = models.BooleanField(default=False)
    #: The moment of the ledger this message gives; empty for an answer written by a person.
    notice_moment = models.CharField(max_length=20, blank=True)
    #: Of a conversation with an office; null for all that is said with the customer.
    aside = OwnedKey(Aside, on_delete=models.PROTECT, related_name="messages", null=True, blank=True, db_index=False)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["token"], name="message_token_once", condition=~models.Q(token="")),
            models.CheckConstraint(
                condition=models.Q(direction__in=("in", "out"), aside__isnull=True)
                | models.Q(direction__in=("ask", "told"), aside__isnull=False),
                name="message_aside_or_not",
            ),
        ]
        indexes = [
            # which ticket a reply belongs to, by references
            models.Index(fields=["organisation", "rfc_id"], name="message_by_id", condition=~models.Q(rfc_id="")),
            # what was said with one office
            models.Index(fields=["aside", "id"], name="message_of_aside", condition=models.Q(aside__isnull=False)),
        ]

    @property
    def is_incoming(self) -> bool:
        return self.direction == self.Direction.IN

    @property
    def is_aside(self) -> bool:
        """Said with an office: never the customer's, in neither direction."""
        return self.direction in (self.Direction.ASK, self.Direction.TOLD)


class Recipient(HangingModel):
    class Role(models.TextChoices):
        TO = "to", _("To")
        CC = "cc", _("Cc")

    message = OwnedKey(Message, on_delete=models.PROTECT, related_name="recipients")
    role = models.CharField(max_length=5, choices=Role.choices)
    name = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=320)


class Note(OrganisationModel):
    """Among colleagues. Nothing that builds something outgoing joins this table."""

    entry = OwnedOneToOne(Entry, on_delete=models.PROTECT, related_name="note")
    text = models.TextField()


class Attachment(HangingModel):
    """A file of an entry. Those of a note are as internal as the note."""

    entry = OwnedKey(Entry, on_delete=models.PROTECT, related_name="attachments")
    blob = OwnedKey(Blob, related_name="+")
    filename = models.CharField(max_length=255)
    content_id = models.CharField(max_length=255, blank=True)
    is_inline = models.BooleanField(default=False)

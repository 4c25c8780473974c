"""Documents of a ticket: letters, receipts, replies, reports, forms that were filled in. Issued, they are evidence."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey, OwnedOneToOne
from sportello.records.accounts.models import Membership
from sportello.records.tickets.models import Ticket


class DocumentSort(models.TextChoices):
    LETTER = "letter", pgettext_lazy("document", "Letter")
    REPLY = "reply", pgettext_lazy("document", "Reply")
    RECEIPT = "receipt", pgettext_lazy("document", "Receipt")
    REPORT = "report", pgettext_lazy("document", "Report")
    FORM = "form", pgettext_lazy("document", "Filled-in form")


class Letterhead(OrganisationModel):
    """How the paper of an organisation looks; its name and colour are the organisation's own."""

    logo = OwnedKey(Blob, related_name="+", null=True, blank=True)
    #: `{language: text}`: office, address, phone, under the name; and the line at the foot of each page.
    head_lines = models.JSONField(default=dict, blank=True)
    foot_line = models.JSONField(default=dict, blank=True)
    #: Place that stands before the date.
    place = models.CharField(max_length=100, blank=True)
    changed_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation"], name="letterhead_once"),
        ]


class LetterTemplate(OrganisationModel):
    """A text to begin from, in versions: an edit is a new row, the newest of a code is in use."""

    code = models.SlugField(max_length=40)
    version = models.PositiveIntegerField()
    sort = models.CharField(max_length=10, choices=DocumentSort.choices)
    #: `{language: {"title": …, "body": …}}`; `{customer}` and its like are put in, see `documents/variables.py`.
    texts = models.JSONField(default=dict)
    #: Number, dates and office of the ticket stand in a table above the text.
    with_facts = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    #: Null: it came with the product.
    made_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "code", "version"], name="letter_template_version_once"),
        ]


class Document(OrganisationModel):
    """Paper as it was issued. Never overwritten (a trigger refuses it): a correction is a document that `replaces` it,
    with its reason. Disposal and erasure take words and file out together; number, date and digest stay."""

    ticket = OwnedKey(Ticket, related_name="documents")
    #: 1, 2, 3… within the ticket; `2026-0004213/3` is its number.
    serial = models.PositiveIntegerField()
    sort = models.CharField(max_length=10, choices=DocumentSort.choices)
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=10)
    #: To whom, a line each; empty for what has no recipient.
    recipient = models.TextField(blank=True)
    text = models.TextField(blank=True)
    template = OwnedKey(LetterTemplate, related_name="+", null=True, blank=True)
    blob = OwnedKey(Blob, related_name="+")
    #: Of the bytes, at the time: what is compared with them later.
    sha256 = models.CharField(max_length=64, db_collation="C")
    filename = models.CharField(max_length=255)
    #: `["ua-1", "a-2a"]`; empty where no font had a letter of it.
    standards = models.JSONField(default=list)
    #: What the plain-language check said of it: `{"index": 62, "words": 180, "long": 1}`.
    plainness = models.JSONField(default=dict)
    issued_at = models.DateTimeField()
    #: Null: made by Sportello from what the customer filled in.
    issued_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    replaces = OwnedOneToOne("self", related_name="replaced_by", null=True, blank=True)
    why_replaced = models.TextField(blank=True)

    class Meta(OrganisationModel.Meta):
        ordering = ["id"]
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["ticket", "serial"], name="document_serial_once"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(why_replaced=""), name="document_replaced_with_reason"
            ),
        ]

    @property
    def number(self) -> str:
        return f"{self.ticket.number}/{self.serial}"


class LetterDraft(OrganisationModel):
    """A document being written on a ticket: anybody who sees the ticket goes on with it. Issued or dropped, it goes."""

    ticket = OwnedKey(Ticket, related_name="+")
    template = OwnedKey(LetterTemplate, related_name="+", null=True, blank=True)
    sort = models.CharField(max_length=10, choices=DocumentSort.choices)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(max_length=10)
    recipient = models.TextField(blank=True)
    text = models.TextField(blank=True)
    with_facts = models.BooleanField(default=False)
    corrects = OwnedKey(Document, related_name="+", null=True, blank=True)
    why = models.TextField(blank=True)
    #: Counts its savings: two colleagues at once are told.
    edits = models.PositiveIntegerField(default=0)
    begun_by = OwnedKey(Membership, related_name="+")
    saved_by = OwnedKey(Membership, related_name="+")
    saved_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        indexes = [models.Index(fields=["ticket", "id"], name="letter_draft_of_ticket")]

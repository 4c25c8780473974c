"""A form: fields of its own for a kind of request, in versions; what was filled in keeps its version."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey, OwnedOneToOne
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind
from sportello.records.tickets.models import Ticket

from .document import Document


class Form(OrganisationModel):
    """`code` names it in files and addresses. Without a kind it is filled in on a ticket only."""

    code = models.SlugField(max_length=40)
    names = models.JSONField(default=dict)
    kind = OwnedKey(Kind, related_name="+", null=True, blank=True)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        ordering = ["code"]
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "code"], name="form_code_once"),
            # the portal asks which form a kind has: one answer
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind__isnull=False, retired_at__isnull=True), name="form_one_of_kind"
            ),
        ]

    def name_in(self, language: str) -> str:
        return in_language(self.names, language)


class FormVersion(OrganisationModel):
    """`definition` as `forms/definition.py` writes it. The one being written has no number; published, it is never
    changed again."""

    form = OwnedKey(Form, related_name="versions")
    #: Null while it is being written.
    version = models.PositiveIntegerField(null=True, blank=True)
    definition = models.JSONField(default=dict)
    #: Counts the edits of the one being written: who edits beside another is told.
    edits = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = OwnedKey(Membership, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["form", "version"], name="form_version_once"),
            models.UniqueConstraint(fields=["form"], condition=Q(version__isnull=True), name="form_one_being_written"),
            models.CheckConstraint(
                condition=Q(version__isnull=True, published_at__isnull=True)
                | Q(version__isnull=False, published_at__isnull=False),
                name="form_version_published",
            ),
        ]


class FilledForm(OrganisationModel):
    """What somebody answered, by field code, as checked (`forms/answers.py`); its document is the evidence of it."""

    version = OwnedKey(FormVersion, related_name="filled")
    ticket = OwnedKey(Ticket, related_name="filled_forms")
    document = OwnedOneToOne(Document, related_name="filled")
    answers = models.JSONField(default=dict)
    language = models.CharField(max_length=10)
    #: The colleague who wrote it down for the customer; null: the customer filled it in.
    by_member = OwnedKey(Membership, related_name="+", null=True, blank=True)
    filled_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        indexes = [models.Index(fields=["ticket", "id"], name="filled_form_of_ticket")]

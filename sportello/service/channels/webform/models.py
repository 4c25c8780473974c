"""What the web form keeps between its pages, and how often an address knocked."""

from __future__ import annotations

from django.db import models

from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.tickets.models import Ticket


class FormDraft(OrganisationModel):
    """What a visitor typed, from the first sending of the form to the receipt. Nothing of it is in a cookie.

    The visitor holds the token, this row only its digest. Instants are the server's: they are leases.
    """

    token_digest = models.CharField(max_length=64, unique=True, db_collation="C")
    #: The form's fields as typed, names to strings; emptied when sent.
    typed = models.JSONField(default=dict)
    #: The closed ticket this request comes after, where the visitor had shown its code.
    follows = OwnedKey(Ticket, related_name="+", null=True, blank=True)
    #: When the form was shown for the first time: programs fill it in no time.
    shown_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    #: Set once, by the first sending; a second one finds it and opens nothing.
    ticket = OwnedKey(Ticket, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True, ticket__isnull=True)
                | models.Q(sent_at__isnull=False, ticket__isnull=False),
                name="form_draft_sent_has_ticket",
            ),
        ]
        indexes = [
            # the tick that forgets
            models.Index(fields=["expires_at"], name="form_draft_expiry"),
        ]


class DraftFile(OrganisationModel):
    """A file already uploaded: an error elsewhere in the form does not ask for it again."""

    draft = OwnedKey(FormDraft, on_delete=models.CASCADE, related_name="files")
    blob = OwnedKey(Blob, related_name="+")
    filename = models.CharField(max_length=255)

    class Meta(OrganisationModel.Meta):
        ordering = ["id"]
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["draft", "blob", "filename"], name="draft_file_once"),
        ]


class DoorCount(OrganisationModel):
    """How often someone knocked at a door of the portal within a window. One row each, forgotten by the tick."""

    door = models.CharField(max_length=20)
    #: A keyed digest of a network address or ticket number: the addresses themselves are not kept.
    who = models.CharField(max_length=64, db_collation="C")
    began_at = models.DateTimeField()
    knocks = models.PositiveIntegerField(default=0)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "door", "who"], name="door_count_once"),
        ]
        indexes = [models.Index(fields=["began_at"], name="door_count_age")]

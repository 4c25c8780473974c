"""Saved replies, with a text per language."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Team


class SavedReply(OrganisationModel):
    slug = models.SlugField(max_length=60)
    #: Null: everyone in the organisation.
    team = OwnedKey(Team, related_name="+", null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "slug"], name="saved_reply_slug_once"),
        ]


class SavedReplyText(OrganisationModel):
    reply = OwnedKey(SavedReply, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    #: Variables in braces, as in notice templates; a missing value is marked and blocks sending.
    body = models.TextField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["reply", "language"], name="saved_reply_text_once"),
        ]

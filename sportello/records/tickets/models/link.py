"""Two tickets that have to do with each other."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .ticket import Ticket


class Link(OrganisationModel):
    class Kind(models.TextChoices):
        PERHAPS = "perhaps", _("Perhaps related")
        RELATED = "related", _("Related")
        SAME_MESSAGE = "same_message", _("Same message, other mailbox")
        FOLLOWS = "follows", _("Follows a closed ticket")
        DUPLICATES = "duplicates", _("Duplicate of")
        CAUSED_BY = "caused_by", _("Caused by")
        SAME_EVENT = "same_event", _("Same event")
        SPLIT_FROM = "split_from", _("Split from")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="links")
    other = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="linked_from")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    made_at = models.DateTimeField()
    #: Null: made by Sportello itself.
    by_member = OwnedKey(Membership, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["ticket", "other", "kind"], name="link_once"),
        ]

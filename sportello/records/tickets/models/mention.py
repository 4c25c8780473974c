"""A colleague named in a note."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .entry import Entry
from .ticket import Ticket


class MentionQuerySet(models.QuerySet["Mention"]):
    def unread(self) -> MentionQuerySet:
        return self.filter(read_at__isnull=True)

    def of(self, membership_ids: frozenset[int]) -> MentionQuerySet:
        """Where these memberships were named. Whether they still see the ticket is asked of `access`."""
        return self.filter(member_id__in=sorted(membership_ids))


class Mention(OrganisationModel):
    """`ticket` is the entry's, kept in step when the note is moved."""

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="mentions")
    entry = OwnedKey(Entry, on_delete=models.PROTECT, related_name="mentions")
    member = OwnedKey(Membership, related_name="mentions")
    made_at = models.DateTimeField()
    #: When they had the ticket before them.
    read_at = models.DateTimeField(null=True, blank=True)

    objects = MentionQuerySet.as_manager()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["entry", "member"], name="mention_once"),
        ]
        indexes = [
            # the list of whom it names
            models.Index(fields=["member", "ticket"], name="mention_of_member"),
            # its count, and the mark in the list
            models.Index(
                fields=["member", "ticket"], name="mention_unread", condition=models.Q(read_at__isnull=True)
            ),
        ]

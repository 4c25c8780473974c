"""A list as somebody likes it: its order, filters and columns under a name."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership, Team
from sportello.records.accounts.people import Person


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def seen_by(self, person: Person) -> SavedViewQuerySet:
        """Their own, and those shared with a team of theirs; by name."""
        theirs = Q(member_id__in=sorted(person.membership_ids)) | Q(team_id__in=sorted(person.team_ids))
        return self.filter(theirs).order_by("name", "pk")


class SavedView(OrganisationModel):
    """Words of an address, not a query: whoever opens it sees what they may see, as with any list."""

    #: A person keeps so many.
    MOST = 30

    member = OwnedKey(Membership, on_delete=models.CASCADE, related_name="+")
    #: Shared with this team; null: its maker's own.
    team = OwnedKey(Team, on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    name = models.CharField(max_length=60)
    list_name = models.CharField(max_length=20)
    #: What follows the question mark in the list's address: order, filters, columns.
    words = models.CharField(max_length=400, blank=True)
    made_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["member", "name"], name="saved_view_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        address = reverse("desk:list", args=[self.list_name])
        return f"{address}?{self.words}" if self.words else address

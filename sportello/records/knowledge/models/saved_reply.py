"""Saved replies, with a text per language, and how often each was sent, month by month."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership, Team
from sportello.records.accounts.people import Person


class SavedReplyQuerySet(models.QuerySet["SavedReply"]):
    def living(self) -> SavedReplyQuerySet:
        return self.filter(retired_at__isnull=True)

    def changed_by(self, person: Person, organisation_id: int) -> SavedReplyQuerySet:
        """Those `person` may change there: their own, and all but others' own where they lead."""
        place = person.place_in(organisation_id)
        if place is None:
            return self.none()
        theirs = models.Q(member_id=place.membership.pk)
        if person.supervises(place.organisation) or person.administers(place.organisation):
            theirs |= models.Q(member__isnull=True)
        return self.filter(theirs, organisation_id=organisation_id)


class SavedReply(OrganisationModel):
    """Of one person, of a team, or of everybody in the organisation. Archived, never deleted."""

    slug = models.SlugField(max_length=60)
    #: Null: everyone in the organisation.
    team = OwnedKey(Team, related_name="+", null=True, blank=True)
    #: Whose own it is; null: it is shared.
    member = OwnedKey(Membership, related_name="+", null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = SavedReplyQuerySet.as_manager()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "slug"], name="saved_reply_slug_once"),
            models.CheckConstraint(
                condition=models.Q(team__isnull=True) | models.Q(member__isnull=True), name="saved_reply_of_one"
            ),
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


class SavedReplyUse(OrganisationModel):
    """How many answers of a month were sent with it. Of everybody together: whose they were is kept nowhere
    (L. 300/1970 art. 4: figures of single workers need a ground there is not)."""

    reply = OwnedKey(SavedReply, on_delete=models.CASCADE, related_name="uses")
    #: The first day of the month, on the organisation's wall.
    month = models.DateField()
    number = models.PositiveIntegerField(default=0)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["reply", "month"], name="saved_reply_use_once"),
        ]

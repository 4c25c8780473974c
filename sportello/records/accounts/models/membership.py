"""Who works where, as what, in which teams."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey

from .team import Team


class Membership(OrganisationModel):
    """A person's place in one organisation: one role. Never deleted: what they did keeps pointing at it."""

    class Role(models.TextChoices):
        OPERATOR = "operator", _("Operator")
        SUPERVISOR = "supervisor", _("Supervisor")
        SPECIALIST = "specialist", _("Specialist")
        ADMINISTRATOR = "administrator", _("Administrator")
        TRAINEE = "trainee", _("Trainee")
        ASSESSOR = "assessor", _("Assessor")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    teams = models.ManyToManyField(Team, through="TeamMembership", related_name="memberships")

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "user"], name="membership_once"),
        ]

    @property
    def is_active(self) -> bool:
        return self.ended_at is None


class TeamMembership(OrganisationModel):
    membership = OwnedKey(Membership, on_delete=models.CASCADE, related_name="team_places")
    team = OwnedKey(Team, on_delete=models.PROTECT, related_name="places")

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["membership", "team"], name="team_place_once"),
        ]

"""An invitation: the only way to get an account."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey

from .membership import Membership
from .team import Team


class Invitation(OrganisationModel):
    """Sent to an address with a token; only the token's digest is kept."""

    email = models.EmailField()
    name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=20, choices=Membership.Role.choices)
    teams = models.ManyToManyField(Team, through="InvitationTeam", related_name="+")
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = OwnedKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)


class InvitationTeam(OrganisationModel):
    invitation = OwnedKey(Invitation, on_delete=models.CASCADE, related_name="places")
    team = OwnedKey(Team, on_delete=models.PROTECT, related_name="+")

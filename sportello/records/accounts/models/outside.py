"""The service whose accounts open those of an organisation's people (OpenID Connect)."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel


class OutsideProvider(OrganisationModel):
    """One in use an organisation. Its code is in the address the service sends people back to, and is never given
    again: whom a service once called u-17 must not be whom another calls so."""

    code = models.SlugField(max_length=60, unique=True)
    #: As the sign-in page says it.
    name = models.CharField(max_length=40)
    #: The issuer, without a slash at its end.
    server_url = models.URLField(max_length=300)
    client_id = models.CharField(max_length=190)
    #: `core.sealed`; empty: a client without a secret, held by PKCE alone.
    secret = models.TextField(blank=True)
    #: Endings of the addresses it may open: ["borgo.example"].
    domains = models.JSONField(default=list)
    #: It never says that an address is verified, and gives them out itself.
    trusts_addresses = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(ended_at__isnull=True), name="outside_provider_in_use"
            ),
        ]

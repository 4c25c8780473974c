"""Transfer packages: tickets with their papers for a preservation system, made by the worker piece by piece."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership
from sportello.records.tickets.models import Ticket


class Package(OrganisationModel):
    class State(models.TextChoices):
        WRITING = "writing", _("Being written")
        DONE = "done", _("Ready")
        FAILED = "failed", _("Not made")
        GONE = "gone", _("No longer kept here")

    state = models.CharField(max_length=10, choices=State.choices, default=State.WRITING)
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=10)
    #: What was asked for: `{"code": "2.1", "from": "2025-01-01", "to": "2025-12-31", "notes": false}`.
    asked = models.JSONField(default=dict)
    asked_by = OwnedKey(Membership, related_name="+")
    asked_at = models.DateTimeField()
    total = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    #: A working copy: it goes after a month, or when a ticket in it is disposed of or erased.
    blob = OwnedKey(Blob, related_name="+", null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    #: The preservation system took it over: its report ("rapporto di versamento"), with number and date.
    taken_over = models.CharField(max_length=300, blank=True)
    taken_over_at = models.DateTimeField(null=True, blank=True)
    taken_over_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    #: Why it was not made, as a code.
    trouble = models.CharField(max_length=40, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta(OrganisationModel.Meta):
        indexes = [
            models.Index(fields=["id"], name="package_to_write", condition=Q(state="writing")),
            models.Index(fields=["done_at"], name="package_to_let_go", condition=Q(state="done")),
            models.Index(fields=["organisation", "-id"], name="package_newest"),
        ]


class PackagedTicket(OrganisationModel):
    """One ticket of a package; once `blob` is there its part (a ZIP of its folder) is written and not made again."""

    package = OwnedKey(Package, related_name="tickets")
    ticket = OwnedKey(Ticket, related_name="+")
    position = models.PositiveIntegerField()
    blob = OwnedKey(Blob, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["package", "ticket"], name="packaged_ticket_once"),
            models.UniqueConstraint(fields=["package", "position"], name="packaged_position_once"),
        ]

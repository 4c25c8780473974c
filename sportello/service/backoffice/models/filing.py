"""A closed ticket in the archive: its class, until when it is kept, what holds it, and what solved it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import HangingModel, OrganisationModel, OwnedKey, OwnedOneToOne
from sportello.records.accounts.models import Membership
from sportello.records.customers.models import Customer
from sportello.records.procedures.models import Kind
from sportello.records.tickets.models import Message, Ticket

from .file_plan import FileClass


class Filing(HangingModel):
    """Made at the first closing. Dates stand still while the ticket is open again (`closed_at` null)."""

    ticket = OwnedOneToOne(Ticket, on_delete=models.PROTECT, related_name="filing")
    file_class = OwnedKey(FileClass, related_name="+")
    #: As on the class and the ticket, so that one index serves each filter.
    code = models.CharField(max_length=20, db_collation="C")
    kind = OwnedKey(Kind, related_name="+")
    outcome = models.CharField(max_length=20, blank=True)
    #: A colleague chose the class for this ticket: its kind decides no more.
    by_hand = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    #: Years the ticket's own version of its procedure asks for, where they are more than the class's; 0: they are not.
    procedure_years = models.PositiveSmallIntegerField(default=0)
    #: The last day it is kept; null: for ever, or not yet counted.
    keep_until = models.DateField(null=True, blank=True)
    transferred_at = models.DateTimeField(null=True, blank=True)
    disposed_at = models.DateTimeField(null=True, blank=True)

    class Meta(HangingModel.Meta):
        constraints = [
            *HangingModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(keep_until__isnull=True) | Q(closed_at__isnull=False), name="filing_counts_from_closing"
            ),
        ]
        indexes = [
            models.Index(
                "organisation", F("closed_at").desc(), F("id").desc(), name="filing_by_closing",
                condition=Q(closed_at__isnull=False),
            ),
            models.Index(
                "organisation", "code", F("closed_at").desc(), F("id").desc(), name="filing_by_class",
                condition=Q(closed_at__isnull=False),
            ),
            models.Index(
                "organisation", "kind", F("closed_at").desc(), F("id").desc(), name="filing_by_kind",
                condition=Q(closed_at__isnull=False),
            ),
            # what is due for disposal
            models.Index(
                "organisation", "keep_until", "id", name="filing_by_date",
                condition=Q(keep_until__isnull=False, disposed_at__isnull=True),
            ),
        ]  # fmt: skip


class Archive(OrganisationModel):
    """What the archive knows of itself: up to where tickets closed before it began have been filed; one row an
    organisation."""

    filed_up_to = models.BigIntegerField(default=0)
    #: Lists of disposal are numbered without gaps; this row is the lock of the next number.
    last_disposal = models.PositiveIntegerField(default=0)
    caught_up_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation"], name="archive_once"),
        ]


class LegalHold(OrganisationModel):
    """Nothing it covers is disposed of or erased while it lasts: a claim, an inspection, a court's order."""

    class Scope(models.TextChoices):
        TICKET = "ticket", _("One ticket")
        CUSTOMER = "customer", _("All tickets of a customer")
        FILE_CLASS = "class", _("A whole class")

    scope = models.CharField(max_length=10, choices=Scope.choices)
    ticket = OwnedKey(Ticket, related_name="+", null=True, blank=True)
    customer = OwnedKey(Customer, related_name="+", null=True, blank=True)
    code = models.CharField(max_length=20, blank=True, db_collation="C")
    reason = models.CharField(max_length=300)
    placed_by = OwnedKey(Membership, related_name="+")
    placed_at = models.DateTimeField()
    #: The last day; null: until somebody lifts it.
    until = models.DateField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    lifted_reason = models.CharField(max_length=300, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(scope="ticket", ticket__isnull=False, customer__isnull=True, code="")
                | Q(scope="customer", ticket__isnull=True, customer__isnull=False, code="")
                | (Q(scope="class", ticket__isnull=True, customer__isnull=True) & ~Q(code="")),
                name="legal_hold_one_scope",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "scope"], name="legal_hold_on", condition=Q(lifted_at__isnull=True)),
        ]


class Solution(OrganisationModel):
    """A colleague said that this answer solved it; offered again where the same is asked."""

    ticket = OwnedOneToOne(Ticket, on_delete=models.PROTECT, related_name="solution")
    message = OwnedKey(Message, related_name="+")
    marked_by = OwnedKey(Membership, related_name="+")
    marked_at = models.DateTimeField()

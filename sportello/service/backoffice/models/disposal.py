"""Disposal: proposed by one person, approved by another, carried out by the worker; what stays is the tombstone."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey, OwnedOneToOne
from sportello.records.accounts.models import Membership
from sportello.records.tickets.models import Ticket

from .file_plan import FileClass


class DisposalList(OrganisationModel):
    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        REFUSED = "refused", _("Refused")
        APPROVED = "approved", _("Approved")
        DONE = "done", _("Carried out")

    #: Progressive in the organisation, without gaps.
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    #: Everything on it was to be kept until a day before this one.
    due_before = models.DateField()
    #: Empty: of every class.
    code = models.CharField(max_length=20, blank=True, db_collation="C")
    proposed_by = OwnedKey(Membership, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    #: The leave it rests on (for a public body that of the Soprintendenza archivistica), or why it was refused.
    ground = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "number"], name="disposal_number_once"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")), name="disposal_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="disposal_decided_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="disposal_to_do", condition=Q(state="approved")),
        ]


class DisposalLine(OrganisationModel):
    class State(models.TextChoices):
        LISTED = "listed", _("To be disposed of")
        TAKEN_OFF = "taken_off", _("Taken off the list")
        SPARED = "spared", _("Spared when its turn came")
        DONE = "done", _("Disposed of")

    disposal = OwnedKey(DisposalList, related_name="lines")
    ticket = OwnedKey(Ticket, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.LISTED)
    #: Why it was taken off, in words; why it was spared, as a code.
    reason = models.CharField(max_length=300, blank=True)
    taken_off_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    #: When it was taken off, spared or disposed of.
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["disposal", "ticket"], name="disposal_ticket_once"),
            # nobody proposes twice what is proposed already, and nothing is disposed of twice
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(state__in=("listed", "done")), name="disposal_one_list_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="taken_off") | (Q(taken_off_by__isnull=False) & ~Q(reason="")),
                name="disposal_taken_off_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["disposal", "id"], name="disposal_still_listed", condition=Q(state="listed")),
        ]


class Tombstone(OrganisationModel):
    """What is left of a ticket disposed of: that it was, when, under which class, and who answered for its end."""

    ticket = OwnedOneToOne(Ticket, on_delete=models.PROTECT, related_name="tombstone")
    number = models.CharField(max_length=20, db_collation="C")
    file_class = OwnedKey(FileClass, related_name="+")
    outcome = models.CharField(max_length=20, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField()
    keep_until = models.DateField()
    disposed_at = models.DateTimeField()
    disposal = OwnedKey(DisposalList, related_name="tombstones")
    proposed_by = OwnedKey(Membership, related_name="+")
    approved_by = OwnedKey(Membership, related_name="+")
    #: SHA-256 of the dossier's JSON as it was in the moment before, with the notes among colleagues and without.
    digest = models.CharField(max_length=64)
    digest_without_notes = models.CharField(max_length=64)
    #: `{"messages": 4, "notes": 1, "files": 2, "mails": 3}`: how much went.
    counts = models.JSONField(default=dict)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "number"], name="tombstone_number_once"),
        ]

"""Checklists: written once for a kind, hung on its tickets; or written by hand on one ticket."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind
from sportello.records.tickets.models import Ticket


class ChecklistTemplate(OrganisationModel):
    """A change is a new row; what hangs on tickets already stays as it was."""

    #: Null: hung by hand on any ticket.
    kind = OwnedKey(Kind, on_delete=models.PROTECT, related_name="checklists", null=True, blank=True)
    name = models.CharField(max_length=200)
    #: `[{"text": …, "mandatory": true}, …]` in order.
    items = models.JSONField(default=list)
    made_at = models.DateTimeField()
    by_member = OwnedKey(Membership, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [
            # what a new ticket of a kind gets
            models.Index(
                fields=["organisation", "kind"], name="checklist_in_use", condition=models.Q(retired_at__isnull=True)
            ),
        ]


class Checklist(OrganisationModel):
    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="checklists")
    template = OwnedKey(ChecklistTemplate, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    #: Which of the procedure's own it is, by its code there; empty: of the kind, or by hand.
    rule = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    #: Null: hung by the kind of the request.
    by_member = OwnedKey(Membership, related_name="+", null=True, blank=True)
    #: Taken off with its reason: it blocks nothing any more.
    taken_off_at = models.DateTimeField(null=True, blank=True)
    taken_off_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    taken_off_reason = models.TextField(blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["ticket", "template"], condition=models.Q(template__isnull=False), name="checklist_hung_once"
            ),
            models.UniqueConstraint(
                fields=["ticket", "rule"], condition=~models.Q(rule=""), name="checklist_of_rule_once"
            ),
        ]


class ChecklistItem(OrganisationModel):
    checklist = OwnedKey(Checklist, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    mandatory = models.BooleanField(default=False)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["checklist", "position"], name="checklist_item_once"),
        ]


class ChecklistTick(OrganisationModel):
    """Who ticked an item and when; one taken back keeps its row."""

    item = OwnedKey(ChecklistItem, on_delete=models.PROTECT, related_name="ticks")
    by_member = OwnedKey(Membership, related_name="+")
    at = models.DateTimeField()
    back_at = models.DateTimeField(null=True, blank=True)
    back_by = OwnedKey(Membership, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["item"], condition=models.Q(back_at__isnull=True), name="checklist_tick_one_in_force"
            ),
        ]

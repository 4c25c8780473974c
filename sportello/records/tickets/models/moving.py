"""What went from one ticket to another, and how to put it back: merges, and every entry that was moved."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .entry import Entry
from .ticket import Ticket


class TicketMerge(OrganisationModel):
    """`merged` goes on in `kept`. Undone by `undone_at`, never deleted.

    `before` is what undoing gives back: `{"status": …, "unanswered_since": …, "ended_terms": [ids],
    "taken_terms": [ids], "given_up_terms": [ids], "kept_unanswered_since": …}`, ids and instants.
    """

    merged = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="merges")
    kept = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="merged_here")
    merged_at = models.DateTimeField()
    by_member = OwnedKey(Membership, related_name="+")
    reason = models.TextField(blank=True)
    before = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = OwnedKey(Membership, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["merged"], condition=models.Q(undone_at__isnull=True), name="merge_one_in_force"
            ),
            models.CheckConstraint(condition=~models.Q(merged=models.F("kept")), name="merge_of_two"),
        ]


class EntryMove(OrganisationModel):
    """One entry went from `source`, where it stood at `from_position`, to `target`. The newest row of an entry that was
    not undone says how it came where it is."""

    class Why(models.TextChoices):
        MERGE = "merge", _("merged")
        SPLIT = "split", _("split")
        WRONG = "wrong", _("was on the wrong ticket")

    entry = OwnedKey(Entry, on_delete=models.PROTECT, related_name="moves")
    why = models.CharField(max_length=10, choices=Why.choices)
    merge = OwnedKey(TicketMerge, on_delete=models.PROTECT, related_name="entries", null=True, blank=True)
    source = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="+")
    from_position = models.PositiveIntegerField()
    target = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="+")
    to_position = models.PositiveIntegerField()
    moved_at = models.DateTimeField()
    by_member = OwnedKey(Membership, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [
            # what a merge brought, to be put back
            models.Index(fields=["merge", "id"], name="entry_move_of_merge", condition=models.Q(merge__isnull=False)),
            models.Index(fields=["entry", "-id"], name="entry_move_of_entry"),
        ]

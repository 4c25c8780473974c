"""The timeline's spine: everything that is read in order hangs on an entry."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import HangingModel, OrganisationModel, OwnedKey, OwnedOneToOne
from sportello.records.accounts.models import Membership
from sportello.records.customers.models import Customer

from .ticket import Ticket


class Entry(HangingModel):
    class Kind(models.TextChoices):
        MESSAGE = "message", _("Message")
        NOTE = "note", _("Internal note")
        CONTACT = "contact", _("Contact")
        EVENT = "event", _("Event")

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Customer and colleagues")
        INTERNAL = "internal", _("Colleagues only")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="entries", db_index=False)
    #: 1, 2, 3… within the ticket: paging, the stale-reply check, merging.
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    visibility = models.CharField(max_length=10, choices=Visibility.choices)
    happened_at = models.DateTimeField()
    #: Who wrote or did it: a colleague, the customer, or neither (Sportello by itself).
    by_member = OwnedKey(Membership, related_name="+", null=True, blank=True, db_index=False)
    by_customer = OwnedKey(Customer, related_name="+", null=True, blank=True)
    #: The ticket it was written on, when it was brought here from there (`EntryMove`).
    came_from = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["ticket", "position"], name="entry_position_once"),
            models.CheckConstraint(
                condition=~models.Q(kind="note") | models.Q(visibility="internal"), name="entry_note_is_internal"
            ),
        ]
        indexes = [
            # whom or what few rows name, for who takes that away
            models.Index(fields=["by_member"], name="entry_by_member", condition=models.Q(by_member__isnull=False)),
            models.Index(fields=["came_from"], name="entry_came_from", condition=models.Q(came_from__isnull=False)),
        ]

    @property
    def is_public(self) -> bool:
        return self.visibility == self.Visibility.PUBLIC


class TicketEvent(HangingModel):
    """One line of the timeline: what changed, as code and facts; drawn into words by the screen's language."""

    entry = OwnedOneToOne(Entry, on_delete=models.PROTECT, related_name="event")
    #: assigned, moved, kind_changed, waiting, resumed, closed, reopened, customer_confirmed, …
    code = models.CharField(max_length=40)
    #: `{"from_id": 3, "to_id": 4}`: ids and codes.
    facts = models.JSONField(default=dict)
    #: The sentence a person gave for it, where one was asked.
    reason = models.TextField(blank=True)

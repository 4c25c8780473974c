"""One meeting on one channel: visit at the counter, call, letter brought in. May exist before customer and ticket."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey, OwnedOneToOne
from sportello.records.accounts.models import Membership, Team
from sportello.records.customers.models import Customer
from sportello.records.procedures.models import Kind

from .entry import Entry


class Contact(OrganisationModel):
    class Channel(models.TextChoices):
        COUNTER = "counter", _("Counter")
        PHONE = "phone", _("Phone")
        LETTER = "letter", _("Letter")

    class Direction(models.TextChoices):
        IN = "in", _("They came to us")
        OUT = "out", _("We went to them")

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("Answered on the spot")
        TICKET = "ticket", _("Recorded on a ticket")
        SENT_ON = "sent_on", _("Shown to the right door")
        LEFT = "left", _("Left before an answer")

    class Identified(models.TextChoices):
        NOT = "", _("Not identified")
        DOCUMENT = "document", _("Identity document")
        KNOWN = "known", _("Known in person")
        DATA = "data", _("Answered questions on their data")

    channel = models.CharField(max_length=20, choices=Channel.choices)
    direction = models.CharField(max_length=5, choices=Direction.choices, default=Direction.IN)
    #: Null: an anonymous question, which counts with one key.
    customer = OwnedKey(Customer, related_name="contacts", null=True, blank=True)
    kind = OwnedKey(Kind, related_name="+", null=True, blank=True)
    member = OwnedKey(Membership, related_name="contacts")
    team = OwnedKey(Team, related_name="+", null=True, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    identified = models.CharField(max_length=20, choices=Identified.choices, blank=True)
    language = models.CharField(max_length=10, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [
            # today's contacts of an organisation, counted on the desk
            models.Index(fields=["organisation", "-started_at"], name="contact_by_start"),
        ]


class ContactInterval(OrganisationModel):
    """The log of a contact: all durations are sums of these, nothing else is stored."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SERVING = "serving", _("Being served")
        HOLD = "hold", _("On hold")
        WRAP_UP = "wrap_up", _("Wrap-up")

    contact = OwnedKey(Contact, on_delete=models.PROTECT, related_name="intervals")
    state = models.CharField(max_length=20, choices=State.choices)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        ordering = ["began_at", "id"]
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["contact"], condition=models.Q(ended_at__isnull=True), name="contact_one_open_interval"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("began_at")),
                name="contact_interval_forward",
            ),
        ]


class ContactEntry(OrganisationModel):
    """A contact as it stands on a ticket's timeline; one contact may serve several tickets."""

    entry = OwnedOneToOne(Entry, on_delete=models.PROTECT, related_name="contact")
    contact = OwnedKey(Contact, related_name="entries")
    summary = models.TextField()

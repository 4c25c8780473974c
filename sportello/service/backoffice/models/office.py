"""Competent offices and what is forwarded to them: inside a team of ours, outside an address that sees what is sent."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey, OwnedOneToOne
from sportello.records.accounts.models import Membership, Team
from sportello.records.procedures.models import OfficeCalendar
from sportello.records.tickets.models import Aside, Attachment, Message, Moment, Term, Ticket


class Office(OrganisationModel):
    """Who can be asked. Never deleted: what was forwarded to it keeps pointing here."""

    class Channel(models.TextChoices):
        INSIDE = "inside", _("Inside: a team of ours")
        EMAIL = "email", _("Outside, by e-mail")
        PEC = "pec", _("Outside, by PEC")

    name = models.CharField(max_length=200)
    #: What it is competent for, for who must choose.
    competence = models.CharField(max_length=500, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    team = OwnedKey(Team, related_name="+", null=True, blank=True)
    address = models.CharField(max_length=320, blank=True)
    #: By whose opening days its term is counted; null: by those of the ticket's procedure.
    calendar = OwnedKey(OfficeCalendar, related_name="+", null=True, blank=True)
    #: Working days it is usually given.
    days = models.PositiveSmallIntegerField(default=5)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(channel="inside", team__isnull=False, address="")
                | (models.Q(channel__in=("email", "pec"), team__isnull=True) & ~models.Q(address="")),
                name="office_inside_or_outside",
            ),
            models.CheckConstraint(condition=models.Q(days__gt=0), name="office_has_days"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_inside(self) -> bool:
        return self.channel == self.Channel.INSIDE


class ForwardingQuerySet(models.QuerySet["Forwarding"]):
    def open(self) -> ForwardingQuerySet:
        """Still somebody's to look after: awaited, or answered and not taken up yet."""
        return self.filter(accepted_at__isnull=True, recalled_at__isnull=True)


class Forwarding(OrganisationModel):
    """One question to one office. The ticket stays with who has it."""

    class State(models.TextChoices):
        AWAITED = "awaited", _("Awaited")
        ANSWERED = "answered", _("Answered, to be read")
        ACCEPTED = "accepted", pgettext_lazy("office", "Answered")
        RECALLED = "recalled", _("Recalled")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="forwardings")
    office = OwnedKey(Office, on_delete=models.PROTECT, related_name="forwardings")
    #: Where its letters hang.
    aside = OwnedOneToOne(Aside, on_delete=models.PROTECT, related_name="forwarding")
    question = OwnedKey(Message, on_delete=models.PROTECT, related_name="+")
    by_member = OwnedKey(Membership, related_name="+")
    asked_at = models.DateTimeField()
    #: Its term as it runs now, inside ours.
    term = OwnedKey(Term, on_delete=models.PROTECT, related_name="+")
    expected_at = models.DateTimeField()
    #: Why its term ends after our own safe end; empty where it does not.
    beyond_reason = models.TextField(blank=True)
    #: Whether name and address of the customer were sent along.
    with_customer = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True, blank=True)
    #: The newest thing it said.
    answer = OwnedKey(Message, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    #: A colleague says that this is the answer.
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    recalled_at = models.DateTimeField(null=True, blank=True)
    recalled_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    recall_reason = models.TextField(blank=True)

    objects = ForwardingQuerySet.as_manager()

    class Meta(OrganisationModel.Meta):
        indexes = [
            # the list of what is forwarded and open, the first expected first
            models.Index(
                fields=["organisation", "expected_at", "id"],
                name="forwarding_open",
                condition=models.Q(accepted_at__isnull=True, recalled_at__isnull=True),
            ),
            # what an inside office has on its table
            models.Index(
                fields=["office", "expected_at", "id"],
                name="forwarding_of_office",
                condition=models.Q(accepted_at__isnull=True, recalled_at__isnull=True),
            ),
            models.Index(fields=["ticket", "id"], name="forwarding_of_ticket"),
        ]

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.recalled_at is None

    @property
    def state(self) -> str:
        if self.recalled_at is not None:
            return self.State.RECALLED
        if self.accepted_at is not None:
            return self.State.ACCEPTED
        return self.State.ANSWERED if self.answered_at is not None else self.State.AWAITED

    @property
    def state_word(self) -> str:
        return str(self.State(self.state).label)


class ForwardedItem(OrganisationModel):
    """What of the ticket was chosen to be sent: the words of a message, or a file."""

    forwarding = OwnedKey(Forwarding, on_delete=models.PROTECT, related_name="items")
    message = OwnedKey(Message, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    #: Goes when an erasure by law takes the file; the row says that one was sent.
    attachment = OwnedKey(Attachment, on_delete=models.SET_NULL, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(message__isnull=True) | models.Q(attachment__isnull=True),
                name="forwarded_item_is_one",
            ),
        ]


class ForwardingExtension(OrganisationModel):
    """The office was given more time, with the reason the customer reads."""

    forwarding = OwnedKey(Forwarding, on_delete=models.PROTECT, related_name="extensions")
    days = models.PositiveSmallIntegerField()
    expected_before = models.DateTimeField()
    expected_after = models.DateTimeField()
    reason = models.TextField()
    by_member = OwnedKey(Membership, related_name="+")
    at = models.DateTimeField()


class ForwardingReminder(OrganisationModel):
    """An office was reminded: once for each moment of the tick, whoever looks and however often."""

    forwarding = OwnedKey(Forwarding, on_delete=models.PROTECT, related_name="reminders")
    moment = OwnedOneToOne(Moment, on_delete=models.PROTECT, related_name="+")
    #: The letter; null for an office inside, which reads it on its page.
    message = OwnedKey(Message, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField()

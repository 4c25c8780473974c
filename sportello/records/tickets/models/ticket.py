"""One need with its life."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import HangingModel, OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership, Team
from sportello.records.customers.models import Customer
from sportello.records.knowledge.models import ServiceSheet
from sportello.records.procedures.models import Kind, Procedure


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Sets with names. Who may see what is not here but in `access.py`."""

    def open(self) -> TicketQuerySet:
        return self.exclude(status=Ticket.Status.CLOSED)

    def closed(self) -> TicketQuerySet:
        return self.filter(status=Ticket.Status.CLOSED)

    def due_before(self, instant: datetime) -> TicketQuerySet:
        return self.open().filter(next_promise_at__lt=instant)


class Ticket(HangingModel):
    class Status(models.TextChoices):
        NEW = "new", _("New")
        IN_PROGRESS = "in_progress", _("In progress")
        WAITING = "waiting_customer", _("Waiting for the customer")
        CLOSED = "closed", _("Closed")

    class Priority(models.IntegerChoices):
        LOW = 1, _("Low")
        NORMAL = 2, _("Normal")
        HIGH = 3, _("High")
        URGENT = 4, _("Urgent")

    class Sensitivity(models.TextChoices):
        NORMAL = "normal", _("Normal")
        TEAM = "team", _("Team only")
        NAMED = "named", _("Named persons only")

    #: `2026-0004213`: year of the organisation's clock and seven digits; gaps allowed.
    number = models.CharField(max_length=20, db_collation="C")
    subject = models.CharField(max_length=300)
    kind = OwnedKey(Kind, related_name="+")
    #: The version the ticket runs under, kept for its whole life.
    procedure = OwnedKey(Procedure, related_name="+")
    service_sheet = OwnedKey(ServiceSheet, related_name="+", null=True, blank=True, db_index=False)
    #: Null only for a need whose bearer did not say who they are.
    customer = OwnedKey(Customer, related_name="tickets", null=True, blank=True, db_index=False)
    #: The channel of the first contact: email, webform, counter, phone, letter.
    channel = models.CharField(max_length=20)
    language = models.CharField(max_length=10)

    #: Always somebody answers for it.
    team = OwnedKey(Team, related_name="tickets")
    owner = OwnedKey(Membership, related_name="tickets", null=True, blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.NEW)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    sensitivity = models.CharField(max_length=10, choices=Sensitivity.choices, default=Sensitivity.NORMAL)

    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    #: Last thing that happened, for "newest first".
    moved_at = models.DateTimeField()
    #: The customer's oldest word without an answer; null when the ball is not in our court.
    unanswered_since = models.DateTimeField(null=True, blank=True)
    #: The next instant somebody was promised something by; every open ticket has one.
    next_promise_at = models.DateTimeField(null=True, blank=True)
    #: It sleeps until then (`Snooze`): out of the lists of what waits, with its team, promise and terms. Null: awake.
    snoozed_until = models.DateTimeField(null=True, blank=True)
    #: It goes on in that ticket (`TicketMerge`), which what is written to it follows to.
    merged_into = OwnedKey("self", related_name="+", null=True, blank=True, db_index=False)
    #: Counts changes: live streams and stale checks compare it.
    version = models.PositiveIntegerField(default=1)
    #: Position of the newest entry, and of the newest a customer or colleague said in public.
    last_position = models.PositiveIntegerField(default=0)
    last_public_position = models.PositiveIntegerField(default=0)
    #: How many offices are asked now: where it stands asks for them only when there are any.
    open_asides = models.PositiveSmallIntegerField(default=0)

    objects = TicketQuerySet.as_manager()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "number"], name="ticket_number_once"),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False)
                | (~Q(status="closed") & Q(closed_at__isnull=True, next_promise_at__isnull=False)),
                name="ticket_never_silent",
            ),
            models.CheckConstraint(
                condition=Q(snoozed_until__isnull=True) | ~Q(status="closed"), name="ticket_closed_is_awake"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(status="closed"), name="ticket_merged_is_closed"
            ),
        ]
        indexes = [
            # whom or what few rows name, for who takes that away
            models.Index(
                fields=["service_sheet"], name="ticket_service_sheet", condition=models.Q(service_sheet__isnull=False)
            ),
            models.Index(
                fields=["merged_into"], name="ticket_merged_into", condition=models.Q(merged_into__isnull=False)
            ),
            # the four declared sorts of every list; closed tickets stand last by due and by waiting (nulls), so one
            # index serves the lists of open tickets and the list of all
            models.Index("organisation", "next_promise_at", "id", name="ticket_by_due"),
            models.Index("organisation", "unanswered_since", "id", name="ticket_by_waiting"),
            models.Index(
                "organisation",
                F("moved_at").desc(),
                F("id").desc(),
                name="ticket_open_by_moved",
                condition=~Q(status="closed"),
            ),
            models.Index("organisation", F("opened_at").desc(), F("id").desc(), name="ticket_by_opened"),
            models.Index("organisation", F("moved_at").desc(), F("id").desc(), name="ticket_by_moved"),
            # mine
            models.Index("owner", "next_promise_at", "id", name="ticket_mine", condition=~Q(status="closed")),
            # my teams' unassigned
            models.Index(
                "team",
                "next_promise_at",
                "id",
                name="ticket_unassigned",
                condition=Q(owner__isnull=True) & ~Q(status="closed"),
            ),
            # what sleeps
            models.Index(
                "organisation",
                "next_promise_at",
                "id",
                name="ticket_snoozed",
                condition=Q(snoozed_until__isnull=False),
            ),
            # a customer's history
            models.Index("customer", F("opened_at").desc(), name="ticket_of_customer"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_closed(self) -> bool:
        return self.status == self.Status.CLOSED

    @property
    def is_snoozed(self) -> bool:
        return self.snoozed_until is not None

    @property
    def waits_for_us(self) -> bool:
        return not self.is_closed and self.unanswered_since is not None

    def is_overdue(self, now: datetime) -> bool:
        return self.next_promise_at is not None and not self.is_closed and self.next_promise_at < now


class TicketCounter(OrganisationModel):
    """The last number given out in a year; taken last in the transaction, so that its lock is held shortly."""

    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "year"], name="ticket_counter_year_once"),
        ]


class AccessCode(HangingModel):
    """The customer's key to the follow-up page. The newest that is not ended opens.

    The code is derived from the nonce and the installation's key (`codes.py`), so that it stands neither here nor
    in stored letters; the digest is what a typed code is compared with.
    """

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="access_codes")
    nonce = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    failed_tries = models.PositiveIntegerField(default=0)

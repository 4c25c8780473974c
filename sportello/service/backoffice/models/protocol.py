"""The register of what comes in and goes out (registro di protocollo, DPR 445/2000 artt. 53-57)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey, OwnedOneToOne
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind
from sportello.records.tickets.models import Message, Ticket

from .document import Document, LetterDraft


class ProtocolSettings(OrganisationModel):
    """Who gives the numbers, and how the office is named in them. No row: nothing is registered."""

    class Keeper(models.TextChoices):
        OWN = "own", pgettext_lazy("protocol", "Our own register")
        OUTSIDE = "outside", pgettext_lazy("protocol", "An outside protocol system")

    is_on = models.BooleanField(default=False)
    keeper = models.CharField(max_length=10, choices=Keeper.choices, default=Keeper.OWN)
    #: Codes as they stand in a segnatura: up to 16 letters, figures, `_`, `.` and `-`.
    administration = models.CharField(max_length=16, blank=True)
    office = models.CharField(max_length=16, blank=True)
    register = models.CharField(max_length=16, blank=True)
    #: Of the outside system; the token is read from the environment under this name.
    url = models.URLField(max_length=500, blank=True)
    token_name = models.CharField(max_length=60, blank=True)
    changed_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation"], name="protocol_settings_once"),
            models.CheckConstraint(condition=~Q(keeper="outside") | ~Q(url=""), name="protocol_outside_has_address"),
        ]


class KindProtocol(OrganisationModel):
    """What of a kind is registered without being asked."""

    class Incoming(models.TextChoices):
        BY_HAND = "by_hand", pgettext_lazy("protocol", "By hand")
        FIRST = "first", pgettext_lazy("protocol", "The message that opens the ticket")
        ALL = "all", pgettext_lazy("protocol", "Every message")

    class Outgoing(models.TextChoices):
        BY_HAND = "by_hand", pgettext_lazy("protocol", "By hand")
        ALL = "all", pgettext_lazy("protocol", "Every reply, when it leaves")

    kind = OwnedOneToOne(Kind, related_name="+")
    incoming = models.CharField(max_length=10, choices=Incoming.choices, default=Incoming.BY_HAND)
    outgoing = models.CharField(max_length=10, choices=Outgoing.choices, default=Outgoing.BY_HAND)


class ProtocolCounter(OrganisationModel):
    """The last number of a year. Taken in the transaction that writes the entry and held until its end: what is undone
    gives its number back, so there are no gaps."""

    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "year"], name="protocol_counter_once"),
        ]


class ProtocolEntry(OrganisationModel):
    """One line: art. 53(1). Written in one act and never changed (a trigger refuses it) but to annul it, which leaves
    it in view (art. 54)."""

    class Direction(models.TextChoices):
        IN = "in", pgettext_lazy("protocol", "Incoming")
        OUT = "out", pgettext_lazy("protocol", "Outgoing")

    direction = models.CharField(max_length=5, choices=Direction.choices)
    year = models.PositiveIntegerField()
    #: Our own number; null where the outside system gave `outside_number`.
    serial = models.PositiveIntegerField(null=True, blank=True)
    outside_number = models.CharField(max_length=60, blank=True, db_collation="C")
    registered_at = models.DateTimeField()
    #: Its day on the office's wall: what the daily print goes by.
    registered_on = models.DateField()
    #: Null: registered by itself, as the kind's setting says.
    registered_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    #: Senders of what came in, recipients of what went out: `[{"name": …, "address": …}]`.
    correspondents = models.JSONField(default=list)
    subject = models.CharField(max_length=500)
    #: When it came in or left, where that is not the instant of registration.
    happened_at = models.DateTimeField()
    means = models.CharField(max_length=20, blank=True)
    #: SHA-256, and of what: `mail` (raw message), `text` (its words), `pdf`.
    digest = models.CharField(max_length=64, db_collation="C")
    digest_of = models.CharField(max_length=10)
    #: `[{"name": …, "sha256": …}]`
    attachments = models.JSONField(default=list)
    #: Number and date the sender gave it, where known; as written there.
    sender_number = models.CharField(max_length=60, blank=True)
    sender_date = models.CharField(max_length=40, blank=True)
    sender_office = models.CharField(max_length=100, blank=True)
    ticket = OwnedKey(Ticket, related_name="protocol_entries")
    message = OwnedKey(Message, related_name="+", null=True, blank=True)
    document = OwnedKey(Document, related_name="protocol_entries", null=True, blank=True)
    annulled_at = models.DateTimeField(null=True, blank=True)
    annulled_on = models.DateField(null=True, blank=True)
    annulled_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    annulled_why = models.TextField(blank=True)
    #: The act that ordered it (art. 54(2)).
    annulled_act = models.CharField(max_length=200, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "year", "serial"], name="protocol_number_once"),
            models.UniqueConstraint(
                fields=["organisation", "year", "outside_number"], condition=~Q(outside_number=""),
                name="protocol_outside_number_once",
            ),
            models.CheckConstraint(
                condition=Q(serial__isnull=False, outside_number="") | (Q(serial__isnull=True) & ~Q(outside_number="")),
                name="protocol_one_number",
            ),
            models.UniqueConstraint(
                fields=["message"], condition=Q(annulled_at__isnull=True), name="protocol_message_once"
            ),
            models.UniqueConstraint(
                fields=["document"], condition=Q(annulled_at__isnull=True), name="protocol_document_once"
            ),
            models.CheckConstraint(
                condition=Q(annulled_at__isnull=True, annulled_by__isnull=True, annulled_on__isnull=True)
                | (
                    Q(annulled_at__isnull=False, annulled_by__isnull=False, annulled_on__isnull=False)
                    & ~Q(annulled_why="")
                ),
                name="protocol_annulled_with_reason",
            ),
        ]
        indexes = [
            # the register, newest first
            models.Index("organisation", models.F("id").desc(), name="protocol_newest"),
            # the next day to print: by registrations, by annulments
            models.Index(fields=["organisation", "registered_on", "id"], name="protocol_by_day"),
            # a year of it, newest first: walking back from today would read all the years between
            models.Index("organisation", "year", models.F("id").desc(), name="protocol_by_year"),
            models.Index(
                fields=["organisation", "annulled_on"], condition=Q(annulled_on__isnull=False),
                name="protocol_annulled_by_day",
            ),
            models.Index(fields=["ticket", "id"], name="protocol_of_ticket"),
        ]

    @property
    def number(self) -> str:
        """Seven figures, as a segnatura writes them; the outside system's own where it gave one."""
        return self.outside_number or f"{self.serial or 0:07d}"

    @property
    def shown(self) -> str:
        return f"{self.number}/{self.year}"

    @property
    def is_annulled(self) -> bool:
        return self.annulled_at is not None


class RegisterPrint(OrganisationModel):
    """The register of one day as it was printed the day after; each names the digest of the one before."""

    day = models.DateField()
    blob = OwnedKey(Blob, related_name="+")
    sha256 = models.CharField(max_length=64, db_collation="C")
    previous_sha256 = models.CharField(max_length=64, blank=True, db_collation="C")
    first_number = models.CharField(max_length=60, blank=True)
    last_number = models.CharField(max_length=60, blank=True)
    entries = models.PositiveIntegerField()
    annulments = models.PositiveIntegerField(default=0)
    printed_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "day"], name="register_print_once"),
        ]


class ProtocolRequestQuerySet(models.QuerySet["ProtocolRequest"]):
    def open(self) -> ProtocolRequestQuerySet:
        """Without a number, and not taken back."""
        return self.exclude(state__in=(ProtocolRequest.State.DONE, ProtocolRequest.State.WITHDRAWN))


class ProtocolRequest(OrganisationModel):
    """A registration asked of the outside system: kept until it answered with a number, asked again after a failure
    with the same key. Nothing is given up silently: what it refuses stays in view."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("protocol request", "To be asked")
        REFUSED = "refused", pgettext_lazy("protocol request", "Refused")
        DONE = "done", pgettext_lazy("protocol request", "Registered")
        WITHDRAWN = "withdrawn", pgettext_lazy("protocol request", "Taken back")

    #: The same at every try, so that an outside system can tell a repeat.
    key = models.UUIDField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    direction = models.CharField(max_length=5, choices=ProtocolEntry.Direction.choices)
    #: What is registered, as `protocol/matter.py` says it.
    matter = models.JSONField(default=dict)
    ticket = OwnedKey(Ticket, related_name="+")
    message = OwnedKey(Message, related_name="+", null=True, blank=True)
    document = OwnedKey(Document, related_name="+", null=True, blank=True)
    #: The letter that is printed with the number when it comes; it cannot be changed until then.
    draft = OwnedKey(LetterDraft, related_name="requests", null=True, blank=True)
    asked_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    asked_at = models.DateTimeField()
    #: The server's instant of the next try: a lease while one is under way.
    next_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    #: A code of `protocol/outside.py`, and what the system said.
    trouble = models.CharField(max_length=40, blank=True)
    answer = models.TextField(blank=True)
    entry = OwnedOneToOne(ProtocolEntry, related_name="request", null=True, blank=True)

    objects = ProtocolRequestQuerySet.as_manager()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["key"], name="protocol_request_key_once"),
            models.UniqueConstraint(
                fields=["message"], condition=~Q(state="done"), name="protocol_request_message_once"
            ),
            models.UniqueConstraint(
                fields=["document"], condition=~Q(state="done"), name="protocol_request_document_once"
            ),
            models.UniqueConstraint(
                fields=["draft"], condition=~Q(state="done"), name="protocol_request_draft_once"
            ),
            models.CheckConstraint(
                condition=Q(state="done", entry__isnull=False) | (~Q(state="done") & Q(entry__isnull=True)),
                name="protocol_request_done_has_entry",
            ),
        ]
        indexes = [
            # what is asked next
            models.Index(fields=["next_at", "id"], condition=Q(state="waiting"), name="protocol_request_due"),
            models.Index(fields=["ticket", "id"], name="protocol_request_of_ticket"),
            # the page of those not registered yet
            models.Index(
                fields=["organisation", "id"],
                condition=~Q(state__in=("done", "withdrawn")),
                name="protocol_request_open",
            ),
        ]

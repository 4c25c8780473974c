"""What stops, restarts or moves a term: never overwritten, each with cause, reason, actor and document."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .entry import Entry
from .term import Term
from .ticket import Ticket


class Suspension(OrganisationModel):
    """The clock stands still. At most one runs on a ticket at a time."""

    class Effect(models.TextChoices):
        SUSPEND = "suspend", _("Stops, and goes on with the days left")
        INTERRUPT = "interrupt", _("Stops, and begins again from the start")

    class Ended(models.TextChoices):
        MET = "met", _("What was awaited has come")
        LAPSED = "lapsed", _("The time for it has passed")
        BY_HAND = "by_hand", _("Ended by a colleague")
        CLOSED = "closed", _("The ticket was closed")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="suspensions")
    term = OwnedKey(Term, on_delete=models.PROTECT, related_name="suspensions")
    #: The procedure's code of why: missing_documents, refusal_warning, third_party…
    cause = models.CharField(max_length=60)
    effect = models.CharField(max_length=10, choices=Effect.choices, default=Effect.SUSPEND)
    began_at = models.DateTimeField()
    #: The latest instant at which it ends by itself.
    until_at = models.DateTimeField()
    #: The customer's last instant, rolled past holidays; null when nothing is asked of them.
    window_until_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    #: When the clock goes on; later than the end where the law grants days (L. 241/1990 art. 10-bis).
    restart_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=10, choices=Ended.choices, blank=True)
    reason = models.TextField()
    #: What it rests on, in words (a protocol number); files hang on the entry.
    document = models.CharField(max_length=300, blank=True)
    entry = OwnedKey(Entry, on_delete=models.PROTECT, related_name="+")
    by_member = OwnedKey(Membership, related_name="+", null=True, blank=True)
    end_reason = models.TextField(blank=True)
    end_document = models.CharField(max_length=300, blank=True)
    end_entry = OwnedKey(Entry, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    ended_by = OwnedKey(Membership, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["ticket"], condition=models.Q(ended_at__isnull=True), name="suspension_one_running"
            ),
            models.CheckConstraint(
                condition=models.Q(until_at__gte=models.F("began_at"))
                & (models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("began_at"))),
                name="suspension_forward",
            ),
        ]
        indexes = [models.Index(fields=["ticket", "began_at"], name="suspension_of_ticket")]


class Extension(OrganisationModel):
    """The end was moved: an extension of the term, or an interim reply that names the final date."""

    class Sort(models.TextChoices):
        EXTENSION = "extension", _("Extension")
        INTERIM = "interim", _("Interim reply")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="extensions")
    term = OwnedKey(Term, on_delete=models.PROTECT, related_name="extensions")
    sort = models.CharField(max_length=10, choices=Sort.choices)
    cause = models.CharField(max_length=60, blank=True)
    #: What is added to the term, or, with `is_whole`, what the whole of it becomes. None: the end stays.
    value = models.PositiveIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    is_whole = models.BooleanField(default=False)
    due_before = models.DateTimeField()
    due_after = models.DateTimeField()
    made_at = models.DateTimeField()
    reason = models.TextField()
    document = models.CharField(max_length=300, blank=True)
    entry = OwnedKey(Entry, on_delete=models.PROTECT, related_name="+")
    by_member = OwnedKey(Membership, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [models.Index(fields=["ticket", "made_at"], name="extension_of_ticket")]


class GlobalSuspension(OrganisationModel):
    """Terms stand still for everybody between two days, by decree: as from 23 February to 15 May 2020."""

    slug = models.SlugField(max_length=60)
    names = models.JSONField(default=dict)
    #: First and last day on which the clock stands still.
    from_day = models.DateField()
    to_day = models.DateField()
    #: Slugs of the kinds concerned; empty: all of them.
    kinds = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    #: Withdrawn: it counts no more in what is counted from now on. Never deleted.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "slug"], name="global_suspension_once"),
            models.CheckConstraint(
                condition=models.Q(to_day__gte=models.F("from_day")), name="global_suspension_forward"
            ),
        ]

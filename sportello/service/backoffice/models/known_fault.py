"""One event many ask about: its tickets, what is said of it, and to whom it was told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from sportello.foundation.core.fields import check_texts
from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership
from sportello.records.knowledge.models import ServiceSheet
from sportello.records.procedures.models import Kind
from sportello.records.tickets.models import Message, Ticket


class KnownFault(OrganisationModel):
    class State(models.TextChoices):
        LOOKING = "looking", pgettext_lazy("fault", "We are looking into it")
        FOUND = "found", pgettext_lazy("fault", "Cause found, being mended")
        WATCHED = "watched", pgettext_lazy("fault", "Mended, being watched")
        SOLVED = "solved", pgettext_lazy("fault", "Solved")

    #: `{language: text}`: what everybody may read; never a person's name.
    titles = models.JSONField(default=dict, validators=[check_texts])
    #: What tickets about it look like: those of this kind or service are proposed.
    kind = OwnedKey(Kind, related_name="+", null=True, blank=True)
    service_sheet = OwnedKey(ServiceSheet, related_name="+", null=True, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.LOOKING)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    #: When it is expected to be over; null: not known.
    expected_at = models.DateTimeField(null=True, blank=True)
    #: On the portal's status page.
    is_public = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = OwnedKey(Membership, related_name="+")

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state="solved", ended_at__isnull=False) | (~Q(state="solved") & Q(ended_at__isnull=True)),
                name="fault_ends_when_solved",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-began_at", "-id"], name="fault_newest")]

    def title_in(self, language: str) -> str:
        return in_language(self.titles, language)

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None


class FaultTicket(OrganisationModel):
    """A ticket about the event. Taken off, the row stays with its end."""

    fault = OwnedKey(KnownFault, on_delete=models.PROTECT, related_name="places")
    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="faults")
    linked_at = models.DateTimeField()
    linked_by = OwnedKey(Membership, related_name="+")
    taken_off_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["fault", "ticket"], condition=Q(taken_off_at__isnull=True), name="fault_ticket_once"
            ),
        ]
        indexes = [models.Index(fields=["ticket"], name="fault_of_ticket")]


class FaultUpdate(OrganisationModel):
    """What is said of the event at one moment: on the status page, and once to each who asked."""

    fault = OwnedKey(KnownFault, on_delete=models.PROTECT, related_name="updates")
    texts = models.JSONField(default=dict, validators=[check_texts])
    state = models.CharField(max_length=20, choices=KnownFault.State.choices)
    at = models.DateTimeField()
    by_member = OwnedKey(Membership, related_name="+")
    #: How many tickets it is to be told to; 0: the status page only.
    to_tell = models.PositiveIntegerField(default=0)

    class Meta(OrganisationModel.Meta):
        indexes = [models.Index(fields=["fault", "-id"], name="fault_update_newest")]

    def text_in(self, language: str) -> str:
        return in_language(self.texts, language)


class FaultTelling(OrganisationModel):
    """One ticket an update is told to, once: claimed by the worker, done in the transaction that writes the message."""

    class State(models.TextChoices):
        WAITS = "waits", pgettext_lazy("telling", "To be told")
        TOLD = "told", pgettext_lazy("telling", "Told")
        SKIPPED = "skipped", pgettext_lazy("telling", "Not told: closed meanwhile")
        FAILED = "failed", pgettext_lazy("telling", "Could not be told")

    update = OwnedKey(FaultUpdate, on_delete=models.PROTECT, related_name="tellings")
    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITS)
    told_at = models.DateTimeField(null=True, blank=True)
    message = OwnedKey(Message, related_name="+", null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    #: The sentence why not, of one that failed.
    why = models.CharField(max_length=300, blank=True)
    next_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["update", "ticket"], name="fault_telling_once"),
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], name="fault_telling_waits", condition=Q(state="waits")),
            models.Index(fields=["update", "state"], name="fault_telling_of"),
        ]

"""A case with no procedure: flagged with what is needed, solved by the back office, tied to the ticket it came from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership, Team
from sportello.records.knowledge.models import SavedReply, ServiceSheet
from sportello.records.procedures.models import Procedure
from sportello.records.tickets.models import Ticket


class UnknownCase(OrganisationModel):
    class State(models.TextChoices):
        OPEN = "open", _("To be looked at")
        TAKEN = "taken", _("Being looked at")
        SOLVED = "solved", pgettext_lazy("case", "Solved")
        DECLINED = "declined", _("No procedure needed")

    class Result(models.TextChoices):
        PROCEDURE = "procedure", _("A draft of a new procedure")
        REPLY = "reply", _("A draft of a saved reply")
        SHEET = "sheet", _("A draft of a service sheet")
        WORDS = "words", _("An instruction for this case only")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="unknown_cases")
    #: The back office: whose list it stands on.
    team = OwnedKey(Team, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    #: What has no procedure, and what is needed to go on.
    case = models.TextField()
    needed = models.TextField()
    #: What was done meanwhile, and why.
    meanwhile = models.TextField(blank=True)
    flagged_by = OwnedKey(Membership, related_name="+")
    flagged_at = models.DateTimeField()
    taken_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    settled_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=10, choices=Result.choices, blank=True)
    #: What the first ticket is told: how to go on.
    words = models.TextField(blank=True)
    procedure = OwnedKey(Procedure, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    reply = OwnedKey(SavedReply, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    sheet = OwnedKey(ServiceSheet, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["ticket"],
                condition=models.Q(state__in=("open", "taken")),
                name="unknown_case_one_open_of_ticket",
            ),
        ]
        indexes = [
            # the back office's list, oldest first
            models.Index(
                fields=["team", "flagged_at"],
                name="unknown_case_open",
                condition=models.Q(state__in=("open", "taken")),
            ),
            # where a procedure came from
            models.Index(
                fields=["procedure"], name="unknown_case_of_procedure", condition=models.Q(procedure__isnull=False)
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.OPEN, self.State.TAKEN)

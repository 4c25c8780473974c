"""Lists brought in from elsewhere, one run each: looked at first, then done by the worker, line by line."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership


class ImportRun(OrganisationModel):
    """States go forward: chosen → checking → checked → running → done; stopped from anywhere before done.

    `next_row` is where the worker goes on after a cut; it moves in the transaction that wrote the rows before it.
    """

    class Sort(models.TextChoices):
        CUSTOMERS = "customers", _("Customers")
        TICKETS = "tickets", _("Tickets")

    class State(models.TextChoices):
        CHOSEN = "chosen", _("Columns to be matched")
        CHECKING = "checking", _("Being tried out")
        CHECKED = "checked", _("Tried out, nothing written")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Imported")
        STOPPED = "stopped", _("Stopped")

    sort = models.CharField(max_length=10, choices=Sort.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHOSEN)
    blob = OwnedKey(Blob, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=255)
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    #: `{"name": 0, "email": 3}`: field → column.
    mapping = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    next_row = models.PositiveIntegerField(default=0)
    #: Outcome code → how many lines, of the pass that runs or ran last.
    counts = models.JSONField(default=dict)
    #: What became of each line of that pass, a sign a line in their order (`importing.words.OUTCOMES`): the report.
    outcomes = models.TextField(default="", blank=True)
    by_member = OwnedKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [
            models.Index(fields=["organisation", "-id"], name="import_by_time"),
            # what the worker has to do
            models.Index(fields=["id"], name="import_to_do", condition=models.Q(state__in=["checking", "running"])),
        ]

    @property
    def is_working(self) -> bool:
        return self.state in (self.State.CHECKING, self.State.RUNNING)


class ImportFault(OrganisationModel):
    """A line that was not taken, or taken with a doubt: its number in the file and what to do."""

    run = OwnedKey(ImportRun, on_delete=models.CASCADE, related_name="faults")
    line = models.PositiveIntegerField()
    is_refused = models.BooleanField(default=True)
    #: Code of `importing.words` with its facts: drawn into a sentence in the reader's language.
    code = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)

    class Meta(OrganisationModel.Meta):
        indexes = [models.Index(fields=["run", "line"], name="import_fault_of")]

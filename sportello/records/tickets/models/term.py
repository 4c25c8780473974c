"""Terms that run on a ticket: each with its due instant and the explanation of how it was counted."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey

from .ticket import Ticket


class Term(OrganisationModel):
    class Kind(models.TextChoices):
        FIRST_ANSWER = "first_answer", _("First answer")
        CONCLUSION = "conclusion", _("Conclusion")
        PROMISE = "promise", _("Promise made by hand")

    ticket = OwnedKey(Ticket, on_delete=models.CASCADE, related_name="terms")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    #: When what was promised happened, or when a newer promise took its place.
    met_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    #: `[[code, {fact: value}], …]`: the walk from start to due, kept as counted at the time.
    steps = models.JSONField(default=list)
    #: Where the term comes from, copied from the procedure at the time.
    source = models.CharField(max_length=300, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [
            models.Index(
                fields=["ticket", "due_at"],
                name="term_running",
                condition=models.Q(met_at__isnull=True, ended_at__isnull=True),
            ),
        ]

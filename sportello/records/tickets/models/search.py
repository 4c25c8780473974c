"""One searchable row per entry. Rights are columns, the organisation is also a lexeme (see `search.py`)."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from sportello.foundation.tenancy.models import HangingModel, OrganisationModel, OwnedKey, OwnedOneToOne

from .entry import Entry
from .ticket import Ticket


class SearchRow(HangingModel):
    """Kept in step with the ticket's team and sensitivity: `access.py` asks the same of both."""

    entry = OwnedOneToOne(Entry, on_delete=models.CASCADE, related_name="search_row")
    ticket = OwnedKey(Ticket, on_delete=models.CASCADE, related_name="search_rows")
    team_id = models.BigIntegerField()
    sensitivity = models.CharField(max_length=10)
    visibility = models.CharField(max_length=10)
    #: Folded words in Italian, English and plain form, ticket numbers as tokens, `org:N`.
    words = SearchVectorField()

    class Meta(OrganisationModel.Meta):
        indexes = [
            # the step for rare words; pending list cleaned by the tick, not in a visitor's request
            GinIndex(fields=["words"], name="search_words", fastupdate=True, gin_pending_list_limit=1024),
            # the window of the organisation's newest rows
            models.Index(fields=["organisation", "-id"], name="search_window"),
        ]

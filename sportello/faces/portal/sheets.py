"""Service sheets as the portal shows them."""

from __future__ import annotations

from sportello.foundation.tenancy.models import Organisation
from sportello.records.knowledge.models import Article, ServiceSheet


def sheets_of(organisation: Organisation) -> list[ServiceSheet]:
    """Those on the portal, in the office's order, with their texts: two queries."""
    shown = ServiceSheet.objects.filter(organisation=organisation, on_portal=True, retired_at__isnull=True)
    return list(shown.select_related("team").prefetch_related("texts"))


def has_answers(organisation: Organisation) -> bool:
    """Whether there is anything to search: one short query."""
    public = Article.objects.filter(organisation=organisation, is_public=True, state=Article.State.PUBLISHED)
    return public.exists()

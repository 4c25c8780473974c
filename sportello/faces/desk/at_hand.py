"""Articles and service sheets as they are put into an answer."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from sportello.records.knowledge.models import Article, ArticleVersion, ServiceSheet
from sportello.records.knowledge.queries import best_in
from sportello.records.tickets.models import Ticket


def languages(ticket: Ticket) -> list[str]:
    """The customer's, then the organisation's."""
    return list(dict.fromkeys([ticket.language, *map(str, ticket.organisation.languages)]))


def text_of(ticket: Ticket, sort: str, slug: str) -> str | None:
    """Its words as a customer reads them; None where there is nothing of that name in use."""
    if sort == "article":
        version = _version(ticket, slug)
        return version.body if version else None
    sheet = _sheet(ticket, slug)
    text = sheet.text_in(languages(ticket)[0]) if sheet else None
    if text is None:
        return None
    with translation.override(text.language):
        facts = ((_("What you need"), text.documents_needed), (_("Cost"), text.cost), (_("Times"), text.times))
        told = [f"{word}: {value}" if "\n" not in value else f"{word}:\n{value}" for word, value in facts if value]
    return "\n\n".join(part for part in (text.summary, text.body, *told) if part) or text.title


def link_of(ticket: Ticket, sort: str, slug: str) -> str | None:
    """Title and address on the portal; None for what is not read there."""
    base = f"{settings.PUBLIC_URL}/o/{ticket.organisation.slug}"
    if sort == "article":
        version = _version(ticket, slug)
        if version is None or not version.article.is_public:
            return None
        return f"{version.title}: {base}/answers/{slug}/"
    sheet = _sheet(ticket, slug)
    if sheet is None or not sheet.on_portal:
        return None
    return f"{sheet.name_in(languages(ticket)[0])}: {base}/services/{slug}/"


def _version(ticket: Ticket, slug: str) -> ArticleVersion | None:
    shown = ArticleVersion.objects.filter(
        article__organisation_id=ticket.organisation_id, article__slug=slug, is_shown=True,
        article__state=Article.State.PUBLISHED,
    )
    return next(iter(best_in(shown.select_related("article"), languages(ticket))), None)


def _sheet(ticket: Ticket, slug: str) -> ServiceSheet | None:
    sheets = ServiceSheet.objects.filter(organisation_id=ticket.organisation_id, slug=slug, retired_at__isnull=True)
    return sheets.prefetch_related("texts").first()

"""What we know, found by its words: articles and service sheets, each once, in the best language."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from sportello.foundation.core.text import fold
from sportello.foundation.tenancy.models import Organisation

from .models import Article, ArticleVersion, ServiceSheet, ServiceSheetText

#: Articles one search may find, and sheets it reads.
MOST = 200


@dataclass(frozen=True)
class Known:
    """An article (`sort` "article") or a service sheet ("sheet") as one line of what was found."""

    sort: str
    slug: str
    title: str
    summary: str
    language: str
    #: Customers read it on the portal.
    is_public: bool
    is_own: bool


def shown_versions(organisation: Organisation, *, public: bool) -> QuerySet[ArticleVersion]:
    """What readers get: of the portal (`public`) or at the desk; newest first by the index of what is shown."""
    shown = ArticleVersion.objects.filter(
        organisation=organisation, is_shown=True, article__state=Article.State.PUBLISHED
    )
    return (shown.filter(article__is_public=True) if public else shown).order_by("-id")


def best_in(versions: Iterable[ArticleVersion], languages: Iterable[str]) -> list[ArticleVersion]:
    """Of each article the version in the first of `languages` it has, else any."""
    order = {language: at for at, language in reversed(list(enumerate(languages)))}
    best: dict[int, ArticleVersion] = {}
    for one in versions:
        known = best.get(one.article_id)
        if known is None or order.get(one.language, 99) < order.get(known.language, 99):
            best[one.article_id] = one
    return list(best.values())


def find_articles(
    organisation: Organisation, typed: str, languages: Iterable[str], *, public: bool
) -> list[ArticleVersion]:
    """Articles with every word of `typed` in one of their languages, those with it in the title first: two queries.
    The words are compared with what an organisation shows, some thousands of rows at most, not with its history."""
    words = fold(typed).split()[:8]
    shown = shown_versions(organisation, public=public)
    hits = shown.filter(*(Q(folded__contains=word) for word in words)).values_list("article_id", flat=True)[:MOST]
    versions = shown.filter(article__in=list(hits)).select_related("article").defer("body", "folded")
    found = best_in(versions, languages)
    return sorted(found, key=lambda one: (not all(word in fold(one.title) for word in words), fold(one.title)))


def find_known(
    organisation: Organisation, typed: str, languages: list[str], *, team_id: int | None = None, limit: int = 12
) -> list[Known]:
    """Articles and sheets for a colleague who answers, their own team's first: four queries."""
    found = [
        Known(
            "article", one.article.slug, one.title, one.summary, one.language, one.article.is_public,
            team_id is not None and one.article.team_id == team_id,
        )
        for one in find_articles(organisation, typed, languages, public=False)
    ]
    words = fold(typed).split()[:8]
    sheets = ServiceSheet.objects.filter(organisation=organisation, retired_at__isnull=True).prefetch_related("texts")
    for sheet in sheets[:MOST]:
        text = sheet.text_in(languages[0])
        if text is not None and all(word in _folded(text) for word in words):
            own = team_id is not None and sheet.team_id == team_id
            found.append(Known("sheet", sheet.slug, text.title, text.summary, text.language, sheet.on_portal, own))
    return sorted(found, key=lambda one: not one.is_own)[:limit]


def _folded(text: ServiceSheetText) -> str:
    return fold(" ".join((text.title, text.summary, text.body, text.documents_needed, text.cost, text.times)))


@dataclass(frozen=True)
class Line:
    """A line of a comparison; `sign`: "+" new, "-" gone, "" as it was."""

    sign: str
    text: str


def difference(before: str, after: str) -> list[Line]:
    """Line by line, what came and what went; long stretches that stayed are left to three lines around a change."""
    lines: list[Line] = []
    for raw in difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=3):
        if raw.startswith(("---", "+++")):
            continue
        lines.append(Line("", "…") if raw.startswith("@@") else Line(raw[0].strip(), raw[1:]))
    return lines[1:] if lines and lines[0].text == "…" else lines

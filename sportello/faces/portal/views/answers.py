"""Public answers: published articles, found by their words, and whether they helped."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sportello.foundation.core.text import one_line
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Link
from sportello.records.knowledge.actions.articles import judge
from sportello.records.knowledge.models import Article, ArticleVersion
from sportello.records.knowledge.queries import best_in, find_articles
from sportello.service.channels.webform import doors

from ..page import caller, crumbs, language, of_organisation, show
from .request_form import too_many


@require_safe
@of_organisation
def answers(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """All of them, or those with the words of `q`."""
    typed = one_line(request.GET.get("q", ""), 100)
    found = find_articles(organisation, typed, _languages(organisation), public=True)
    return show(request, organisation, "portal/answers.html", {
        "typed": typed, "found": found[:100], "breadcrumb": crumbs(organisation, Link(_("Answers"), "")),
    })


@require_safe
@of_organisation
def answer(request: HttpRequest, organisation: Organisation, answer: str) -> HttpResponse:
    return _page(request, organisation, _shown(organisation, answer), thanks=request.GET.get("thanks") == "1")


@require_POST
@of_organisation
def judgement(request: HttpRequest, organisation: Organisation, answer: str) -> HttpResponse:
    """Whether it helped; a reason goes to who answers for it."""
    version = _shown(organisation, answer)
    if not doors.knock(organisation, doors.JUDGEMENT, caller(request)):
        return _page(request, organisation, version, too_many(), 429)
    helped, reason = request.POST.get("helped"), request.POST.get("reason", "")
    if helped not in ("yes", "no"):
        return _page(request, organisation, version, _("Choose yes or no."), 422)
    judge(version, helped == "yes", reason)
    return redirect(f"{reverse('portal:answer', args=[organisation.slug, answer])}?thanks=1")


def _page(request: HttpRequest, organisation: Organisation, version: ArticleVersion, trouble: str = "",
          status: int = 200, *, thanks: bool = False) -> HttpResponse:
    listed = Link(_("Answers"), reverse("portal:answers", args=[organisation.slug]))
    return show(request, organisation, "portal/answer.html", {
        "text": version, "trouble": trouble, "thanks": thanks,
        "breadcrumb": crumbs(organisation, listed, Link(version.title, "")),
    }, status)


def _languages(organisation: Organisation) -> list[str]:
    return list(dict.fromkeys([language(), *map(str, organisation.languages)]))


def _shown(organisation: Organisation, slug: str) -> ArticleVersion:
    """The published version in the reader's language, else another; 404 for what is not public."""
    versions = ArticleVersion.objects.filter(
        organisation=organisation, article__slug=slug, article__is_public=True,
        article__state=Article.State.PUBLISHED, is_shown=True,
    ).select_related("article", "organisation")
    found = next(iter(best_in(versions, _languages(organisation))), None)
    if found is None:
        raise Http404
    return found

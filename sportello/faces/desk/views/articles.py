"""Articles: read and written by who serves, a version at a time; published by who leads or answers for one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sportello.foundation.core.text import fold, one_line
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import works_here
from sportello.records.accounts.people import Person
from sportello.records.knowledge.actions import articles as acts
from sportello.records.knowledge.models import Article, ArticleJudgement, ArticleVersion
from sportello.records.knowledge.queries import difference

from .. import nav
from ..forms.knowledge import ArticleAboutForm, ArticleTextForm, NewArticleForm
from ..sentences import language_now
from .knowledge import ask, known_language, language_name, may_change, member_in, reader

asks = require_http_methods(["GET", "HEAD", "POST"])
_MOST = 500


@works_here
@require_GET
def articles(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """All of them, also drafts and those to be looked at again; with `q` those with every word in any version."""
    organisation = reader(person, slug)
    typed = one_line(request.GET.get("q", ""), 100)
    state = request.GET.get("state", "")
    found = Article.objects.filter(organisation=organisation).select_related("team", "owner__user")
    found = found.filter(state=state) if state in Article.State.values else found.exclude(state=Article.State.RETIRED)
    newest: dict[int, dict[str, ArticleVersion]] = {}
    listed = list(found.order_by("-pk")[:_MOST])
    for one in ArticleVersion.objects.filter(article__in=listed).order_by("number"):
        newest.setdefault(one.article_id, {})[one.language] = one
    today = clock.local(organisation, clock.now(organisation)).date()
    words = fold(typed).split()
    rows = []
    for article in listed:
        texts = newest.get(article.pk, {})
        if all(any(word in text.folded for text in texts.values()) for word in words):
            spoken = texts.get(language_now()) or next(iter(texts.values()), None)
            rows.append({"article": article, "title": spoken.title if spoken else article.slug,
                         "languages": list(texts), "is_stale": article.is_stale(today)})
    rows.sort(key=lambda row: fold(str(row["title"])))
    context: dict[str, Any] = {
        "rows": rows, "typed": typed, "state": state, "states": Article.State.choices,
        "others": [place.organisation for place in person.places if place.organisation.pk != organisation.pk],
    }
    return render(request, "desk/knowledge/articles.html",
                  nav.page(request, person, "knowledge", organisation=organisation, **context))


@works_here
@asks
def article_new(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = reader(person, slug)
    member = member_in(person, organisation)
    form = NewArticleForm(organisation, request.POST or None, initial={"owner": member.pk})

    def act() -> None:
        data = form.cleaned_data
        words = acts.Words(data["title"], data["body"], data["summary"])
        acts.add(organisation, data["language"], words, _about(data), member)

    back = (reverse("desk:articles", args=[slug]), _("Articles"))
    return ask(request, person, organisation, form, act, _("New article"), back=back, preview=_as_read)


@works_here
@require_GET
def article(request: HttpRequest, person: Person, slug: str, article: str) -> HttpResponse:
    """As it is read, what is written and not published yet, its history, what readers think."""
    organisation, found = _found(person, slug, article)
    versions = list(found.versions.select_related("written_by__user"))
    spoken = list(dict.fromkeys(one.language for one in versions))
    language = request.GET.get("language", "")
    language = language if language in spoken else language_now() if language_now() in spoken else spoken[0]
    own = [one for one in versions if one.language == language]
    shown = next((one for one in own if one.is_shown), None)
    judged = ArticleJudgement.objects.filter(version__article=found)
    helped = judged.filter(helped=True).count()
    whole = judged.count()
    context: dict[str, Any] = {
        "article": found, "newest": own[0], "shown": shown, "versions": own, "language": language,
        "languages": [(code, code in spoken) for code in dict.fromkeys([*map(str, organisation.languages), *spoken])],
        "helped": helped, "judged": whole, "percent": round(100 * helped / whole) if whole else 0,
        "reasons": list(judged.exclude(reason="").select_related("version").order_by("-pk")[:30]),
        "may_publish": _may_publish(person, organisation, found), "now": clock.now(organisation),
        "is_stale": found.is_stale(clock.local(organisation, clock.now(organisation)).date()),
        "back_url": reverse("desk:articles", args=[slug]),
    }
    acts.heard(found, member_in(person, organisation))
    return render(request, "desk/knowledge/article.html",
                  nav.page(request, person, "knowledge", organisation=organisation, **context))


@works_here
@asks
def article_text(request: HttpRequest, person: Person, slug: str, article: str, language: str) -> HttpResponse:
    """The next version in one language. Readers get it when it is published."""
    organisation, found = _found(person, slug, article)
    known_language(organisation, language)
    newest = found.versions.filter(language=language).order_by("-number").first()
    number = newest.number if newest else 0
    initial: dict[str, Any] = {"after": number}
    if newest is not None:
        initial |= {"title": newest.title, "summary": newest.summary, "body": newest.body}
    form = ArticleTextForm(request.POST or None, initial=initial)
    by = member_in(person, organisation)

    def act() -> None:
        data = form.cleaned_data
        words = acts.Words(data["title"], data["body"], data["summary"], data["change"])
        acts.write(found, language, words, by, after=data["after"] or 0)

    title = _("Article, in %(language)s") % {"language": language_name(organisation, language)}
    back = (f"{_address(found)}?language={language}", _("Article"))
    return ask(request, person, organisation, form, act, title, back=back, preview=_as_read)


@works_here
@asks
def article_about(request: HttpRequest, person: Person, slug: str, article: str) -> HttpResponse:
    """Whose it is, who reads it, when it is looked at again."""
    organisation, found = _found(person, slug, article)
    if not _may_publish(person, organisation, found):
        raise Http404
    initial = {
        "is_public": found.is_public, "team": found.team_id, "owner": found.owner_id, "review_by": found.review_by,
    }
    form = ArticleAboutForm(organisation, request.POST if request.method == "POST" else None, initial=initial)
    return ask(request, person, organisation, form, lambda: acts.settle(found, _about(form.cleaned_data)),
               _("About this article"), back=(_address(found), _("Article")))


@works_here
@require_POST
def article_publication(request: HttpRequest, person: Person, slug: str, article: str) -> HttpResponse:
    """Publish what is written, or with `retire` take it out of use."""
    organisation, found = _found(person, slug, article)
    if not _may_publish(person, organisation, found):
        raise Http404
    if "retire" in request.POST:
        acts.retire(found, member_in(person, organisation))
        messages.success(request, _("Out of use: nobody finds it any more. Its history stays."))
    else:
        acts.publish(found, member_in(person, organisation))
        messages.success(request, _("Published: readers get the newest version of every language."))
    return HttpResponseRedirect(_address(found))


@works_here
@asks
def article_version(
    request: HttpRequest, person: Person, slug: str, article: str, language: str, version: int
) -> HttpResponse:
    """What a version said, and what was different from the one before (GET); again so, as a new version (POST)."""
    organisation, found = _found(person, slug, article)
    one = get_object_or_404(ArticleVersion.objects.select_related("written_by__user"), article=found, language=language,
                            number=version)
    back = f"{_address(found)}?language={language}"
    if request.method == "POST":
        acts.restore(found, one, member_in(person, organisation))
        messages.success(request, _("Written again as a new version; publish it for readers to get it."))
        return HttpResponseRedirect(back)
    before = ArticleVersion.objects.filter(article=found, language=language, number=version - 1).first()
    context: dict[str, Any] = {
        "title": one.title, "one": one, "lines": difference(_told(before), _told(one)), "back_url": back,
        "back_word": _("Article"),
    }
    return render(request, "desk/knowledge/version.html",
                  nav.page(request, person, "knowledge", organisation=organisation, **context))


def _found(person: Person, slug: str, article: str) -> tuple[Organisation, Article]:
    organisation = reader(person, slug)
    articles_here = Article.objects.select_related("organisation", "team", "owner__user")
    return organisation, get_object_or_404(articles_here, organisation=organisation, slug=article)


def _may_publish(person: Person, organisation: Organisation, article: Article) -> bool:
    return may_change(person, organisation) or article.owner_id == member_in(person, organisation).pk


def _address(article: Article) -> str:
    return reverse("desk:article", args=[article.organisation.slug, article.slug])


def _about(data: dict[str, Any]) -> acts.About:
    return acts.About(data["team"], data["owner"], data["is_public"], data["review_by"])


def _as_read(data: dict[str, Any]) -> str:
    return str(data.get("body", ""))


def _told(version: ArticleVersion | None) -> str:
    return f"{version.title}\n{version.summary}\n{version.body}" if version else ""

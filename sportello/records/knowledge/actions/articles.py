"""Articles: written a version at a time, shown when published, taken out of use, judged by their readers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.core.ids import token
from sportello.foundation.core.text import clean, fold, one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import MACHINE, person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, Team

from ..models import Article, ArticleJudgement, ArticleVersion


@dataclass(frozen=True)
class Words:
    """What an article says in one language. `change`: what is different from the version before, for colleagues."""

    title: str
    body: str
    summary: str = ""
    change: str = ""


@dataclass(frozen=True)
class About:
    """Whose it is, who reads it, when it is looked at again."""

    team: Team | None = None
    owner: Membership | None = None
    is_public: bool = False
    review_by: date | None = None


@transaction.atomic
def add(organisation: Organisation, language: str, words: Words, about: About, by: Membership) -> Article:
    """A new one, a draft, with its first version; its slug comes from the title and stays."""
    slug = slugify(words.title)[:50] or "article"
    if Article.objects.filter(organisation=organisation, slug=slug).exists():
        slug = f"{slug}-{token()[:8]}"
    article = Article.objects.create(
        organisation=organisation, slug=slug, team=about.team, owner=about.owner, is_public=about.is_public,
        review_by=about.review_by,
    )
    write(article, language, words, by, after=0)
    return article


@transaction.atomic
def write(article: Article, language: str, words: Words, by: Membership, *, after: int) -> ArticleVersion | None:
    """The next version in `language`; None when it says what the newest says. `after`: the number its writer began
    from; Stale when a colleague has written another since. Readers go on getting the version that was published."""
    locked = _locked(article)
    newest = locked.versions.filter(language=language).order_by("-number").first()
    if newest is not None and newest.number != after:
        raise Stale(
            _("A colleague wrote version %(number)d meanwhile. Read it, then save yours again: both are kept.")
            % {"number": newest.number}
        )
    title, summary, body = one_line(words.title, 200), one_line(words.summary, 400), clean(words.body)
    if not title or not body:
        raise Refusal(_("An article has a title and a text."), field="title" if not title else "body")
    if newest is not None and (newest.title, newest.summary, newest.body) == (title, summary, body):
        return None
    version = ArticleVersion.objects.create(
        organisation_id=locked.organisation_id, article=locked, language=language,
        number=newest.number + 1 if newest else 1, title=title, summary=summary, body=body,
        change=one_line(words.change, 300), written_by=by, written_at=clock.now(locked.organisation),
        folded=fold(f"{title} {summary} {body}"),
    )
    record(locked.organisation, "article.written", locked, person(by.user_id), language=language, number=version.number)
    return version


def restore(article: Article, version: ArticleVersion, by: Membership) -> ArticleVersion | None:
    """An older version's words again, as a new version: what came between stays in the history."""
    newest = article.versions.filter(language=version.language).order_by("-number").first()
    change = _("Version %(number)d again") % {"number": version.number}
    words = Words(version.title, version.body, version.summary, change)
    return write(article, version.language, words, by, after=newest.number if newest else 0)


@transaction.atomic
def settle(article: Article, about: About) -> None:
    """Whose it is, who reads it, when it is looked at again."""
    locked = _locked(article)
    locked.team, locked.owner = about.team, about.owner
    locked.is_public, locked.review_by = about.is_public, about.review_by
    locked.save()


@transaction.atomic
def publish(article: Article, by: Membership) -> None:
    """From now readers get the newest version of every language."""
    locked = _locked(article)
    ArticleVersion.objects.filter(article=locked, is_shown=True).update(is_shown=False)
    newest = {one.language: one.pk for one in locked.versions.order_by("number")}
    ArticleVersion.objects.filter(pk__in=newest.values()).update(is_shown=True)
    locked.state = Article.State.PUBLISHED
    locked.save(update_fields=["state"])
    record(locked.organisation, "article.published", locked, person(by.user_id))


@transaction.atomic
def retire(article: Article, by: Membership) -> None:
    """Out of use: nobody finds it any more, its history stays; publishing brings it back."""
    locked = _locked(article)
    locked.state = Article.State.RETIRED
    locked.save(update_fields=["state"])
    record(locked.organisation, "article.retired", locked, person(by.user_id))


@transaction.atomic
def judge(version: ArticleVersion, helped: bool, reason: str = "") -> ArticleJudgement:
    """A reader of the portal says whether it helped; a reason is for its owner's eyes."""
    given = ArticleJudgement.objects.create(
        organisation_id=version.organisation_id, version=version, helped=helped, reason=one_line(reason, 500),
        given_at=clock.now(version.organisation),
    )
    record(
        version.organisation, "article.judged", version.article, MACHINE, language=version.language,
        number=version.number, helped=helped,
    )
    return given


def heard(article: Article, by: Membership) -> None:
    """Its owner has the reasons before them."""
    if article.owner_id == by.pk:
        unread = ArticleJudgement.objects.filter(version__article=article, read_at__isnull=True)
        unread.update(read_at=clock.now(article.organisation))


def _locked(article: Article) -> Article:
    return Article.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=article.pk)

"""Articles: what we know and how we do it, with every version of every language kept."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import pgettext_lazy

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership, Team


class Article(OrganisationModel):
    """`is_public`: what it says is read on the portal too; else by colleagues only. Retired, never deleted."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("article", "Draft")
        PUBLISHED = "published", pgettext_lazy("article", "Published")
        RETIRED = "retired", pgettext_lazy("article", "Retired")

    slug = models.SlugField(max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    is_public = models.BooleanField(default=False)
    #: Whose subject it is: its articles stand first beside their tickets.
    team = OwnedKey(Team, related_name="+", null=True, blank=True)
    #: Who answers for what it says and hears what readers think of it.
    owner = OwnedKey(Membership, related_name="+", null=True, blank=True)
    review_by = models.DateField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "slug"], name="article_slug_once"),
        ]

    def is_stale(self, today: date) -> bool:
        """Its review is due."""
        return self.state == self.State.PUBLISHED and self.review_by is not None and self.review_by <= today


class ArticleVersion(OrganisationModel):
    """What an article said in one language from `written_at`: never changed, only followed by another."""

    article = OwnedKey(Article, on_delete=models.CASCADE, related_name="versions")
    language = models.CharField(max_length=10)
    #: 1, 2, 3… in its language.
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=400, blank=True)
    #: Plain text, paragraphs parted by an empty line, lists by a leading dash.
    body = models.TextField()
    #: What changed, in its writer's words.
    change = models.CharField(max_length=300, blank=True)
    written_by = OwnedKey(Membership, related_name="+")
    written_at = models.DateTimeField()
    #: The one readers get in its language while the article is published.
    is_shown = models.BooleanField(default=False)
    #: Title, summary and body folded, for the search beside a reply and on the portal.
    folded = models.TextField(blank=True)

    class Meta(OrganisationModel.Meta):
        ordering = ["language", "-number"]
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["article", "language", "number"], name="article_version_once"),
            models.UniqueConstraint(
                fields=["article", "language"], condition=models.Q(is_shown=True), name="article_one_shown"
            ),
        ]
        indexes = [
            # the search reads what is shown, newest first, and nothing else
            models.Index(
                fields=["organisation", "-id"], condition=models.Q(is_shown=True), name="article_shown_of_house"
            ),
        ]


class ArticleJudgement(OrganisationModel):
    """A reader of the portal says whether it helped, and why not. Nobody is asked who they are."""

    version = OwnedKey(ArticleVersion, on_delete=models.CASCADE, related_name="judgements")
    helped = models.BooleanField()
    reason = models.CharField(max_length=500, blank=True)
    given_at = models.DateTimeField()
    #: When its owner had read it.
    read_at = models.DateTimeField(null=True, blank=True)

"""Remembering what was searched, for who searched it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.records.accounts.people import Person

from ..models import KeptSearch


def remember(person: Person, typed: str, words: str) -> None:
    """It was searched: it stands first among the latest; the oldest of them make room. Too long, it is not kept."""
    if len(words) > 400:
        return
    place = person.serving[0]
    now = clock.now(place.organisation)
    known = KeptSearch.objects.filter(member=place.membership, words=words)
    if not known.update(made_at=now):
        KeptSearch.objects.bulk_create(
            [
                KeptSearch(
                    organisation=place.organisation, member=place.membership, typed=typed, words=words, made_at=now
                )
            ],
            ignore_conflicts=True,
        )
        latest = KeptSearch.objects.filter(member=place.membership, is_saved=False)
        latest.exclude(pk__in=latest.order_by("-made_at", "-pk").values("pk")[: KeptSearch.RECENT]).delete()


def keep(person: Person, typed: str, words: str) -> None:
    """Keep it until it is let go. Refusal where there is no room."""
    remember(person, typed, words)
    mine = KeptSearch.objects.filter(member=person.serving[0].membership)
    if mine.filter(is_saved=True).count() >= KeptSearch.MOST:
        raise Refusal(_("You have kept as many searches as there is room for. Let one go first."))
    if not mine.filter(words=words).update(is_saved=True):
        raise Refusal(_("This search is too long to be kept."))


def let_go(person: Person, search_id: int) -> bool:
    """Whether there was one of theirs."""
    mine = KeptSearch.objects.filter(pk=search_id, member=person.serving[0].membership)
    return bool(mine.delete()[0])

"""Remembering what was searched, for who searched it."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import fold
from sportello.foundation.journal.actions import Happened
from sportello.foundation.tenancy import clock
from sportello.records.accounts.people import Person
from sportello.records.customers.models import Customer, Erasure, Identity
from sportello.records.customers.queries import together

from ..models import KeptSearch

#: Shorter words of a name (“De”, “Di”) stand in too many searches.
_SHORTEST = 4


def remember(person: Person, typed: str, words: str) -> None:
    """It was searched: it stands first among the latest; the oldest of them make room. Too long, it is not kept."""
    if len(words) > 400:
        return
    place = person.serving[0]
    now = clock.now(place.organisation)
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [now, place.membership.pk, words])
        is_known = bool(cursor.rowcount)
    if not is_known:
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


#: Its commit does not wait for the disk: what a crash takes is the order of what was searched lately.
_AGAIN = """
UPDATE desk_keptsearch SET made_at = %s FROM (SELECT set_config('synchronous_commit', 'off', true)) AS quick
WHERE member_id = %s AND words = %s
"""


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


def forget_erased(happened: Happened) -> None:
    """Reaction to `customer.erased`, in its transaction, while their name and addresses are still known: what anybody
    searched with one of them goes, kept or not. A word that others are called by too goes with it: it can be typed
    again."""
    erasure = Erasure.objects.select_related("customer").get(pk=happened.payload["erasure_id"])
    people = together(erasure.customer)
    names = Customer.objects.filter(pk__in=people).values_list("name", flat=True)
    words = {word for name in names for word in fold(name).split() if len(word) >= _SHORTEST}
    values = Identity.objects.filter(customer__in=people).values_list("value", flat=True)
    words |= {fold(value) for value in values if value}
    if not words:
        return
    rows = KeptSearch.objects.filter(organisation=erasure.organisation_id).values_list("pk", "typed")
    found = [pk for pk, typed in rows.iterator(2_000) if any(word in fold(typed) for word in words)]
    KeptSearch.objects.filter(pk__in=found).delete()

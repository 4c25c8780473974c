"""Finding anything: tickets by their words, a number that jumps, customers; as a page and for the palette."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.core.questions import Asked, Question
from sportello.foundation.core.text import in_language
from sportello.foundation.ui.refusals import is_fragment
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.knowledge.models import ArticleVersion
from sportello.records.knowledge.queries import find_articles
from sportello.records.tickets.models import Ticket

from .. import found as finding
from .. import nav, sentences
from ..actions import searching
from ..contact_page import ticket_by_number
from ..list_tools import KINDS, TEAMS
from ..models import KeptSearch
from ..places import place_from
from .answers import ticket_address

#: Not doors a customer comes through.
_INNER = ("portal", "screen")
_IN_PALETTE = 6
_ARTICLES_IN_PALETTE = 3


@serves_here
@require_GET
def search(request: HttpRequest, person: Person) -> HttpResponse:
    """Tickets with these words over all the organisations they serve; a ticket's number goes straight to it. For htmx
    what is found while typing, which is not remembered."""
    asked = finding.asked_in(request.GET)
    fragment = is_fragment(request)
    ticket = ticket_by_number(person, asked.typed)
    if ticket is not None and not fragment:
        return HttpResponseRedirect(ticket_address(ticket))
    page = _page(request.GET.get("page", ""))
    result = finding.look(person, asked, page=page, beside=() if fragment else _beside(person, asked))
    context: dict[str, Any] = {
        "asked": asked, "typed": asked.typed, "hits": result.hits, "complete": result.complete, "jump": ticket,
        "customers": result.customers, "place": place_from(QueryDict("list=all&sort=newest")),
        "several": len(person.serving) > 1, "too_short": bool(asked.typed) and len(asked.typed) < finding.SHORTEST,
        "older": _address(asked, page + 1) if result.more else "",
        "newer": _address(asked, page - 1) if page > 1 else "",
    }
    if fragment:
        return render(request, "desk/search/_results.html", context)
    filters, mine = _filters(person, asked, result.beside)
    saved, recent = [one for one in mine if one.is_saved], [one for one in mine if not one.is_saved]
    is_first = any(several[0].words == asked.words for several in (saved, recent) if several)
    if (result.hits or result.customers) and not is_first:  # the next page of a search is the same search
        searching.remember(person, asked.typed, asked.words)
    context |= filters | {
        "kept": saved, "recent": recent, "is_kept": any(one.words == asked.words for one in saved),
    }
    return render(request, "desk/search/page.html",
                  nav.page(request, person, "search", desk_strip=nav.strip(person), **context))


def _page(typed: str) -> int:
    """Anything that is no page of a search is the first."""
    return int(typed) if typed in map(str, range(1, finding.PAGES + 1)) else 1


def _address(asked: finding.Asked, page: int) -> str:
    return f"{reverse('desk:search')}?{asked.words}{f'&page={page}' if page > 1 else ''}"


class _Kept(NamedTuple):
    """One of `KeptSearch`, as it is shown."""

    pk: int
    typed: str
    words: str
    is_saved: bool

    @property
    def url(self) -> str:
        return f"{reverse('desk:search')}?{self.words}"


def _beside(person: Person, asked: finding.Asked) -> list[Asked]:
    """What the page shows beside what is found: keys, the searches they kept, and kinds and teams, which are offered
    where they mean one organisation's."""
    serving = person.serving
    chosen = next((place.organisation for place in serving if place.organisation.slug == asked.slug), None)
    only = chosen or (serving[0].organisation if len(serving) == 1 else None)
    kept = Asked(_KEPT, (), {"member_id": serving[0].membership.pk})
    offered = [Asked(one, (), {"organisation_id": only.pk}) for one in (KINDS, TEAMS)] if only else []
    return [nav.keys_asked(person), kept, *offered]


def _filters(
    person: Person, asked: finding.Asked, answers: list[list[tuple[Any, ...]]]
) -> tuple[dict[str, Any], list[_Kept]]:
    """And the searches they kept, of the answers to `_beside`."""
    serving, spoken = person.serving, sentences.language_now()
    keys, mine, kinds, teams = [*answers, [], []][:4]
    return {
        "desk_keys": nav.keys_of(keys),
        # hashable all of it: the menu once drawn is kept by them
        "chosen": replace(asked, typed=""),
        "organisations": tuple([(place.organisation.slug, place.organisation.name) for place in serving])
        if len(serving) > 1 else (),
        "kinds": tuple([(pk, in_language(names, spoken)) for pk, names in kinds]),
        "teams": tuple([(pk, in_language(names, spoken)) for pk, names in teams]),
        "channels": tuple([(code, str(word)) for code, word in sentences.CHANNELS.items() if code not in _INNER]),
        "statuses": tuple([(code, str(word)) for code, word in Ticket.Status.choices]),
        "periods": finding.PERIODS,
    }, [_Kept(*row) for row in mine]


_KEPT: Question[KeptSearch] = Question(
    lambda member_id: KeptSearch.objects.filter(member_id=member_id)
    .order_by("-is_saved", "-made_at").values_list("pk", "typed", "words", "is_saved")
)  # fmt: skip


@serves_here
@require_POST
def kept(request: HttpRequest, person: Person) -> HttpResponse:
    """Keep the search in `words`."""
    asked = finding.asked_in(QueryDict(request.POST.get("words", "")[:2_000]))
    if not asked.typed:
        raise Http404
    searching.keep(person, asked.typed, asked.words)
    messages.success(request, _("Kept: it stands on this page for you alone."))
    return HttpResponseRedirect(f"{reverse('desk:search')}?{asked.words}")


@serves_here
@require_POST
def let_go(request: HttpRequest, person: Person, search_id: int) -> HttpResponse:
    if not searching.let_go(person, search_id):
        raise Http404
    return HttpResponseRedirect(reverse("desk:search"))


@serves_here
@require_GET
def palette(request: HttpRequest, person: Person) -> HttpResponse:
    """What the command palette adds to its own commands while somebody types."""
    asked = finding.Asked(finding.asked_in(request.GET).typed)
    ticket = ticket_by_number(person, asked.typed)
    result = finding.look(person, asked, shown=_IN_PALETTE, people=4, around_words=False)
    context = {
        "ticket": ticket, "rows": [hit.row for hit in result.hits if ticket is None or hit.row.id != ticket.pk],
        "customers": result.customers, "typed": asked.typed, "search_url": reverse("desk:search"),
        "articles": _articles(person, asked.typed),
    }
    return render(request, "desk/search/_palette.html", context)


def _articles(person: Person, typed: str) -> list[tuple[str, ArticleVersion]]:
    """(organisation's slug, what an article says) with these words, for who reads this page; two queries a place."""
    if len(typed.strip()) < 3:
        return []
    spoken = [get_language() or "it"]
    places = [place.organisation for place in person.serving]
    found = ((one.slug, hit) for one in places for hit in find_articles(one, typed, spoken, public=False))
    return list(islice(found, _ARTICLES_IN_PALETTE))

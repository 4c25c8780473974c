"""For who answers for the work of others: what teams have to do, the oldest, and what a week brought."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import supervises_here, works_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.models import Closure
from sportello.records.tickets.queries.lists import Filters, list_page
from sportello.records.tickets.queries.work_figures import Line, Week, loads, week_of

from .. import nav
from ..places import ListPlace
from ..sentences import channel_word, language_now

OLDEST = 10
#: A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t")


@works_here
@require_GET
def home(request: HttpRequest, person: Person) -> HttpResponse:
    """To the organisation they supervise first; nobody else has this page."""
    for place in person.places:
        if person.supervises(place):
            return HttpResponseRedirect(reverse("desk:work", args=[place.organisation.slug]))
    raise Http404


@supervises_here
@require_GET
def work(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Load by team, and the tickets that waited longest."""
    here = person.organisation(slug)
    teams = [(load, in_language(load.names, language_now()), _lists(slug, load.team_id)) for load in loads(here)]
    oldest = list_page(person, "waiting", "oldest_waiting", filters=Filters(slug=slug), limit=OLDEST).rows
    everywhere = ListPlace("waiting", "oldest_waiting", Filters(slug=slug))
    context: dict[str, Any] = {
        "teams": teams, "now": clock.now(here), "waiting": sum(load.waiting for load, _name, _urls in teams),
        "oldest": [(row, everywhere.ticket_url(row.slug, row.number)) for row in oldest], "all_url": everywhere.url,
        "others": [place.organisation for place in person.places
                   if person.supervises(place) and place.organisation.pk != here.pk],
    }  # fmt: skip
    whole = nav.page(request, person, "work", organisation=here, **context)
    return render(request, "desk/supervising/work.html", whole)


@supervises_here
@require_GET
def week(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """What a week brought, with the week before beside it."""
    here = person.organisation(slug)
    found = week_of(here, _day(request, here))
    address = reverse("desk:work_week", args=[slug])
    parts = [(title, [(_said(line, key), line.count, line.before) for line in lines])
             for key, title, lines in _parts(found)]
    today = clock.local(here, clock.now(here)).date()
    context: dict[str, Any] = {
        "week": found, "title": _title(found), "parts": parts, "back_url": reverse("desk:work", args=[slug]),
        "answers": [(in_language(one.names, language_now()), one, _hours(one.median), _hours(one.slowest_tenth))
                    for one in found.answers],
        "earlier": f"{address}?day={found.first - timedelta(days=7)}",
        "later": f"{address}?day={found.first + timedelta(days=7)}" if found.last < today else "",
        "csv_url": f"{reverse('desk:work_week_csv', args=[slug])}?day={found.first}",
    }  # fmt: skip
    whole = nav.page(request, person, "work", organisation=here, **context)
    return render(request, "desk/supervising/week.html", whole)


@supervises_here
@require_GET
def week_csv(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """The same figures for a spreadsheet: what, which, how many, the week before."""
    here = person.organisation(slug)
    found = week_of(here, _day(request, here))
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")  # without the mark Excel reads Latin-1
    response["Content-Disposition"] = f'attachment; filename="{slug}-{found.first}.csv"'
    writer = csv.writer(response, delimiter=";")
    writer.writerow([_("What"), _("Which"), _("This week"), _("The week before")])
    for key, title, lines in _parts(found):
        writer.writerows([title, _safe(_said(line, key)), line.count, line.before] for line in lines)
    for one in found.answers:
        name = _safe(in_language(one.names, language_now()))
        writer.writerow([_("First answers awaited"), name, one.asked, ""])
        writer.writerow([_("First answers given"), name, one.answered, ""])
        writer.writerow([_("First answers in time"), name, one.within, ""])
        writer.writerow([_("Half were quicker than (hours)"), name, _hours(one.median), ""])
        writer.writerow([_("Nine of ten were quicker than (hours)"), name, _hours(one.slowest_tenth), ""])
    return response


def _parts(found: Week) -> Iterator[tuple[str, str, list[Line]]]:
    yield "kind", _("By kind"), found.kinds
    yield "channel", _("By channel"), found.channels
    yield "team", _("By team"), found.teams
    yield "outcome", _("Closed, by outcome"), found.outcomes


def _said(line: Line, key: str) -> str:
    if key == "channel":
        return str(channel_word(line.code))
    if key == "outcome":
        return str(dict(Closure.Outcome.choices).get(line.code, line.code))
    return in_language(line.names, language_now())


def _day(request: HttpRequest, here: Organisation) -> date:
    """`?day=2026-11-23`: any day of the wanted week; this week where none or no day was given."""
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return clock.local(here, clock.now(here)).date()


def _title(found: Week) -> str:
    return _("Week from %(first)s to %(last)s") % {
        "first": date_format(found.first, "j F"), "last": date_format(found.last, "j F Y"),
    }  # fmt: skip


def _hours(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds / 3600:.1f}"


def _lists(slug: str, team_id: int) -> dict[str, str]:
    """The lists of one team: where its figures can be looked at, and given to others many at once."""
    own = Filters(slug=slug, team_id=team_id)
    shown = {name: ListPlace(name, "due", own).url for name in ("waiting", "due", "overdue", "all")}
    shown["unassigned"] = ListPlace("all", "due", Filters(slug=slug, team_id=team_id, owner="none")).url
    return shown


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text

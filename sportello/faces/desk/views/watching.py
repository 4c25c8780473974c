"""How the installation does, for who runs it; what is wrong in an organisation, for who sets it up."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Tab
from sportello.records.accounts.guard import administers_here, runs_installation
from sportello.records.accounts.people import Person
from sportello.service.watching import alarms as deciding
from sportello.service.watching import figures, here, words

from .. import nav
from .. import watching_page as rows
from .setup import page

_DAYS = 7


@runs_installation
@require_GET
def installation(request: HttpRequest, person: Person) -> HttpResponse:
    """Alarms first, then what waits, then what was slow on a day (`day`: so many days ago)."""
    asked = request.GET.get("day", "")
    day = int(asked) if asked in map(str, range(_DAYS)) else 0
    machine, now = here.look(), figures.read()
    alarms = deciding.decide(machine, now)
    names = dict(Organisation.objects.values_list("pk", "name"))
    count, half, most = rows.quickness()
    address = reverse("desk:installation")
    context: dict[str, Any] = {
        "now": server_now(), "alarms": rows.told(alarms, names), "ended": rows.ended(None, everywhere=True),
        "queues": rows.queues(now, alarms), "boxes": rows.boxes(now), "facts": rows.facts(machine, now),
        "loops": machine.loops, "asked": count, "half": half, "most": most, "slow": rows.slow_lists(day),
        "memory": [(program, words.size(count)) for program, count in sorted(here.memory().items())],
        "days": [Tab(_day(ago), f"{address}?day={ago}#slow", day == ago) for ago in range(_DAYS)],
    }  # fmt: skip
    return render(request, "desk/watching/installation.html", nav.page(request, person, "installation", **context))


def _day(ago: int) -> str:
    return pgettext("day", "Today") if not ago else _("Yesterday") if ago == 1 else _("%(n)d days ago") % {"n": ago}


@administers_here
@require_GET
def organisation(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """What is wrong here, and what was; of the installation nothing but that who runs it was told."""
    mine = person.organisation(slug)
    alarms = deciding.decide()
    context = page(
        request, person, mine, _("Alarms"), now=server_now(), ended=rows.ended(mine.pk),
        alarms=rows.told([one for one in alarms if one.organisation_id == mine.pk], {}),
        elsewhere=any(one.organisation_id is None and one.is_urgent for one in alarms),
    )  # fmt: skip
    return render(request, "desk/watching/organisation.html", context)

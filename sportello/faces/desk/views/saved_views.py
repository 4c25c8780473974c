"""Lists kept under a name."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.foundation.core.errors import Refusal
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.models import Team
from sportello.records.accounts.people import Person

from ..actions import saved_views
from ..places import place_from


@serves_here
@require_POST
def kept(request: HttpRequest, person: Person) -> HttpResponse:
    """Keep the list in `list` and `words` under `name`, for oneself or for a team. A list that is long is refused."""
    words = request.POST.get("words", "")
    if len(words) > 2_000:
        raise Refusal(_("This list has more filters than a view can keep."))
    place = place_from(QueryDict(words, mutable=False), request.POST.get("list", ""))
    chosen = request.POST.get("team", "")
    team = None
    if chosen:
        known = chosen.isascii() and chosen.isdigit() and len(chosen) < 16
        team = Team.objects.filter(pk=int(chosen), pk__in=person.team_ids).first() if known else None
        if team is None:
            raise Http404
    view = saved_views.keep(person, place, request.POST.get("name", ""), team)
    messages.success(request, _("Kept as “%(name)s”.") % {"name": view.name})
    return HttpResponseRedirect(view.url)


@serves_here
@require_POST
def removed(request: HttpRequest, person: Person, view_id: int) -> HttpResponse:
    name = saved_views.remove(person, view_id)
    if not name:
        raise Http404
    messages.success(request, _("The view is gone; the tickets are where they were."))
    return HttpResponseRedirect(reverse("desk:list", args=[name]))

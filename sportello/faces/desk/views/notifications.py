"""Notifications: the page behind the bell, what a person wants to be told and how, and the browsers that are told."""

from __future__ import annotations

import json
from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.ui.nav import Tab
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.service.notifications import browsers, choices, keys, queries, reading
from sportello.service.notifications.models import Browser

from .. import nav
from ..forms.notifications import ChoiceForm
from ..sentences import language_now
from .asking import ask, asks

_WORKER = Path(__file__).resolve().parent.parent / "static" / "desk" / "js" / "push_worker.js"


@serves_here
@require_GET
def home(request: HttpRequest, person: Person) -> HttpResponse:
    """What they were told, newest first, by ticket; `which=unread` only that, `before` an older page."""
    before, only_unread = request.GET.get("before", ""), request.GET.get("which") == "unread"
    last = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else 0
    found = queries.page(person, language_now(), before=last, only_unread=only_unread)
    here = reverse("desk:notifications")
    unread = Tab(_("Unread"), f"{here}?which=unread", only_unread, count=found.unread)
    tabs = [Tab(_("All"), here, not only_unread), unread]
    older = f"{here}?which={'unread' if only_unread else 'all'}&before={found.older}" if found.older else ""
    return render(request, "desk/notifications/home.html",
                  nav.page(request, person, "notifications", found=found, tabs=tabs, older=older,
                           newer=here if last else "", only_unread=only_unread))  # fmt: skip


@serves_here
@require_POST
def all_read(request: HttpRequest, person: Person) -> HttpResponse:
    reading.read_all(person)
    messages.success(request, _("Everything is marked as read."))
    return HttpResponseRedirect(reverse("desk:notifications"))


@serves_here
@require_POST
def ticket_read(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Those of one ticket, without opening it."""
    reading.read_ticket(person, get_ticket(person, slug, number))
    return HttpResponseRedirect(reverse("desk:notifications"))


@serves_here
@asks
def choose(request: HttpRequest, person: Person) -> HttpResponse:
    form = ChoiceForm(request.POST or None, wanted=choices.of_user(person.user))

    def act() -> None:
        choices.choose(person.user, form.wanted())

    known = list(Browser.objects.filter(user=person.user).order_by("-added_at", "-pk"))
    address = reverse("desk:notification_choices")
    context = nav.page(request, person, "notifications", browsers=known, push_key=keys.public_words(),
                       back_url=reverse("desk:notifications"))  # fmt: skip
    said = _("Kept: it counts from now on.")
    return ask(request, form, act, said, address, "desk/notifications/choices.html", context)


@serves_here
@require_POST
def browser_new(request: HttpRequest, person: Person) -> HttpResponse:
    """This browser said yes; `subscription` is its PushSubscription as JSON."""
    try:
        said = json.loads(request.POST.get("subscription", "")[:5_000])
    except (ValueError, RecursionError):
        raise Refusal(_("This browser did not say how it can be reached. Try again, or use another.")) from None
    browsers.add(person.user, said, request.headers.get("User-Agent", ""))
    messages.success(request, _("This browser is told from now on."))
    return HttpResponseRedirect(reverse("desk:notification_choices"))


@serves_here
@require_POST
def browser_removal(request: HttpRequest, person: Person, browser_id: int) -> HttpResponse:
    """One of theirs is told nothing any more."""
    done, _rows = Browser.objects.filter(user=person.user, pk=browser_id).delete()
    if not done:
        raise Http404
    messages.success(request, _("That browser is told nothing any more."))
    return HttpResponseRedirect(reverse("desk:notification_choices"))


@serves_here
@require_GET
def worker(request: HttpRequest, person: Person) -> HttpResponse:
    """The script the browser keeps for pushes. Under an address that does not change with its content: the browser
    asks it for news of itself, and it may do something only for what lies beside it."""
    return HttpResponse(_WORKER.read_text(encoding="utf-8"), content_type="text/javascript; charset=utf-8")

"""What was held back at the mail door: looked at, released, read again, set aside. Nothing is thrown away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.service.channels import quarantine as held
from sportello.service.channels.models import IncomingMail
from sportello.service.channels.senders import may_decide

from .. import nav
from .contacts import here
from .door import tabs

_PAGE = 25


@serves_here
@require_GET
def quarantine_home(request: HttpRequest, person: Person) -> HttpResponse:
    """The rail's entry: where something is held, else the first organisation."""
    rows = held.quarantined(person, limit=1)
    slug = rows[0].slug if rows else person.serving[0].organisation.slug
    return HttpResponseRedirect(reverse("desk:quarantine_in", args=[slug]))


@serves_here
@require_GET
def quarantine(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = person.organisation(slug)
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else 0
    rows = held.quarantined(person, slug=slug, before=before, limit=_PAGE + 1)
    context: dict[str, Any] = {
        "rows": rows[:_PAGE], "now": clock.now(organisation), "tabs": tabs(person, organisation, "quarantine"),
        "older": f"?before={rows[_PAGE - 1].id}" if len(rows) > _PAGE else "", "newest": "?" if before else "",
    }
    return render(request, "desk/door/quarantine.html",
                  nav.page(request, person, "quarantine", organisation=organisation, **context))


@serves_here
@require_GET
def message(request: HttpRequest, person: Person, slug: str, mail_id: int) -> HttpResponse:
    """One held message as the parser reads it: its words only, no pictures, nothing from outside."""
    mail = held.get_mail(person, slug, mail_id)
    context: dict[str, Any] = {
        "mail": mail, "record": held.look(mail), "now": clock.now(mail.organisation),
        "sentence": held.SENTENCES.get(mail.cause, mail.cause), "back_url": _list(slug),
        "may_block": may_decide(person, mail.organisation),
        "is_held": mail.state == IncomingMail.State.QUARANTINED,
    }
    return render(request, "desk/door/message.html",
                  nav.page(request, person, "quarantine", organisation=mail.organisation, **context))


@serves_here
@require_GET
def raw(request: HttpRequest, person: Person, slug: str, mail_id: int) -> HttpResponse:
    """The bytes as they came, to keep or to look at with another program."""
    return held.download(held.get_mail(person, slug, mail_id))


@serves_here
@require_POST
def release(request: HttpRequest, person: Person, slug: str, mail_id: int) -> HttpResponse:
    held.release(held.get_mail(person, slug, mail_id), here(person, slug).member)
    messages.success(request, _("Released: in a moment it is on a ticket."))
    return HttpResponseRedirect(_list(slug))


@serves_here
@require_POST
def retry(request: HttpRequest, person: Person, slug: str, mail_id: int) -> HttpResponse:
    held.retry(held.get_mail(person, slug, mail_id), here(person, slug).member)
    messages.success(request, _("It is being read again, with all checks."))
    return HttpResponseRedirect(_list(slug))


@serves_here
@require_POST
def setting_aside(request: HttpRequest, person: Person, slug: str, mail_id: int) -> HttpResponse:
    held.set_aside(held.get_mail(person, slug, mail_id), here(person, slug).member)
    messages.success(request, _("Set aside: it is kept, and no longer in the list."))
    return HttpResponseRedirect(_list(slug))


def _list(slug: str) -> str:
    return reverse("desk:quarantine_in", args=[slug])

"""The register of protocol: read, searched, annulled; daily prints; what waits for an outside system; its settings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.files.serving import download
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import administers_here, serves_here, supervises_here
from sportello.records.accounts.people import Person
from sportello.records.procedures.queries import kinds
from sportello.records.tickets.access import tickets_for
from sportello.service.backoffice.models import (
    KindProtocol,
    ProtocolEntry,
    ProtocolRequest,
    ProtocolSettings,
    RegisterPrint,
)
from sportello.service.backoffice.protocol import outside, registering, setting_up

from .. import nav, protocol_page
from ..forms.protocol import SearchForm, SettingsForm
from .contacts import here
from .paper_setup import tabs

asks = require_http_methods(["GET", "HEAD", "POST"])


@serves_here
@require_GET
def protocol_home(request: HttpRequest, person: Person) -> HttpResponse:
    return HttpResponseRedirect(reverse("desk:protocol", args=[person.serving[0].organisation.slug]))


def entries_for(person: Person, organisation: Organisation) -> QuerySet[ProtocolEntry]:
    """Every line: the register has no gaps to the eye. `may_read` says whether its ticket is theirs to see; of the
    others only number, instant and way are shown."""
    seen = Exists(tickets_for(person).filter(pk=OuterRef("ticket_id")))
    rows = ProtocolEntry.objects.filter(organisation=organisation).annotate(may_read=seen)
    return rows.select_related("ticket", "registered_by__user", "annulled_by__user", "organisation")


@serves_here
@require_GET
def register(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = person.organisation(slug)
    form = SearchForm(request.GET)
    form.is_valid()
    found = protocol_page.page(entries_for(person, organisation), form.cleaned_data, request.GET.get("after", ""))
    waiting = ProtocolRequest.objects.open().filter(organisation=organisation)
    return _page(request, person, organisation, "register", rows=found.rows, older=found.older, form=form,
                 waiting=waiting.count(), setting=registering.settings_of(organisation),
                 leads=person.supervises(organisation), is_searched=found.is_searched)


@serves_here
@require_GET
def entry(request: HttpRequest, person: Person, slug: str, entry_id: int) -> HttpResponse:
    organisation = person.organisation(slug)
    return _entry(request, person, organisation, _one(person, organisation, entry_id))


def _entry(request: HttpRequest, person: Person, organisation: Organisation, row: ProtocolEntry, why: str = "",
           act: str = "", trouble: str = "", status: int = 200) -> HttpResponse:
    return _page(request, person, organisation, "entry", status, row=row, why=why, act=act, trouble=trouble,
                 leads=person.supervises(organisation), digest_words=protocol_page.digest_words(row))


def _one(person: Person, organisation: Organisation, entry_id: int) -> ProtocolEntry:
    """Http404 for one whose ticket is not theirs."""
    rows = entries_for(person, organisation).filter(ticket__in=tickets_for(person))
    return get_object_or_404(rows, pk=entry_id)


@supervises_here
@require_POST
def annulment(request: HttpRequest, person: Person, slug: str, entry_id: int) -> HttpResponse:
    organisation = person.organisation(slug)
    row = _one(person, organisation, entry_id)
    why, act = request.POST.get("why", ""), request.POST.get("act", "")
    try:
        registering.annul(row, here(person, slug).member, why, act)
    except Refusal as refusal:
        return _entry(request, person, organisation, row, why, act, str(refusal.sentence), 422)
    messages.success(request, _("Annulled. It stays in the register, with the reason."))
    return HttpResponseRedirect(reverse("desk:protocol_entry", args=[slug, entry_id]))


@supervises_here
@require_GET
def prints(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = person.organisation(slug)
    rows = RegisterPrint.objects.filter(organisation=organisation).order_by("-day")[:100]
    return _page(request, person, organisation, "prints", rows=rows)


@supervises_here
@require_GET
def print_file(request: HttpRequest, person: Person, slug: str, print_id: int) -> HttpResponse:
    rows = RegisterPrint.objects.select_related("blob")
    row = get_object_or_404(rows, organisation=person.organisation(slug), pk=print_id)
    return download(row.blob, f"register-{slug}-{row.day.isoformat()}.pdf", inline=True)


def _waiting(person: Person, organisation: Organisation) -> QuerySet[ProtocolRequest]:
    rows = ProtocolRequest.objects.open().filter(organisation=organisation, ticket__in=tickets_for(person))
    return rows.select_related("ticket__organisation").order_by("id")


@serves_here
@require_GET
def outside_queue(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """What has no number yet, of tickets they see."""
    organisation = person.organisation(slug)
    rows = [(row, str(outside.TROUBLES.get(row.trouble, ""))) for row in _waiting(person, organisation)[:100]]
    return _page(request, person, organisation, "outside", rows=rows)


@serves_here
@require_POST
def outside_again(request: HttpRequest, person: Person, slug: str, request_id: int) -> HttpResponse:
    """Ask again; or, `do=annulled`, say that a number that came too late was annulled there."""
    row = get_object_or_404(_waiting(person, person.organisation(slug)), pk=request_id)
    if request.POST.get("do") == "annulled":
        outside.annulled_there(row)
        messages.success(request, _("Noted."))
    else:
        outside.ask_again(row)
        messages.success(request, _("Asked again: look in a moment."))
    return HttpResponseRedirect(reverse("desk:protocol_outside", args=[slug]))


@administers_here
@asks
def settings(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = person.organisation(slug)
    row = ProtocolSettings.objects.filter(organisation=organisation).first()
    chosen = {one.kind_id: one for one in KindProtocol.objects.filter(organisation=organisation)}
    form = SettingsForm(request.POST or None, initial=SettingsForm.of(row))
    every = kinds(organisation)
    if request.method == "POST" and form.is_valid():
        try:
            setting_up.change(organisation, person.actor, **form.cleaned_data)
            setting_up.set_kinds(organisation, {
                kind.pk: (request.POST.get(f"in-{kind.pk}", ""), request.POST.get(f"out-{kind.pk}", ""))
                for kind in every})
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            messages.success(request, _("Kept. It holds for what comes and leaves from now on."))
            return HttpResponseRedirect(reverse("desk:protocol_settings", args=[slug]))
    context: dict[str, Any] = {
        "form": form, "kinds": [(kind, chosen.get(kind.pk) or KindProtocol(kind=kind)) for kind in every],
        "incoming": KindProtocol.Incoming.choices, "outgoing": KindProtocol.Outgoing.choices,
    }
    return _page(request, person, organisation, "settings", 422 if form.errors else 200, **context)


def _page(request: HttpRequest, person: Person, organisation: Organisation, name: str, status: int = 200,
          **context: Any) -> HttpResponse:
    current = {"settings": "settings", "register": "protocol"}.get(name, "")
    whole = nav.page(request, person, "documents", organisation=organisation, now=clock.now(organisation),
                     tabs=tabs(person, organisation, current), **context)
    return render(request, f"desk/protocol/{name}.html", whole, status=status)

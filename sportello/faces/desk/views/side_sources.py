"""Other systems read beside the card: for who sets the organisation up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import administers_here
from sportello.records.accounts.people import Person
from sportello.records.customers.importing.table import NotATable
from sportello.records.customers.importing.words import sentence
from sportello.records.customers.models import SideSource
from sportello.records.customers.side import bring_in

from .. import nav
from ..forms.customer_card import SourceForm


@administers_here
@require_http_methods(["GET", "HEAD", "POST"])
def side_sources(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """The sources; a POST adds one, or replaces the one of that name with its list."""
    organisation = person.organisation(slug)
    form = SourceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        source, _made = SideSource.objects.update_or_create(
            organisation=organisation, name=data["name"],
            defaults={
                "sort": data["sort"], "key": data["key"], "url": data["url"], "token_name": data["token_name"],
                "shown": [word.strip() for word in data["shown"].split(",") if word.strip()],
                "cache_minutes": data["cache_minutes"], "is_on": True, "made_at": clock.now(organisation)})
        try:
            if data["sort"] == SideSource.Sort.CSV and data["file"]:
                bring_in(source, data["file"].read())
        except NotATable as error:
            form.add_error("file", sentence(error.code, {}))
        else:
            messages.success(request, _("Saved. It is shown on the card of each customer it knows."))
            return HttpResponseRedirect(reverse("desk:side_sources", args=[slug]))
    context: dict[str, Any] = {
        "form": form, "sources": SideSource.objects.filter(organisation=organisation).order_by("pk")[:50],
               "now": clock.now(organisation), "back_url": reverse("desk:people")}
    return render(request, "desk/customers/sources.html",
                  nav.page(request, person, "people", organisation=organisation, **context),
                  status=422 if request.method == "POST" else 200)


@administers_here
@require_POST
def side_source_switch(request: HttpRequest, person: Person, slug: str, source_id: int) -> HttpResponse:
    source = get_object_or_404(SideSource, organisation=person.organisation(slug), pk=source_id)
    source.is_on = not source.is_on
    source.save(update_fields=["is_on"])
    return HttpResponseRedirect(reverse("desk:side_sources", args=[slug]))

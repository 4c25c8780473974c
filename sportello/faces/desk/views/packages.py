"""Transfer packages for a preservation system: asked, made in the background, downloaded by who may see all in them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.files import store
from sportello.foundation.journal.actions import record
from sportello.foundation.tenancy import clock
from sportello.foundation.ui.refusals import is_fragment
from sportello.records.accounts.guard import supervises_here
from sportello.records.accounts.people import Person
from sportello.service.backoffice.archive import packages
from sportello.service.backoffice.models import Package

from .. import archive_page, nav
from ..forms.archive import PackageForm, ReportForm
from ..sentences import language_now
from .contacts import here

asks = require_http_methods(["GET", "HEAD", "POST"])
_SHOWN = 50


@supervises_here
@asks
def package_list(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Those there are; a POST asks for one."""
    organisation = person.organisation(slug)
    form = PackageForm(organisation, request.POST or None, initial={"language": language_now()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = packages.ask(person, here(person, slug).member, data["title"], code=data["code"],
                                since=data["since"], until=data["until"], notes=data["notes"],
                                language=data["language"])
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            return HttpResponseRedirect(_address(made))
    rows = Package.objects.filter(organisation=organisation).select_related("asked_by__user").order_by("-pk")
    context: dict[str, Any] = {
        "form": form, "packages": [(one, archive_page.STATES[one.state]) for one in rows[:_SHOWN]],
        "organisation": organisation, "now": clock.now(organisation),
        "tabs": archive_page.tabs(person, organisation, "packages"),
    }
    return render(request, "desk/archive/packages.html", nav.page(request, person, "archive", **context),
                  status=422 if request.method == "POST" else 200)


@supervises_here
@require_GET
def package(request: HttpRequest, person: Person, slug: str, package_id: int) -> HttpResponse:
    """One, with its progress; `fragment=progress` is what polls meanwhile."""
    found = _package(person, slug, package_id)
    return _page(request, person, found, ReportForm())


@supervises_here
@require_GET
def bag(request: HttpRequest, person: Person, slug: str, package_id: int) -> HttpResponseBase:
    """The bag itself; that it was taken out is journalled."""
    found = _package(person, slug, package_id)
    if found.blob is None:
        raise Http404
    with transaction.atomic():
        record(found.organisation, "package.read", found, person.actor)
    file = store.open_file(found.organisation_id, found.blob.sha256)
    name = f"{packages.root_of(found)}.zip"
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    response["X-Content-Type-Options"] = "nosniff"
    return response


@supervises_here
@require_POST
def taking_over(request: HttpRequest, person: Person, slug: str, package_id: int) -> HttpResponse:
    """The preservation system has it."""
    found = _package(person, slug, package_id)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _page(request, person, found, form, 422)
    packages.take_over(found, form.cleaned_data["report"], here(person, slug).member)
    messages.success(request, _("Kept: its tickets say that they were transferred."))
    return HttpResponseRedirect(_address(found))


def _page(request: HttpRequest, person: Person, found: Package, form: ReportForm, status: int = 200) -> HttpResponse:
    organisation = found.organisation
    context: dict[str, Any] = {
        "package": found, "form": form, "state": archive_page.STATES[found.state], "now": clock.now(organisation),
        "trouble": archive_page.TROUBLE.get(found.trouble, ""), "is_fragment": is_fragment(request),
        "root": packages.root_of(found), "kept_for": packages.KEPT_FOR.days,
        "tabs": archive_page.tabs(person, organisation, "packages"),
        "back_url": reverse("desk:packages", args=[organisation.slug]),
    }
    if request.GET.get("fragment") == "progress":
        return render(request, "desk/archive/_package.html", {**context, "organisation": organisation})
    whole = nav.page(request, person, "archive", organisation=organisation, **context)
    return render(request, "desk/archive/package.html", whole, status=status)


def _package(person: Person, slug: str, package_id: int) -> Package:
    """Of what this person may see: every ticket in it, today."""
    organisation = person.organisation(slug)
    rows = Package.objects.select_related("organisation", "asked_by__user", "taken_over_by__user", "blob")
    found = get_object_or_404(rows, organisation=organisation, pk=package_id)
    if not packages.may_read(person, found):
        raise Http404
    return found


def _address(row: Package) -> str:
    return reverse("desk:package", args=[row.organisation.slug, row.pk])

"""Procedures: read by who works with them, changed by supervisors and administrators. An edit is a new version."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import works_here
from sportello.records.accounts.people import Person
from sportello.records.procedures import packs
from sportello.records.procedures.actions.publishing import changed, publish
from sportello.records.procedures.actions.switching import confirm, switch_off, switch_on
from sportello.records.procedures.definition import Definition, ServiceLevel
from sportello.records.procedures.models import Procedure
from sportello.records.procedures.queries import latest_versions, procedure_rows, unconfirmed

from .. import nav, procedure_page
from ..forms.procedures import FileForm, VersionForm
from ..sentences import language_now
from .contacts import here

asks = require_http_methods(["GET", "HEAD", "POST"])


@works_here
@require_GET
def procedures_home(request: HttpRequest, person: Person) -> HttpResponse:
    """To the organisation they lead or set up first, else one they serve."""
    for right in (person.administers, person.supervises, person.serves):
        for place in person.places:
            if right(place):
                return HttpResponseRedirect(reverse("desk:procedures", args=[place.organisation.slug]))
    raise Http404


@works_here
@require_GET
def procedures(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = _read_by(person, slug)
    now = clock.now(organisation)
    rows = procedure_rows(organisation, clock.local(organisation, now).date())
    shown = [(row, procedure_page.term_words(row.in_force or row.newest)) for row in rows]
    return _page(request, person, organisation, "list", rows=shown, now=now)


@works_here
@require_GET
def procedure(request: HttpRequest, person: Person, slug: str, procedure_id: int) -> HttpResponse:
    organisation = _read_by(person, slug)
    found = _procedure(organisation, procedure_id)
    versions = Procedure.objects.filter(kind=found.kind).order_by("-version")
    context: dict[str, Any] = {
        "procedure": found, "defined": found.defined, "about": list(procedure_page.about(found.defined)),
        "parts": procedure_page.parts_of(found), "validity": procedure_page.validity(found),
        "versions": [(each, procedure_page.validity(each)) for each in versions[:50]],
        "waiting": len(unconfirmed(found)), "now": clock.now(organisation),
    }
    return _page(request, person, organisation, "page", **context)


@works_here
@asks
def procedure_edit(request: HttpRequest, person: Person, slug: str, procedure_id: int) -> HttpResponse:
    """A new version with other words or another term."""
    organisation = _changed_by(person, slug)
    found = _procedure(organisation, procedure_id)
    today = clock.local(organisation, clock.now(organisation)).date()
    form = VersionForm(request.POST or None, initial=VersionForm.of(found, today))
    if request.method == "POST" and form.is_valid():
        version = publish(organisation, _edited(found, form.cleaned_data), person.actor, kind=found.kind,
                          calendar=found.calendar, on=found.is_on)
        messages.success(request, _("Version %(version)s is here.") % {"version": version.version}
                         + ("" if version.is_on else " " + _("It is off until it is switched on.")))
        return HttpResponseRedirect(_address(version))
    status = 422 if request.method == "POST" else 200
    context: dict[str, Any] = {"form": form, "title": _("New version"), "procedure": found}
    return _page(request, person, organisation, "form", status, word=_("Make the version"), back_url=_address(found),
                 **context)


@works_here
@asks
def procedures_import(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """A file of procedures: each becomes a new version, off until somebody switches it on."""
    organisation = _changed_by(person, slug)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _loaded(request, person, organisation, form.cleaned_data["file"])
    status = 422 if request.method == "POST" else 200
    context: dict[str, Any] = {"form": form, "title": _("Import procedures"), "word": _("Import"), "has_file": True}
    back = reverse("desk:procedures", args=[organisation.slug])
    return _page(request, person, organisation, "form", status, back_url=back, **context)


@works_here
@asks
def procedures_packs(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Those that come with the product: choose, load, confirm, switch on."""
    organisation = _changed_by(person, slug)
    today = clock.local(organisation, clock.now(organisation)).date()
    offered = {code: found for code in packs.codes() if (found := packs.shipped_version(code, today)) is not None}
    if request.method == "POST":
        chosen = [offered[code] for code in dict.fromkeys(request.POST.getlist("code")) if code in offered]
        if chosen:
            return _loaded(request, person, organisation, tuple(chosen))
        messages.error(request, _("Choose at least one procedure."))
    here_already = set(Procedure.objects.filter(organisation=organisation).values_list("code", flat=True))
    language = language_now()
    shown = [
        (pack.names.get(language) or pack.names.get("en", pack.code),
         [(each, len(each.open_values()), each.code in here_already, each.names.get(language) or each.names["it"])
          for each in offered.values() if any(one.code == each.code for one in pack.procedures)])
        for pack in packs.shipped()
    ]
    return _page(request, person, organisation, "packs", 422 if request.method == "POST" else 200,
                 packs=[one for one in shown if one[1]])


@works_here
@require_GET
def procedures_export(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = _read_by(person, slug)
    defined = [each.defined for each in latest_versions(organisation)]
    return _yaml(organisation.slug, {"it": organisation.name, "en": organisation.name}, defined)


@works_here
@require_GET
def procedure_export(request: HttpRequest, person: Person, slug: str, procedure_id: int) -> HttpResponse:
    found = _procedure(_read_by(person, slug), procedure_id)
    return _yaml(found.defined.code, found.names, [found.defined])


@works_here
@require_POST
def procedure_confirmations(request: HttpRequest, person: Person, slug: str, procedure_id: int) -> HttpResponse:
    """Somebody answers for a value that was not sure."""
    organisation = _changed_by(person, slug)
    found = _procedure(organisation, procedure_id)
    key, note = request.POST.get("key", ""), request.POST.get("note", "")
    try:
        confirm(found, key, note, here(person, slug).member, person.actor)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        left = len(unconfirmed(found))
        more = ngettext("Confirmed. One value is left.", "Confirmed. %(count)s values are left.", left)
        done = _("Confirmed. Everything is: it can be switched on.")
        messages.success(request, more % {"count": left} if left else done)
    return HttpResponseRedirect(_address(found) + "#confirm")


@works_here
@require_POST
def procedure_switch(request: HttpRequest, person: Person, slug: str, procedure_id: int) -> HttpResponse:
    found = _procedure(_changed_by(person, slug), procedure_id)
    try:
        if request.POST.get("on") == "1":
            switch_on(found, person.actor)
            messages.success(request, _("On: requests of its kind begin under it from now."))
        else:
            switch_off(found, person.actor)
            messages.success(request, _("Off: tickets that run under it keep it."))
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    return HttpResponseRedirect(_address(found))


def _loaded(request: HttpRequest, person: Person, organisation: Organisation,
            definitions: tuple[Definition, ...]) -> HttpResponse:
    for definition in definitions:
        try:
            publish(organisation, definition, person.actor)
        except Refusal as refusal:
            messages.error(request, f"{definition.code}: {refusal.sentence}")
        else:
            messages.success(request, _("“%(code)s” is here, off: read it, confirm what is not sure, switch it on.")
                             % {"code": definition.code})
    return HttpResponseRedirect(reverse("desk:procedures", args=[organisation.slug]))


def _edited(found: Procedure, data: dict[str, Any]) -> Definition:
    """The version with what the form says; a changed term is a rule of the house, with the source given."""
    defined = found.defined
    term = dataclasses.replace(defined.term, value=data["term_value"], unit=data["term_unit"], roll=data["term_roll"],
                               source=data["source"])
    if term != defined.term:
        term = dataclasses.replace(term, confidence="H", question={})
    levels = tuple(each for each in defined.service_levels if each.code != "first_answer")
    if data["first_answer_hours"]:
        usual = next((each for each in defined.service_levels if each.code == "first_answer"), None)
        first = usual or ServiceLevel(code="first_answer", value=1, source="House rule", confidence="H")
        levels = (dataclasses.replace(first, value=data["first_answer_hours"], unit="open_hours"), *levels)
    names = {**defined.names, "it": data["name_it"], **({"en": data["name_en"]} if data["name_en"] else {})}
    return changed(defined, valid_from=data["valid_from"], names=names, term=term, service_levels=levels)


def _yaml(name: str, names: dict[str, str], definitions: list[Definition]) -> HttpResponse:
    response = HttpResponse(packs.write_pack(name, names, definitions), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.yaml"'
    return response


def _read_by(person: Person, slug: str) -> Organisation:
    organisation = person.organisation(slug)
    if not (person.serves(organisation) or _may_change(person, organisation)):
        raise Http404
    return organisation


def _changed_by(person: Person, slug: str) -> Organisation:
    organisation = person.organisation(slug)
    if not _may_change(person, organisation):
        raise Http404
    return organisation


def _may_change(person: Person, organisation: Organisation) -> bool:
    return person.supervises(organisation) or person.administers(organisation)


def _procedure(organisation: Organisation, procedure_id: int) -> Procedure:
    rows = Procedure.objects.select_related("kind", "calendar", "organisation")
    return get_object_or_404(rows, organisation=organisation, pk=procedure_id)


def _address(found: Procedure) -> str:
    return reverse("desk:procedure", args=[found.organisation.slug, found.pk])


def _page(request: HttpRequest, person: Person, organisation: Organisation, name: str, status: int = 200,
          **context: Any) -> HttpResponse:
    whole = nav.page(request, person, "procedures", organisation=organisation,
                     may_change=_may_change(person, organisation), **context)
    return render(request, f"desk/procedures/{name}.html", whole, status=status)

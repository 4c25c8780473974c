"""Templates of letters and the organisation's paper: read by who serves, changed by supervisors and administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import works_here
from sportello.records.accounts.people import Person
from sportello.service.backoffice.documents import letterhead
from sportello.service.backoffice.documents import templates as letters
from sportello.service.backoffice.models import LetterTemplate

from .. import nav
from ..forms.documents import PaperForm, TemplateForm
from .contacts import here

asks = require_http_methods(["GET", "HEAD", "POST"])


@works_here
@require_GET
def documents_home(request: HttpRequest, person: Person) -> HttpResponse:
    """To the organisation they lead or set up first, else one they serve."""
    for right in (person.administers, person.supervises, person.serves):
        for place in person.places:
            if right(place):
                return HttpResponseRedirect(reverse("desk:letter_templates", args=[place.organisation.slug]))
    raise Http404


def reads(person: Person, slug: str) -> Organisation:
    organisation = person.organisation(slug)
    if not (person.serves(organisation) or may_change(person, organisation)):
        raise Http404
    return organisation


def changes(person: Person, slug: str) -> Organisation:
    organisation = person.organisation(slug)
    if not may_change(person, organisation):
        raise Http404
    return organisation


def may_change(person: Person, organisation: Organisation) -> bool:
    return person.supervises(organisation) or person.administers(organisation)


@works_here
@require_GET
def templates(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = reads(person, slug)
    return _page(request, person, organisation, "templates", rows=letters.in_use(organisation))


@works_here
@asks
def template_new(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    return _template(request, person, changes(person, slug), None)


@works_here
@asks
def template(request: HttpRequest, person: Person, slug: str, template_id: int) -> HttpResponse:
    """The newest version of a template; saving makes the next."""
    organisation = changes(person, slug)
    return _template(request, person, organisation, _row(organisation, template_id))


def _row(organisation: Organisation, template_id: int) -> LetterTemplate:
    rows = LetterTemplate.objects.select_related("organisation")
    return get_object_or_404(rows, organisation=organisation, pk=template_id)


def _template(request: HttpRequest, person: Person, organisation: Organisation,
              row: LetterTemplate | None) -> HttpResponse:
    if request.method != "POST":
        form = TemplateForm(organisation, initial=TemplateForm.of(row) if row else {})
        return _page(request, person, organisation, "template", form=form, row=row)
    posted = request.POST.copy()
    if row is not None:
        posted["code"] = row.code
    form = TemplateForm(organisation, posted)
    if form.is_valid():
        data = form.cleaned_data
        try:
            letters.write(organisation, here(person, organisation.slug).member, code=data["code"], sort=data["sort"],
                          texts=form.texts(), with_facts=data["with_facts"], base_version=row.version if row else 0)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            messages.success(request, _("Kept. Letters begun from now on begin from it."))
            return HttpResponseRedirect(reverse("desk:letter_templates", args=[organisation.slug]))
    return _page(request, person, organisation, "template", 422, form=form, row=row)


@works_here
@require_POST
def retirement(request: HttpRequest, person: Person, slug: str, template_id: int) -> HttpResponse:
    organisation = changes(person, slug)
    letters.retire(_row(organisation, template_id), here(person, slug).member)
    messages.success(request, _("It is off the list. What was written from it stays."))
    return HttpResponseRedirect(reverse("desk:letter_templates", args=[slug]))


@works_here
@asks
def paper(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Logo, lines and place of every letter from now on."""
    organisation = changes(person, slug)
    row = letterhead.of(organisation)
    if request.method != "POST":
        return _page(request, person, organisation, "paper", form=PaperForm(organisation, initial=PaperForm.of(row)),
                     row=row)
    form = PaperForm(organisation, request.POST, request.FILES)
    if form.is_valid():
        logo = form.cleaned_data["logo"]
        try:
            with transaction.atomic():
                letterhead.change(
                    organisation, person.actor, head_lines=form.lines("head"), foot_line=form.lines("foot"),
                    place=form.cleaned_data["place"], drop_logo=form.cleaned_data["drop_logo"],
                    logo=logo.read(letterhead.MOST_BYTES + 1) if logo else None,
                )  # fmt: skip
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            messages.success(request, _("Kept. Letters issued from now on look so."))
            return HttpResponseRedirect(reverse("desk:letter_templates", args=[slug]))
    return _page(request, person, organisation, "paper", 422, form=form, row=row)


def _page(request: HttpRequest, person: Person, organisation: Organisation, name: str, status: int = 200,
          **context: Any) -> HttpResponse:
    whole = nav.page(request, person, "documents", organisation=organisation, now=clock.now(organisation),
                     may_change=may_change(person, organisation), tabs=tabs(person, organisation, name), **context)
    return render(request, f"desk/documents/{name}.html", whole, status=status)


def tabs(person: Person, organisation: Organisation, current: str) -> list[Any]:
    """Letters, forms, protocol: pages of one subject."""
    from sportello.foundation.ui.nav import Tab

    found = [Tab(_("Letters"), reverse("desk:letter_templates", args=[organisation.slug]), current == "templates"),
             Tab(_("Forms"), reverse("desk:forms", args=[organisation.slug]), current == "forms")]
    if person.serves(organisation):
        found.append(Tab(_("Protocol"), reverse("desk:protocol", args=[organisation.slug]), current == "protocol"))
    if person.administers(organisation):
        found.append(Tab(_("Protocol settings"), reverse("desk:protocol_settings", args=[organisation.slug]),
                         current == "settings"))  # fmt: skip
    return found

"""The file plan: read by who works with it, changed by supervisors and administrators. An edit is a new version."""

from __future__ import annotations

from typing import Any

from django import forms
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
from sportello.records.procedures.models import Kind
from sportello.service.backoffice.archive import plan as plans
from sportello.service.backoffice.models import FileClass, KindClass

from .. import archive_page, nav
from ..forms.archive import ClassForm, PlanFileForm, ReasonForm
from ..sentences import language_now
from .contacts import here

asks = require_http_methods(["GET", "HEAD", "POST"])


@works_here
@require_GET
def plan(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """The tree of classes, and where each kind of request falls."""
    organisation = _read_by(person, slug)
    classes = plans.in_force(organisation)
    filing = {row.code for row in plans.leaves(classes)}
    chosen = dict(KindClass.objects.filter(organisation=organisation).values_list("kind_id", "code"))
    kinds = [
        (kind, chosen.get(kind.pk, ""), plans.class_among(classes, kind, chosen.get(kind.pk, "")))
        for kind in Kind.objects.filter(organisation=organisation).order_by("family", "slug")
    ]
    return _page(request, person, organisation, "plan", classes=[(row, row.code in filing) for row in classes],
                 kinds=kinds, choices=archive_page.class_choices(organisation),
                 waiting=sum(row.is_to_confirm for row in classes))


@works_here
@require_GET
def class_page(request: HttpRequest, person: Person, slug: str, class_id: int) -> HttpResponse:
    """One version with its source and the question it leaves open."""
    found = _class(_read_by(person, slug), class_id)
    return _class_page(request, person, found, ClassForm(row=found, initial=ClassForm.of(found)), 200)


@works_here
@require_POST
def class_version(request: HttpRequest, person: Person, slug: str, class_id: int) -> HttpResponse:
    """The next version, from the one that was looked at."""
    organisation = _changed_by(person, slug)
    found = _class(organisation, class_id)
    form = ClassForm(request.POST, row=found)
    if form.is_valid():
        try:
            made = plans.change(organisation, form.wanted(found.code), here(person, slug).member,
                                base_version=found.version)
        except Refusal as refusal:
            _refused(form, refusal)
        else:
            said = _("Version %(version)s holds for what closes from now on.")
            messages.success(request, said % {"version": made.version})
            return HttpResponseRedirect(_address(made))
    return _class_page(request, person, found, form, 422)


@works_here
@require_POST
def class_confirmation(request: HttpRequest, person: Person, slug: str, class_id: int) -> HttpResponse:
    """Somebody answers for a proposed figure."""
    organisation = _changed_by(person, slug)
    found = _class(organisation, class_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        plans.confirm(found, form.cleaned_data["reason"], here(person, slug).member)
        messages.success(request, _("Confirmed: what is past its date may stand on a disposal list."))
        return HttpResponseRedirect(_address(found))
    messages.error(request, _("Say on what ground: the plan, the act, its date."))
    return HttpResponseRedirect(_address(found))


@works_here
@asks
def class_new(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = _changed_by(person, slug)
    form = ClassForm(request.POST if request.method == "POST" else None, initial={"code": request.GET.get("below", "")})
    if request.method == "POST" and form.is_valid():
        try:
            made = plans.change(organisation, form.wanted(), here(person, slug).member, base_version=0)
        except Refusal as refusal:
            _refused(form, refusal)
        else:
            return HttpResponseRedirect(_address(made))
    return _page(request, person, organisation, "class", 422 if request.method == "POST" else 200, form=form,
                 title=_("New class"), may_change=True)


@works_here
@asks
def plan_import(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """A file of classes; those that differ become new versions."""
    organisation = _changed_by(person, slug)
    form = PlanFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            changed = plans.load(organisation, form.cleaned_data["file"], here(person, slug).member)
        except Refusal as refusal:
            form.add_error("file", str(refusal.sentence))
        else:
            said = ngettext("%(count)d class changed.", "%(count)d classes changed.", changed) % {"count": changed}
            messages.success(request, said)
            return HttpResponseRedirect(reverse("desk:file_plan", args=[slug]))
    return _page(request, person, organisation, "class", 422 if request.method == "POST" else 200, form=form,
                 title=_("Import the plan"), may_change=True, has_file=True)


@works_here
@require_GET
def plan_export(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = _read_by(person, slug)
    response = HttpResponse(plans.write(plans.in_force(organisation)), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="file-plan-{organisation.slug}.yaml"'
    return response


@works_here
@require_POST
def kind_place(request: HttpRequest, person: Person, slug: str, kind_id: int) -> HttpResponse:
    """The class of a kind, for what closes from now on."""
    organisation = _changed_by(person, slug)
    kind = get_object_or_404(Kind.objects.select_related("organisation"), organisation=organisation, pk=kind_id)
    try:
        plans.place_kind(kind, request.POST.get("code", "")[:20], here(person, slug).member)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("It counts for what closes from now on."))
    return HttpResponseRedirect(reverse("desk:file_plan", args=[slug]) + "#kinds")


def _class_page(request: HttpRequest, person: Person, found: FileClass, form: forms.Form, status: int) -> HttpResponse:
    organisation = found.organisation
    versions = FileClass.objects.filter(organisation=organisation, code=found.code).order_by("-version")
    return _page(request, person, organisation, "class", status, form=form, row=found,
                 title=archive_page.class_name(found), versions=list(versions[:50]),
                 question=found.question_in(language_now()),
                 confidence=archive_page.CONFIDENCE[found.confidence])


def _refused(form: forms.Form, refusal: Refusal) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))


def _class(organisation: Organisation, class_id: int) -> FileClass:
    rows = FileClass.objects.select_related("organisation", "confirmed_by__user", "made_by__user")
    return get_object_or_404(rows, organisation=organisation, pk=class_id)


def _address(row: FileClass) -> str:
    return reverse("desk:file_class", args=[row.organisation.slug, row.pk])


def _read_by(person: Person, slug: str) -> Organisation:
    organisation = person.organisation(slug)
    if not (person.serves(organisation) or archive_page.leads(person, organisation)):
        raise Http404
    return organisation


def _changed_by(person: Person, slug: str) -> Organisation:
    organisation = person.organisation(slug)
    if not archive_page.leads(person, organisation):
        raise Http404
    return organisation


def _page(request: HttpRequest, person: Person, organisation: Organisation, name: str, status: int = 200,
          **context: Any) -> HttpResponse:
    shared: dict[str, Any] = {"may_change": archive_page.leads(person, organisation), "now": clock.now(organisation),
              "tabs": archive_page.tabs(person, organisation, "plan"),
              "back_url": reverse("desk:file_plan", args=[organisation.slug])}
    whole = nav.page(request, person, "archive", organisation=organisation, **shared | context)
    return render(request, f"desk/archive/{name}.html", whole, status=status)

"""Setting up the back office: offices that can be asked, what is approved by whom, checklists. Supervisors and
administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import works_here
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.procedures.models import Kind
from sportello.service.backoffice.approvals import rules
from sportello.service.backoffice.checklists import ticking
from sportello.service.backoffice.models import ApprovalRule, ChecklistTemplate, Office
from sportello.service.backoffice.offices import setting_up

from .. import backoffice_page
from ..forms.approvals import RuleForm
from ..forms.offices import OfficeForm, TemplateForm
from ..sentences import language_now
from .handling import asks


def _changed_by(person: Person, slug: str) -> tuple[Organisation, Membership]:
    """404 for who neither leads nor sets up."""
    organisation = person.organisation(slug)
    place = person.place_in(organisation)
    if place is None or not (person.supervises(organisation) or person.administers(organisation)):
        raise Http404
    return organisation, place.membership


@works_here
@require_GET
def offices(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """All three on one page: each list with what it changes in a sentence."""
    organisation, _member = _changed_by(person, slug)
    kinds = Kind.objects.filter(organisation=organisation, retired_at__isnull=True).order_by("position", "pk")
    in_force = ApprovalRule.objects.filter(organisation=organisation, ended_at__isnull=True)
    by_kind = {one.kind_id: one for one in in_force.prefetch_related("steps")}
    shown = Office.objects.filter(organisation=organisation, retired_at__isnull=True).select_related("team", "calendar")
    templates = ChecklistTemplate.objects.filter(organisation=organisation, retired_at__isnull=True)
    context: dict[str, Any] = {
        "offices": shown.order_by("name", "pk"),
        "kinds": [(kind, by_kind.get(kind.pk)) for kind in kinds],
        "templates": templates.select_related("kind").order_by("name", "pk"),
    }
    page = backoffice_page.page(request, person, f"setup-{slug}", organisation=organisation, **context)
    return render(request, "desk/offices/setup.html", page)


def _ask(
    request: HttpRequest,
    person: Person,
    organisation: Organisation,
    form: Any,
    act: Callable[[], object],
    title: str,
    *,
    retires: str = "",
    hint: str = "",
) -> HttpResponse:
    """A form of setting up: refused at the field, or done and back on the page."""
    status = 200
    back = reverse("desk:offices", args=[organisation.slug])
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with transaction.atomic():
                    act()
                messages.success(request, _("Kept."))
                return HttpResponseRedirect(back)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
                status = refusal.status
    context = {"form": form, "title": title, "back_url": back, "retires": retires, "hint": hint}
    page = backoffice_page.page(request, person, f"setup-{organisation.slug}", organisation=organisation, **context)
    return render(request, "desk/offices/form.html", page, status=status)


@works_here
@asks
def office_new(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation, _member = _changed_by(person, slug)
    form = OfficeForm(organisation, request.POST or None)
    return _ask(
        request,
        person,
        organisation,
        form,
        lambda: setting_up.add(organisation, form.plan(), person.actor),
        _("New office"),
    )


@works_here
@asks
def office(request: HttpRequest, person: Person, slug: str, office_id: int) -> HttpResponse:
    organisation, _member = _changed_by(person, slug)
    found = get_object_or_404(Office, organisation=organisation, pk=office_id, retired_at__isnull=True)
    form = OfficeForm(organisation, request.POST or None, initial=OfficeForm.of(found))
    return _ask(
        request,
        person,
        organisation,
        form,
        lambda: setting_up.change(found, form.plan(), person.actor),
        found.name,
        retires=reverse("desk:office_retirement", args=[slug, found.pk]),
    )


@works_here
@require_POST
def office_retirement(request: HttpRequest, person: Person, slug: str, office_id: int) -> HttpResponse:
    organisation, _member = _changed_by(person, slug)
    found = get_object_or_404(Office, organisation=organisation, pk=office_id)
    return _retired(request, organisation, lambda: setting_up.retire(found, person.actor))


def _retired(request: HttpRequest, organisation: Organisation, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("Not used any more."))
    return HttpResponseRedirect(reverse("desk:offices", args=[organisation.slug]))


@works_here
@asks
def approval_rule(request: HttpRequest, person: Person, slug: str, kind_id: int) -> HttpResponse:
    organisation, member = _changed_by(person, slug)
    kind = get_object_or_404(Kind.objects.select_related("organisation"), organisation=organisation, pk=kind_id)
    rule = ApprovalRule.objects.filter(kind=kind, ended_at__isnull=True).first()
    form = RuleForm(organisation, request.POST or None, initial=RuleForm.of(rule))

    def act() -> None:
        if form.cleaned_data["covers"]:
            rules.make_rule(kind, form.cleaned_data["covers"], form.steps(), by=member)
        else:
            rules.end_rule(kind, by=member)

    title = _("Approval: %(kind)s") % {"kind": kind.name_in(language_now())}
    hint = _("From now on. What waits for approval keeps the approvers it has. Nobody approves their own words.")
    return _ask(request, person, organisation, form, act, title, hint=hint)


@works_here
@asks
def template_new(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation, member = _changed_by(person, slug)
    form = TemplateForm(organisation, request.POST or None)
    return _ask(request, person, organisation, form, lambda: _made(organisation, form, member), _("New checklist"))


def _made(
    organisation: Organisation, form: TemplateForm, member: Membership, replaces: ChecklistTemplate | None = None
) -> None:
    data = form.cleaned_data
    ticking.make_template(
        organisation,
        data["name"],
        ticking.items_from(data["items"]),
        kind=form.chosen_kind(),
        by=member,
        replaces=replaces,
    )


@works_here
@asks
def template(request: HttpRequest, person: Person, slug: str, pattern_id: int) -> HttpResponse:
    organisation, member = _changed_by(person, slug)
    found = get_object_or_404(ChecklistTemplate, organisation=organisation, pk=pattern_id, retired_at__isnull=True)
    form = TemplateForm(organisation, request.POST or None, initial=TemplateForm.of(found))
    return _ask(
        request,
        person,
        organisation,
        form,
        lambda: _made(organisation, form, member, found),
        found.name,
        retires=reverse("desk:checklist_template_retirement", args=[slug, found.pk]),
        hint=_("Tickets that have it keep it as it was; new ones get it as changed."),
    )


@works_here
@require_POST
def template_retirement(request: HttpRequest, person: Person, slug: str, pattern_id: int) -> HttpResponse:
    organisation, member = _changed_by(person, slug)
    found = get_object_or_404(ChecklistTemplate, organisation=organisation, pk=pattern_id)
    return _retired(request, organisation, lambda: ticking.retire(found, by=member))

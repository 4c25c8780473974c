"""Kinds of request: names, order, which one a message is until somebody says."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import administers_here
from sportello.records.accounts.people import Person
from sportello.records.procedures.actions import kinds as making
from sportello.records.procedures.models import Kind

from ..forms.setup import KindForm, NewKindForm, spread
from .asking import ask, asks
from .setup import page

_VERBS: dict[str, Callable[[Kind, Actor], None]] = {
    "retire": making.retire, "return": making.bring_back, "default": making.make_default,
}  # fmt: skip


@administers_here
@require_GET
def kinds(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    here = person.organisation(slug)
    rows = list(Kind.objects.filter(organisation=here))
    context = {"rows": [row for row in rows if not row.retired_at], "retired": [row for row in rows if row.retired_at]}
    return render(request, "desk/setup/kinds.html", page(request, person, here, _("Kinds of request"), **context))


@administers_here
@asks
def kind_new(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    here = person.organisation(slug)
    form = NewKindForm(here, request.POST or None, initial={"family": Kind.Family.INFORMATION})

    def act() -> None:
        making.add_kind(here, form.values, form.cleaned_data["days"], form.cleaned_data["hours"], person.actor)

    return ask(request, form, act, _("The kind is there, with a house procedure. Choose who answers for it."),
               _kinds(here), "desk/setup/form.html",
               {**page(request, person, here, _("New kind of request"), words=_("Add")), **_back(here)})


@administers_here
@asks
def kind(request: HttpRequest, person: Person, slug: str, kind_id: int) -> HttpResponse:
    here = person.organisation(slug)
    row = get_object_or_404(Kind, organisation=here, pk=kind_id)
    initial = {**spread("name", row.names), **spread("hint", row.hints), "family": row.family,
               "on_portal": row.on_portal}
    form = KindForm(here, request.POST or None, initial=initial)
    context = {**page(request, person, here, row.name_in(here.first_language), words=_("Save")), **_back(here)}
    return ask(request, form, lambda: making.change_kind(row, form.values, person.actor), _("Changed."), _kinds(here),
               "desk/setup/form.html", context)


@administers_here
@require_POST
def kind_use(request: HttpRequest, person: Person, slug: str, kind_id: int, verb: str) -> HttpResponse:
    """Take out of use, bring back, let it be the usual one: by buttons of the list."""
    here = person.organisation(slug)
    _VERBS[verb](get_object_or_404(Kind, organisation=here, pk=kind_id), person.actor)
    messages.success(request, _("Changed: it counts for requests from now on."))
    return HttpResponseRedirect(_kinds(here))


@administers_here
@require_POST
def kind_place(request: HttpRequest, person: Person, slug: str, kind_id: int) -> HttpResponse:
    """One place up: `up` of the list, which is all an order needs."""
    here = person.organisation(slug)
    row = get_object_or_404(Kind, organisation=here, pk=kind_id)
    ids = list(Kind.objects.filter(organisation=here, retired_at__isnull=True).values_list("pk", flat=True))
    if row.pk in ids and (place := ids.index(row.pk)):
        ids[place - 1], ids[place] = ids[place], ids[place - 1]
        making.order_kinds(here, ids, person.actor)
    return HttpResponseRedirect(_kinds(here))


def _kinds(here: Organisation) -> str:
    return reverse("desk:setup_kinds", args=[here.slug])


def _back(here: Organisation) -> dict[str, str]:
    return {"back_url": _kinds(here), "back_words": _("Kinds of request")}

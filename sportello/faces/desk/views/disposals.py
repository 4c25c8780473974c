"""Disposal: lists proposed, looked through line by line, decided by somebody else. For who leads or sets up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
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
from sportello.records.tickets.access import tickets_for
from sportello.service.backoffice.archive import disposal as lists
from sportello.service.backoffice.models import DisposalLine, DisposalList, Filing, Tombstone

from .. import archive_page, nav
from ..forms.archive import DecisionForm, ProposalForm
from .contacts import here

asks = require_http_methods(["GET", "HEAD", "POST"])
_SHOWN = 50
_LINES = 100
_COUNTED = 1_000


@works_here
@asks
def disposals(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """What is due and the lists there are; a POST proposes one."""
    organisation = _deciding(person, slug)
    form = ProposalForm(organisation, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = lists.propose(organisation, here(person, slug).member, form.cleaned_data["code"])
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            return HttpResponseRedirect(_address(made))
    today = clock.local(organisation, clock.now(organisation)).date()
    due = lists.due(organisation, today).values("pk")[: _COUNTED + 1].count()
    rows = DisposalList.objects.filter(organisation=organisation)
    rows = rows.select_related("proposed_by__user", "decided_by__user")
    context: dict[str, Any] = {
        "form": form, "due": due, "due_words": f"{_COUNTED}+" if due > _COUNTED else str(due), "most": lists.MOST,
        "unanswered": lists.unanswered(organisation, today), "lists": list(rows.order_by("-number")[:_SHOWN]),
    }
    return _page(request, person, organisation, "disposals", 422 if request.method == "POST" else 200, **context)


@works_here
@require_GET
def disposal(request: HttpRequest, person: Person, slug: str, disposal_number: int) -> HttpResponse:
    """One list, line by line."""
    organisation = _deciding(person, slug)
    return _list_page(request, person, _list(organisation, disposal_number))


@works_here
@require_POST
def taking_off(request: HttpRequest, person: Person, slug: str, disposal_number: int, line_id: int) -> HttpResponse:
    """This line stays."""
    found = _list(_deciding(person, slug), disposal_number)
    line = get_object_or_404(DisposalLine.objects.select_related("disposal__organisation"), disposal=found, pk=line_id)
    try:
        lists.take_off(line, request.POST.get("reason", ""), here(person, slug).member)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("Taken off: it stays, and may be proposed again."))
    after = request.POST.get("after", "")
    return HttpResponseRedirect(_address(found) + (f"?after={after}" if after.isascii() and after.isdigit() else ""))


@works_here
@require_POST
def decision(request: HttpRequest, person: Person, slug: str, disposal_number: int) -> HttpResponse:
    """Approve or refuse; never by who proposed it."""
    found = _list(_deciding(person, slug), disposal_number)
    form = DecisionForm(request.POST)
    approves = request.POST.get("do") == "approve"
    if form.is_valid():
        if approves and not form.cleaned_data["sure"]:
            form.add_error("sure", _("Look through every line first, then say so here."))
        else:
            try:
                act = lists.approve if approves else lists.refuse
                act(found, form.cleaned_data["ground"], here(person, slug).member)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
            else:
                messages.success(request, _("Approved: it is being carried out.") if approves else _("Refused."))
                return HttpResponseRedirect(_address(found))
    return _list_page(request, person, found, form, 422)


def _list_page(request: HttpRequest, person: Person, found: DisposalList, form: forms.Form | None = None,
               status: int = 200) -> HttpResponse:
    lines = DisposalLine.objects.filter(disposal=found).order_by("pk")
    lines = lines.select_related("ticket__kind", "taken_off_by__user")
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 16:
        lines = lines.filter(pk__gt=int(after))
    shown = list(lines[: _LINES + 1])
    ids = [one.ticket_id for one in shown[:_LINES]]
    filed = {one.ticket_id: one for one in Filing.objects.filter(ticket__in=ids).select_related("file_class")}
    gone = {one.ticket_id: one for one in Tombstone.objects.filter(ticket__in=ids)}
    seen = set(tickets_for(person).filter(pk__in=ids).values_list("pk", flat=True))
    states = DisposalLine.objects.filter(disposal=found)
    context: dict[str, Any] = {
        "list": found, "form": form or DecisionForm(), "after": after,
        "lines": [(one, filed.get(one.ticket_id), one.ticket_id in seen, archive_page.spared_word(one.reason),
                   gone.get(one.ticket_id)) for one in shown[:_LINES]],
        "older": f"?after={shown[_LINES - 1].pk}" if len(shown) > _LINES else "",
        "listed": states.filter(state="listed").count(), "done": states.filter(state="done").count(),
        "total": states.count(), "outcomes": archive_page.outcome_words(),
        "is_mine": found.proposed_by.user_id == person.user.pk, "state": archive_page.STATES[found.state],
        "back_url": reverse("desk:disposals", args=[found.organisation.slug]),
    }
    return _page(request, person, found.organisation, "disposal", status, **context)


def _list(organisation: Organisation, number: int) -> DisposalList:
    rows = DisposalList.objects.select_related("organisation", "proposed_by__user", "decided_by__user")
    return get_object_or_404(rows, organisation=organisation, number=number)


def _address(row: DisposalList) -> str:
    return reverse("desk:disposal", args=[row.organisation.slug, row.number])


def _deciding(person: Person, slug: str) -> Organisation:
    organisation = person.organisation(slug)
    if not archive_page.leads(person, organisation):
        raise Http404
    return organisation


def _page(request: HttpRequest, person: Person, organisation: Organisation, name: str, status: int,
          **context: Any) -> HttpResponse:
    tabs = archive_page.tabs(person, organisation, "disposals")
    shared: dict[str, Any] = {"now": clock.now(organisation), "tabs": tabs}
    whole = nav.page(request, person, "archive", organisation=organisation, **shared | context)
    return render(request, f"desk/archive/{name}.html", whole, status=status)

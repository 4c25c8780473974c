"""The register as a list, what waits for approval, open corrective actions, limits, the annual report."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actions import record
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Tab
from sportello.records.accounts.guard import administers_here, serves_here, supervises_here
from sportello.records.accounts.people import Person
from sportello.records.customers.copies import csv_rows, csv_text
from sportello.service.backoffice.complaints import limits, queries, report

from .. import nav, sentences
from ..forms.complaints import LimitForm, RegisterFilter
from .answers import posted
from .handling import asks


def tabs(person: Person, organisation: Organisation, current: str) -> list[Tab]:
    """The pages of complaints, those this person has."""
    slug = organisation.slug
    found = [("complaints", _("Register")), ("complaint_approvals", _("Approvals")),
             ("complaint_actions", _("Corrective actions")), ("faults", _("Known faults"))]  # fmt: skip
    shown = [Tab(word, reverse(f"desk:{name}", args=[slug]), name == current) for name, word in found]
    if person.supervises(organisation):
        year = clock.local(organisation, clock.now(organisation)).year
        address = reverse("desk:complaint_report", args=[slug, year])
        shown.append(Tab(_("Annual report"), address, current == "complaint_report"))
    return shown


def page(
    request: HttpRequest, person: Person, organisation: Organisation, current: str, **more: Any
) -> dict[str, Any]:
    context = {"tabs": tabs(person, organisation, current), "now": clock.now(organisation), **more}
    return nav.page(request, person, "complaints", organisation=organisation, **context)


@serves_here
@require_GET
def complaints_home(request: HttpRequest, person: Person) -> HttpResponse:
    """The rail's entry: in the organisation they serve first."""
    return HttpResponseRedirect(reverse("desk:complaints", args=[person.serving[0].organisation.slug]))


@serves_here
@require_GET
def complaints(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = person.organisation(slug)
    form = RegisterFilter(organisation, request.GET or {"state": "open"})
    found = queries.register_page(person, organisation, form.chosen(), request.GET.get("after", ""))
    kept = request.GET.copy()
    kept.pop("after", None)
    first = kept.urlencode()
    context = {
        "form": form, "rows": found.rows, "filtered": bool(first),
        "older": f"?{first}&after={found.next}" if found.next else "",
        "newer": f"?{first}" if request.GET.get("after") else "",
        "export_url": f"{reverse('desk:complaints_export', args=[slug])}?{first}",
        "may_export": person.supervises(organisation),
        "elsewhere": [place.organisation for place in person.serving if place.organisation.pk != organisation.pk],
    }  # fmt: skip
    whole = page(request, person, organisation, "complaints", **context)
    return render(request, "desk/complaints/register.html", whole)


@supervises_here
@require_GET
def complaints_export(request: HttpRequest, person: Person, slug: str) -> HttpResponseBase:
    """The register as filtered, as CSV: who took it out is journalled."""
    organisation = person.organisation(slug)
    chosen = RegisterFilter(organisation, request.GET or {"state": "all"}).chosen()
    with transaction.atomic():
        record(organisation, "complaints.exported", organisation, person.actor, year=chosen.year or 0, form="register")
    rows = csv_rows(queries.export_rows(person, organisation, chosen))
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="complaints-{organisation.slug}.csv"'
    return response


@serves_here
@require_GET
def complaint_approvals(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = person.organisation(slug)
    context: dict[str, Any] = {
        "waiting": queries.waiting_remedies(person, organisation),
        "decided": queries.decided_for(person, organisation),
    }
    whole = page(request, person, organisation, "complaint_approvals", **context)
    return render(request, "desk/complaints/approvals.html", whole)


@serves_here
@require_GET
def complaint_actions(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = person.organisation(slug)
    found = queries.open_actions(person, organisation)
    bodies = queries.waiting_bodies(person, organisation)
    whole = page(request, person, organisation, "complaint_actions", actions=found, bodies=bodies)
    return render(request, "desk/complaints/actions.html", whole)


@administers_here
@asks
def complaint_limits(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Up to how much who may grant; a POST adds a row, which holds from now on."""
    organisation = person.organisation(slug)
    place = person.place_in(organisation)
    form = LimitForm(organisation, posted(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and place is not None:
            data = form.cleaned_data
            try:
                limits.set_limit(organisation, by=place.membership, role=data["role"], member=data["member"],
                                 sort=data["sort"], amount=None if data["unlimited"] else data["amount"])
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
                status = refusal.status
            else:
                messages.success(request, _("It holds from now on."))
                return HttpResponseRedirect(request.path)
    context: dict[str, Any] = {
        "form": form, "limits": limits.in_force(organisation), "back_url": reverse("desk:people"),
        "now": clock.now(organisation),
    }  # fmt: skip
    whole = nav.page(request, person, "people", organisation=organisation, **context)
    return render(request, "desk/complaints/limits.html", whole, status=status)


@supervises_here
@require_GET
def complaint_report(request: HttpRequest, person: Person, slug: str, year: int) -> HttpResponse:
    organisation = person.organisation(slug)
    found = report.report_of(organisation, _known(year))
    context = {
        "report": found, "tables": [table for table in report.tables(found) if table[2]],
        "years": [(one, reverse("desk:complaint_report", args=[slug, one])) for one in queries.years(organisation)],
        "year": year,
    }  # fmt: skip
    return render(request, "desk/complaints/report.html",
                  page(request, person, organisation, "complaint_report", **context))


@supervises_here
@require_GET
def complaint_report_file(request: HttpRequest, person: Person, slug: str, year: int, form: str) -> HttpResponse:
    """The same as PDF, CSV or JSON."""
    organisation = person.organisation(slug)
    found = report.report_of(organisation, _known(year))
    if form == "pdf":
        body: bytes | str = report.pdf(organisation, found, sentences.language_now())
        kind = "application/pdf"
    elif form == "csv":
        body, kind = csv_text(report.csv_lines(found)), "text/csv; charset=utf-8"
    elif form == "json":
        body = json.dumps(report.open_data(found, organisation), ensure_ascii=False, indent=1)
        kind = "application/json"
    else:
        raise Http404
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="complaints-{organisation.slug}-{year}.{form}"'
    return response


def _known(year: int) -> int:
    if not 1990 <= year <= 2200:
        raise Http404
    return year

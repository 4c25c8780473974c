"""Lists brought in by CSV: chosen, columns matched, tried out, done; a page that can be left and found again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.files.actions import read
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import supervises_here
from sportello.records.accounts.people import Person
from sportello.records.customers.actions.reading import keep_reading
from sportello.records.customers.copies import csv_rows
from sportello.records.customers.importing import runs, table
from sportello.records.customers.importing.fields import fields_of
from sportello.records.customers.importing.words import OUTCOMES, outcomes_of, sentence
from sportello.records.customers.models import ImportRun

from .. import nav
from ..forms.customer_card import ListForm, MappingForm
from .customer_card import member_of

_SHOWN = 50


@supervises_here
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Choose a file; what was brought in before."""
    organisation = person.organisation(slug)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            if upload.size > table.MOST_BYTES:
                raise Refusal(sentence("too_large", {}), field="file")
            run = runs.choose(member_of(person, slug), form.cleaned_data["sort"], upload.name, upload.read())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            return _to_run(slug, run)
    before = ImportRun.objects.filter(organisation=organisation).select_related("by_member__user").order_by("-pk")[:20]
    context: dict[str, Any] = {"form": form, "runs": list(before), "now": clock.now(organisation),
               "back_url": reverse("desk:customers", args=[slug])}
    return render(request, "desk/customers/imports.html",
                  nav.page(request, person, "customers", organisation=organisation, **context),
                  status=422 if request.method == "POST" else 200)


@supervises_here
@require_http_methods(["GET", "HEAD", "POST"])
def import_run(request: HttpRequest, person: Person, slug: str, run_id: int) -> HttpResponse:
    """One run. A POST matches the columns and lets it be tried out; `fragment=progress` is what polls meanwhile."""
    run = _run(person, slug, run_id)
    if request.method != "POST":
        return _page(request, person, run)
    found = _table(run)
    form = MappingForm(found.head if found else (), fields_of(run.sort), request.POST)
    if form.is_valid():
        try:
            data = form.cleaned_data
            runs.match(run, form.mapping, encoding=data["encoding"], delimiter=data["delimiter"])
            if request.POST.get("do") == "try":
                runs.begin(run, member_of(person, slug), for_good=False)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            return _to_run(slug, run)
    return _page(request, person, run, form, 422)


@supervises_here
@require_POST
def import_going(request: HttpRequest, person: Person, slug: str, run_id: int) -> HttpResponse:
    """Do for good what was tried out, or stop it."""
    run = _run(person, slug, run_id)
    if request.POST.get("do") == "stop":
        runs.stop(run)
    else:
        runs.begin(run, member_of(person, slug), for_good=True)
    return _to_run(slug, run)


@supervises_here
@require_GET
def import_faults(request: HttpRequest, person: Person, slug: str, run_id: int) -> HttpResponseBase:
    """The report as CSV: every line that was gone through, what became or would become of it, and why."""
    run = _run(person, slug, run_id)
    keep_reading(run.organisation, member_of(person, slug), "faults", rows=len(run.outcomes))
    response = StreamingHttpResponse(csv_rows(_report(run, get_language() or "it")),
                                     content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{run.pk}.csv"'
    return response


def _report(run: ImportRun, language: str) -> Iterator[list[Any]]:
    """In the reader's language, which is no longer that of the thread when the lines are drawn."""
    with override(language):
        yield [_("line"), _("outcome"), _("reference"), _("about"), _("remarks")]
    for number, values, outcome, faults in runs.report(run):
        with override(language):
            name = values.get("name") or f"{values.get('given_name', '')} {values.get('family_name', '')}".strip()
            reference = values.get("reference") or values.get("external", "")
            said = "\n".join(sentence(one.code, one.facts) for one in faults)
            yield [number, str(OUTCOMES[outcome].word), reference, values.get("subject") or name, said]


def _run(person: Person, slug: str, run_id: int) -> ImportRun:
    rows = ImportRun.objects.select_related("organisation", "blob", "by_member__user")
    return get_object_or_404(rows, organisation=person.organisation(slug), pk=run_id)


def _to_run(slug: str, run: ImportRun) -> HttpResponse:
    return HttpResponseRedirect(reverse("desk:import", args=[slug, run.pk]))


def _table(run: ImportRun) -> table.Look | None:
    try:
        return table.look(read(run.blob), run.encoding, run.delimiter)
    except table.NotATable:
        return None


def _page(request: HttpRequest, person: Person, run: ImportRun, form: MappingForm | None = None,
          status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "run": run, "now": clock.now(run.organisation), "percent": 100 * run.next_row // max(run.total, 1),
        "counts": [(run.counts.get(code, 0), str(one.word)) for code, one in outcomes_of(run.sort).items()],
        "doubts": run.counts.get("doubts", 0),
        "faults": [(one, sentence(one.code, one.facts)) for one in run.faults.order_by("line", "pk")[:_SHOWN]],
        "more": max(0, sum(run.counts.get(code, 0) for code in ("doubts", "refused")) - _SHOWN),
        "organisation": run.organisation, "back_url": reverse("desk:imports", args=[run.organisation.slug]),
    }
    if request.GET.get("fragment") == "progress":
        return render(request, "desk/customers/_progress.html", {**context, "is_fragment": True})
    if run.state in (ImportRun.State.CHOSEN, ImportRun.State.CHECKED):
        found = _table(run)
        initial = {"encoding": run.encoding, "delimiter": run.delimiter,
                   **{f"f_{name}": str(column) for name, column in run.mapping.items()}}
        context["form"] = form or MappingForm(found.head if found else (), fields_of(run.sort), initial=initial)
        context["sample"] = [cells[:12] for cells in found.sample] if found else []
        context["head"] = found.head[:12] if found else ()
    whole = nav.page(request, person, "customers", **context)
    return render(request, "desk/customers/import.html", whole, status=status)

"""Setting up forms: list, fields one by one, preview as the customer sees it, publication, files in and out."""

from __future__ import annotations

from collections.abc import Callable
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
from sportello.service.backoffice.forms import editing, files, publishing
from sportello.service.backoffice.forms.asking import PageForm
from sportello.service.backoffice.forms.definition import Definition, read
from sportello.service.backoffice.models import Form, FormVersion

from .. import nav
from ..forms.request_forms import TYPE_WORDS, FieldForm, FormFileForm, HeadForm
from ..sentences import language_now
from .contacts import here
from .paper_setup import changes, may_change, reads, tabs

asks = require_http_methods(["GET", "HEAD", "POST"])


@works_here
@require_GET
def forms(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = reads(person, slug)
    rows = []
    for one in publishing.forms(organisation):
        versions = list(one.versions.all())
        newest = max((row for row in versions if row.version), key=lambda row: row.version or 0, default=None)
        rows.append((one, newest, any(row.version is None for row in versions)))
    return _page(request, person, organisation, "list", rows=rows, serves=person.serves(organisation))


@works_here
@asks
def form_new(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = changes(person, slug)
    form = HeadForm(organisation, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = {"code": form.cleaned_data["code"], "kind": form.cleaned_data["kind"], "names": form.texts("name"),
                "intro": form.texts("intro"), "pages": [{"titles": {}, "fields": []}]}
        try:
            made = publishing.begin(organisation, here(person, slug).member, read(data))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            return HttpResponseRedirect(_address(made))
    return _page(request, person, organisation, "new", 422 if form.errors else 200, form=form)


@works_here
@asks
def form(request: HttpRequest, person: Person, slug: str, form_id: int) -> HttpResponse:
    """The version being written, its pages and fields; a POST changes names, introduction and kind."""
    organisation = changes(person, slug)
    found = _form(organisation, form_id)
    row = publishing.being_written(found)
    definition = read(row.definition)
    head = HeadForm(organisation, request.POST or None, initial=HeadForm.of(definition))
    if request.method == "POST" and head.is_valid():
        kind = head.cleaned_data["kind"]
        answer = _change(request, person, found, lambda one: editing.with_head(
            one, names=head.texts("name"), intro=head.texts("intro"), kind=kind))
        return answer
    in_force = publishing.in_force(found)
    context: dict[str, Any] = {
        "form": found, "head": head, "definition": definition, "row": row, "in_force": in_force,
        "changed": in_force is None or in_force.definition != row.definition, "types": TYPE_WORDS,
        "pages": [(number, page, [(one, TYPE_WORDS[one.type], _condition(definition, one.when)) for one in page.fields])
                  for number, page in enumerate(definition.pages, 1)],
        "versions": _versions(found),
    }
    return _page(request, person, organisation, "form", 422 if head.errors else 200, **context)


def _versions(found: Form) -> list[FormVersion]:
    rows = found.versions.filter(version__isnull=False).select_related("published_by__user")
    return list(rows.order_by("-version")[:50])


def _condition(definition: Definition, rule: Any) -> str:
    """ "only when “Chi è?” is Azienda"; empty for what is always asked."""
    if rule is None:
        return ""
    spoken = language_now()
    asked = definition.field(rule.field)
    if asked is None:
        return ""
    words = {"yes": _("Yes"), "no": _("No")}
    said = [words[one] if asked.type == "yes_no" else asked.choice_name(one, spoken) for one in rule.values]
    return _("only when “%(field)s” is %(answer)s") % {"field": asked.label_in(spoken), "answer": ", ".join(said)}


def _change(request: HttpRequest, person: Person, found: Form, change: Callable[[Definition], Definition],
            said: str = "") -> HttpResponse:
    """Change the version being written, back to its page; what is refused is told there."""
    row = publishing.being_written(found)
    try:
        edits = int(request.POST.get("edits", row.edits))
        publishing.write(found, change(read(row.definition)), here(person, found.organisation.slug).member, edits)
    except Refusal as refusal:
        for one in str(refusal.sentence).split("\n"):
            messages.error(request, one)
    except (ValueError, IndexError):
        raise Http404 from None
    else:
        if said:
            messages.success(request, said)
    return HttpResponseRedirect(_address(found))


@works_here
@asks
def form_field_new(request: HttpRequest, person: Person, slug: str, form_id: int) -> HttpResponse:
    return _field(request, person, slug, form_id, "")


@works_here
@asks
def form_field(request: HttpRequest, person: Person, slug: str, form_id: int, code: str) -> HttpResponse:
    return _field(request, person, slug, form_id, code)


def _field(request: HttpRequest, person: Person, slug: str, form_id: int, code: str) -> HttpResponse:
    organisation = changes(person, slug)
    found = _form(organisation, form_id)
    row = publishing.being_written(found)
    definition = read(row.definition)
    known = definition.field(code) if code else None
    if code and known is None:
        raise Http404
    asked = request.GET.get("page", "1")
    page = editing.page_of(definition, code) if code else int(asked) if asked.isdigit() and len(asked) < 3 else 1
    initial = FieldForm.of(known, page) if known else {"page": page, "type": "text", "required": True}
    form = FieldForm(definition, page, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        taken = {one.code for one in definition.fields}
        named = code or editing.code_from(form.cleaned_data["label_it"], taken)
        try:
            changed = editing.with_field(definition, form.cleaned_data["page"],
                                         editing.field_data(named, form.cleaned_data), code)
            publishing.write(found, changed, here(person, slug).member, int(request.POST.get("edits", "0") or 0))
        except (Refusal, ValueError) as refusal:
            form.add_error(None, str(getattr(refusal, "sentence", refusal)).split("\n"))
        else:
            return HttpResponseRedirect(_address(found))
    return _page(request, person, organisation, "field", 422 if form.errors else 200, form=found, field_form=form,
                 row=row, known=known)


@works_here
@require_POST
def form_order(request: HttpRequest, person: Person, slug: str, form_id: int) -> HttpResponse:
    """`do`: up, down, remove (a field `code`), page (a new one), page_title and page_removal (page `page`)."""
    found = _form(changes(person, slug), form_id)
    do, code = request.POST.get("do", ""), request.POST.get("code", "")
    page = request.POST.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 3 else 1
    titles = {one: request.POST.get(f"title_{one}", "") for one in ("it", "en") if request.POST.get(f"title_{one}", "")}
    made: dict[str, Callable[[Definition], Definition]] = {
        "up": lambda one: editing.moved(one, code, up=True),
        "down": lambda one: editing.moved(one, code, up=False),
        "remove": lambda one: editing.without_field(one, code),
        "page": lambda one: editing.with_page(one, titles),
        "page_title": lambda one: editing.with_page(one, titles, number),
        "page_removal": lambda one: editing.without_page(one, number),
    }
    if do not in made:
        raise Http404
    return _change(request, person, found, made[do])


@works_here
@require_GET
def form_preview(request: HttpRequest, person: Person, slug: str, form_id: int) -> HttpResponse:
    """As the customer sees it, every page and every field, also those asked only at times."""
    organisation = reads(person, slug)
    found = _form(organisation, form_id)
    row = publishing.being_written(found) if may_change(person, organisation) else publishing.in_force(found)
    if row is None:
        raise Http404
    definition = read(row.definition)
    language = request.GET.get("language", "") or language_now()
    today = clock.local(organisation, clock.now(organisation)).date()
    pages = [(one, PageForm(one.fields, language, today)) for one in definition.pages]
    return _page(request, person, organisation, "preview", form=found, definition=definition, pages=pages,
                 tongues=[str(one) for one in organisation.languages], spoken=language,
                 back_to=_address(found) if may_change(person, organisation) else "")


@works_here
@require_POST
def form_publication(request: HttpRequest, person: Person, slug: str, form_id: int) -> HttpResponse:
    found = _form(changes(person, slug), form_id)
    try:
        made = publishing.publish(found, here(person, slug).member)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("Version %(version)d is in use from now.") % {"version": made.version or 0})
    return HttpResponseRedirect(_address(found))


@works_here
@require_POST
def form_retirement(request: HttpRequest, person: Person, slug: str, form_id: int) -> HttpResponse:
    found = _form(changes(person, slug), form_id)
    publishing.retire(found, here(person, slug).member)
    messages.success(request, _("Nobody fills it in any more. What was filled in stays."))
    return HttpResponseRedirect(reverse("desk:forms", args=[slug]))


@works_here
@asks
def forms_import(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = changes(person, slug)
    ready = publishing.shipped(organisation)
    if request.method == "POST" and request.POST.get("ready"):
        chosen = [one for one in ready if one.code == request.POST["ready"]]
        publishing.bring_in(organisation, here(person, slug).member, chosen)
        messages.success(request, _("The form is here. Look at it, then publish it."))
        return HttpResponseRedirect(reverse("desk:forms", args=[slug]))
    form = FormFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = publishing.bring_in(organisation, here(person, slug).member, form.cleaned_data["file"])
        except Refusal as refusal:
            form.add_error("file", str(refusal.sentence).split("\n"))
        else:
            said = ngettext("%(n)d form is here. Look at it, then publish it.",
                            "%(n)d forms are here. Look at each, then publish it.", len(made))
            messages.success(request, said % {"n": len(made)})
            return HttpResponseRedirect(reverse("desk:forms", args=[slug]))
    return _page(request, person, organisation, "import", 422 if form.errors else 200, form=form, ready=ready)


@works_here
@require_GET
def forms_export(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Every form in use, its published version."""
    organisation = reads(person, slug)
    rows = [publishing.in_force(one) for one in publishing.forms_to_fill(organisation)]
    return _yaml(slug, [read(row.definition) for row in rows if row is not None])


@works_here
@require_GET
def form_export(request: HttpRequest, person: Person, slug: str, form_id: int) -> HttpResponse:
    found = _form(reads(person, slug), form_id)
    row = publishing.in_force(found) or found.versions.first()
    if row is None:
        raise Http404
    return _yaml(found.code, [read(row.definition)])


def _yaml(name: str, found: list[Definition]) -> HttpResponse:
    response = HttpResponse(files.write(found), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.yaml"'
    return response


def _form(organisation: Organisation, form_id: int) -> Form:
    rows = Form.objects.select_related("organisation", "kind")
    return get_object_or_404(rows, organisation=organisation, pk=form_id, retired_at__isnull=True)


def _address(found: Form) -> str:
    return reverse("desk:form", args=[found.organisation.slug, found.pk])


def _page(request: HttpRequest, person: Person, organisation: Organisation, name: str, status: int = 200,
          **context: Any) -> HttpResponse:
    whole = nav.page(request, person, "documents", organisation=organisation, now=clock.now(organisation),
                     may_change=may_change(person, organisation), tabs=tabs(person, organisation, "forms"), **context)
    return render(request, f"desk/forms/{name}.html", whole, status=status)

"""Saved replies and service sheets: read by who serves, changed by supervisors and administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import works_here
from sportello.records.accounts.people import Person
from sportello.records.knowledge.models import SavedReply, ServiceSheet, ServiceSheetText

from .. import nav
from ..actions.knowledge import add_reply, write_reply, write_sheet
from ..forms.contacts import language_choices
from ..forms.knowledge import NewReplyForm, ReplyTextForm, SheetTextForm

asks = require_http_methods(["GET", "HEAD", "POST"])
_SHEET = tuple(SheetTextForm.base_fields)


@works_here
@require_GET
def knowledge(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = person.organisation(slug)
    if not (person.serves(organisation) or _may_change(person, organisation)):
        raise Http404
    own = [str(code) for code in organisation.languages]
    replies = SavedReply.objects.filter(organisation=organisation, retired_at__isnull=True)
    replies = replies.select_related("team").prefetch_related("texts").order_by("slug")
    sheets = ServiceSheet.objects.filter(organisation=organisation, retired_at__isnull=True)
    context: dict[str, Any] = {
        "replies": [_row(one, own) for one in replies],
        "sheets": [_row(one, own) for one in sheets.select_related("team").prefetch_related("texts")],
        "may_change": _may_change(person, organisation),
    }
    return render(request, "desk/knowledge/page.html",
                  nav.page(request, person, "knowledge", organisation=organisation, **context))


@works_here
@asks
def reply_new(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = _changed_by(person, slug)
    form = NewReplyForm(organisation, request.POST or None)

    def act() -> None:
        data = form.cleaned_data
        add_reply(organisation, data["team"], data["language"], person.actor, title=data["title"], body=data["body"])

    return _ask(request, person, organisation, form, act, _("New saved reply"))


@works_here
@asks
def reply_text(request: HttpRequest, person: Person, slug: str, reply: str, language: str) -> HttpResponse:
    organisation = _changed_by(person, slug)
    found = get_object_or_404(SavedReply, organisation=organisation, slug=reply, retired_at__isnull=True)
    _known_language(organisation, language)
    text = found.texts.filter(language=language).first()
    initial = {"title": text.title, "body": text.body} if text else {}
    form = ReplyTextForm(request.POST or None, initial=initial)
    title = _("Saved reply, in %(language)s") % {"language": _language(organisation, language)}
    return _ask(request, person, organisation, form,
                lambda: write_reply(found, language, person.actor, **form.cleaned_data), title)


@works_here
@asks
def sheet_text(request: HttpRequest, person: Person, slug: str, sheet: str, language: str) -> HttpResponse:
    organisation = _changed_by(person, slug)
    found = get_object_or_404(ServiceSheet, organisation=organisation, slug=sheet, retired_at__isnull=True)
    _known_language(organisation, language)
    text: ServiceSheetText | None = found.texts.filter(language=language).first()
    form = SheetTextForm(request.POST or None, initial={name: getattr(text, name) for name in _SHEET} if text else {})
    title = _("Service sheet, in %(language)s") % {"language": _language(organisation, language)}
    return _ask(request, person, organisation, form,
                lambda: write_sheet(found, language, person.actor, form.cleaned_data), title)


def _row(one: SavedReply | ServiceSheet, own: list[str]) -> dict[str, Any]:
    """A line of the list: its title, and for each language whether there is a text."""
    texts = {text.language: text for text in one.texts.all()}
    first = next((texts[code] for code in own if code in texts), next(iter(texts.values()), None))
    return {"slug": one.slug, "title": first.title if first else one.slug, "team": one.team,
            "languages": [(code, code in texts) for code in dict.fromkeys([*own, *texts])]}


def _may_change(person: Person, organisation: Organisation) -> bool:
    return person.supervises(organisation) or person.administers(organisation)


def _changed_by(person: Person, slug: str) -> Organisation:
    organisation = person.organisation(slug)
    if not _may_change(person, organisation):
        raise Http404
    return organisation


def _known_language(organisation: Organisation, language: str) -> None:
    if language not in dict(language_choices(organisation)):
        raise Http404


def _language(organisation: Organisation, language: str) -> str:
    return dict(language_choices(organisation))[language].lower()


def _ask(request: HttpRequest, person: Person, organisation: Organisation, form: forms.Form,
         act: Callable[[], object], title: str) -> HttpResponse:
    back = reverse("desk:knowledge", args=[organisation.slug])
    if request.method == "POST" and form.is_valid():
        act()
        messages.success(request, _("Saved. Who opens it from now on reads this."))
        return HttpResponseRedirect(back)
    whole = nav.page(request, person, "knowledge", organisation=organisation, form=form, title=title, word=_("Save"),
                     back_url=back, back_word=_("What we know"))
    return render(request, "desk/knowledge/form.html", whole, status=422 if request.method == "POST" else 200)

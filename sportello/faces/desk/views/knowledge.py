"""Saved replies, signatures and service sheets: read by who serves, changed by who leads; everybody has replies of
their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
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
from sportello.records.accounts.guard import serves_here, works_here
from sportello.records.accounts.models import Membership, Team
from sportello.records.accounts.people import Person
from sportello.records.knowledge.models import SavedReply, ServiceSheet, ServiceSheetText, ServiceSheetVersion
from sportello.records.knowledge.queries import difference

from .. import nav, saved_replies
from ..actions.knowledge import add_reply, archive_reply, sign, write_reply, write_sheet
from ..forms.contacts import language_choices
from ..forms.knowledge import EVERYBODY, MINE, NewReplyForm, ReplyTextForm, SheetTextForm, SignaturesForm

asks = require_http_methods(["GET", "HEAD", "POST"])
_SHEET = tuple(SheetTextForm.base_fields)


@serves_here
@require_GET
def home(request: HttpRequest, person: Person) -> HttpResponse:
    """Of the first organisation they serve; the page names the others."""
    return HttpResponseRedirect(reverse("desk:articles", args=[person.serving[0].organisation.slug]))


@works_here
@require_GET
def knowledge(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """The saved replies they may use, with how often each was sent; service sheets."""
    organisation = reader(person, slug)
    own = [str(code) for code in organisation.languages]
    with_archive = request.GET.get("archived") == "1"
    mine = member_in(person, organisation)
    replies = SavedReply.objects.filter(organisation=organisation, retired_at__isnull=not with_archive)
    replies = replies.exclude(member__isnull=False, member__in=_others(mine)) if mine else replies.filter(member=None)
    replies = replies.select_related("team").prefetch_related("texts", "uses").order_by("slug")
    changeable = set(SavedReply.objects.changed_by(person, organisation.pk).values_list("pk", flat=True))
    sheets = ServiceSheet.objects.filter(organisation=organisation, retired_at__isnull=True)
    today = clock.local(organisation, clock.now(organisation)).date()
    context: dict[str, Any] = {
        "replies": [
            _row(one, own) | {"own": one.member_id, "may_change": one.pk in changeable, "uses": _uses(one, today)}
            for one in replies
        ],
        "sheets": [_row(one, own) for one in sheets.select_related("team").prefetch_related("texts")],
        "may_change": may_change(person, organisation),
        "with_archive": with_archive,
    }
    return render(request, "desk/knowledge/page.html",
                  nav.page(request, person, "knowledge", organisation=organisation, **context))


def _others(mine: Membership) -> Any:
    return Membership.objects.filter(organisation_id=mine.organisation_id).exclude(pk=mine.pk)


def _uses(reply: SavedReply, today: date) -> list[tuple[date, int]]:
    """The last three months with any, newest first."""
    found = sorted(((one.month, one.number) for one in reply.uses.all()), reverse=True)
    return [(month, number) for month, number in found if (today - month).days < 125][:3]


@works_here
@asks
def reply_new(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Of one's own; who leads gives it to a team or everybody too."""
    organisation = reader(person, slug)
    shares = may_change(person, organisation)
    form = NewReplyForm(organisation, shares, request.POST or None)
    member = member_in(person, organisation)

    def act() -> None:
        data = form.cleaned_data
        whose = data["whose"] or (EVERYBODY if shares else MINE)
        team = None if whose in (EVERYBODY, MINE) else Team.objects.get(organisation=organisation, pk=whose)
        add_reply(organisation, team, data["language"], person.actor, title=data["title"], body=data["body"],
                  member=member if whose == MINE else None)

    language = request.POST.get("language", "") or organisation.first_language
    preview = _sampled(person, organisation, language)
    return ask(request, person, organisation, form, act, _("New saved reply"), preview=preview)


@works_here
@asks
def reply_text(request: HttpRequest, person: Person, slug: str, reply: str, language: str) -> HttpResponse:
    organisation = reader(person, slug)
    changeable = SavedReply.objects.changed_by(person, organisation.pk).living()
    found = get_object_or_404(changeable, slug=reply)
    known_language(organisation, language)
    text = found.texts.filter(language=language).first()
    initial = {"title": text.title, "body": text.body} if text else {}
    form = ReplyTextForm(request.POST or None, initial=initial)
    title = _("Saved reply, in %(language)s") % {"language": language_name(organisation, language)}
    return ask(request, person, organisation, form,
               lambda: write_reply(found, language, person.actor, **form.cleaned_data), title,
               preview=_sampled(person, organisation, language))


def _sampled(person: Person, organisation: Organisation, language: str) -> Callable[[dict[str, Any]], str]:
    member = member_in(person, organisation)
    return lambda data: saved_replies.sample(organisation, member, str(data.get("body", "")), language)


@works_here
@require_POST
def reply_archive(request: HttpRequest, person: Person, slug: str, reply: str) -> HttpResponse:
    """Out of use, or with `back` into use again. Nothing is deleted."""
    organisation = reader(person, slug)
    found = get_object_or_404(SavedReply.objects.changed_by(person, organisation.pk), slug=reply)
    back = "back" in request.POST
    archive_reply(found, person.actor, back=back)
    messages.success(request, _("In use again.") if back else _("Archived: nobody is offered it any more."))
    return HttpResponseRedirect(reverse("desk:knowledge", args=[slug]))


@works_here
@asks
def signatures(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """What stands under the answers of each team, language by language."""
    organisation = changed_by(person, slug)
    form = SignaturesForm(organisation, request.POST if request.method == "POST" else None)
    return ask(request, person, organisation, form, lambda: sign((team, form.of(team)) for team in form.teams),
               _("Signatures"))


@works_here
@asks
def sheet_text(request: HttpRequest, person: Person, slug: str, sheet: str, language: str) -> HttpResponse:
    organisation = changed_by(person, slug)
    found = _sheet(organisation, sheet, language)
    text: ServiceSheetText | None = found.texts.filter(language=language).first()
    form = SheetTextForm(request.POST or None, initial={name: getattr(text, name) for name in _SHEET} if text else {})
    title = _("Service sheet, in %(language)s") % {"language": language_name(organisation, language)}
    versions = found.versions.filter(language=language).select_related("written_by__user")[:50]
    return ask(request, person, organisation, form,
               lambda: write_sheet(found, language, member_in(person, organisation), form.cleaned_data), title,
               preview=lambda data: str(data.get("body", "")), versions=list(versions), sheet=found, language=language)


@works_here
@asks
def sheet_version(
    request: HttpRequest, person: Person, slug: str, sheet: str, language: str, version: int
) -> HttpResponse:
    """What it said, and what was different from the version before (GET); again so (POST)."""
    organisation = changed_by(person, slug)
    found = _sheet(organisation, sheet, language)
    one = get_object_or_404(ServiceSheetVersion, sheet=found, language=language, number=version)
    if request.method == "POST":
        write_sheet(found, language, member_in(person, organisation), {name: one.said.get(name, "") for name in _SHEET})
        messages.success(request, _("It says this again; what came between stays in the history."))
        return HttpResponseRedirect(reverse("desk:sheet_text", args=[slug, sheet, language]))
    before = ServiceSheetVersion.objects.filter(sheet=found, language=language, number=version - 1).first()
    context: dict[str, Any] = {
        "title": one.said.get("title", ""), "one": one, "lines": difference(_told(before), _told(one)),
        "back_url": reverse("desk:sheet_text", args=[slug, sheet, language]), "back_word": _("Service sheet"),
    }
    return render(request, "desk/knowledge/version.html",
                  nav.page(request, person, "knowledge", organisation=organisation, **context))


def _sheet(organisation: Organisation, slug: str, language: str) -> ServiceSheet:
    known_language(organisation, language)
    return get_object_or_404(ServiceSheet, organisation=organisation, slug=slug, retired_at__isnull=True)


def _told(version: ServiceSheetVersion | None) -> str:
    return "\n".join(str(version.said.get(name, "")) for name in _SHEET).strip() if version else ""


def _row(one: SavedReply | ServiceSheet, own: list[str]) -> dict[str, Any]:
    """A line of the list: its title, and for each language whether there is a text."""
    texts = {text.language: text for text in one.texts.all()}
    first = next((texts[code] for code in own if code in texts), next(iter(texts.values()), None))
    return {"slug": one.slug, "title": first.title if first else one.slug, "team": one.team,
            "languages": [(code, code in texts) for code in dict.fromkeys([*own, *texts])]}


# ---- what pages of knowledge share


def may_change(person: Person, organisation: Organisation) -> bool:
    return person.supervises(organisation) or person.administers(organisation)


def reader(person: Person, slug: str) -> Organisation:
    """The organisation, for who serves, leads or sets up there; else 404."""
    organisation = person.organisation(slug)
    if not (person.serves(organisation) or may_change(person, organisation)):
        raise Http404
    return organisation


def changed_by(person: Person, slug: str) -> Organisation:
    organisation = person.organisation(slug)
    if not may_change(person, organisation):
        raise Http404
    return organisation


def member_in(person: Person, organisation: Organisation) -> Membership:
    place = person.place_in(organisation)
    if place is None:
        raise Http404
    return place.membership


def known_language(organisation: Organisation, language: str) -> None:
    if language not in dict(language_choices(organisation)):
        raise Http404


def language_name(organisation: Organisation, language: str) -> str:
    return dict(language_choices(organisation))[language].lower()


def ask(request: HttpRequest, person: Person, organisation: Organisation, form: forms.Form, act: Callable[[], object],
        title: str, *, back: tuple[str, str] = ("", ""), preview: Callable[[dict[str, Any]], str] | None = None,
        **more: Any) -> HttpResponse:
    """A form's page: asked, shown as it will read (`do=preview`), refused at the field, or done."""
    back_url, back_word = back if back[0] else (reverse("desk:knowledge", args=[organisation.slug]), _("What we know"))
    status, seen = 200, ""
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "preview" and preview:
            seen = preview(form.cleaned_data)
        else:
            try:
                act()
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
                status = refusal.status
            else:
                messages.success(request, _("Saved. Who opens it from now on reads this."))
                return HttpResponseRedirect(back_url)
    elif request.method == "POST":
        status = 422
    whole = nav.page(request, person, "knowledge", organisation=organisation, form=form, title=title,
                     back_url=back_url, back_word=back_word, has_preview=preview is not None, seen=seen, **more)
    return render(request, "desk/knowledge/form.html", whole, status=status)

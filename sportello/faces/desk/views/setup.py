"""Setting an organisation up: the index of all that can be set, and its words, colour and logo."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui import colour
from sportello.records.accounts.actions import organisation as describing
from sportello.records.accounts.guard import administers_here, works_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.actions.reopening import set_reopen_days

from .. import nav
from ..forms.setup import AppearanceForm, OrganisationForm, links_as_lines, spread
from .asking import ask, asks

#: (address name, icon, title, what it is for): what can be set, in the order in which one sets up.
PAGES: tuple[tuple[str, str, Any, Any], ...] = (
    ("setup_organisation", "office", gettext_lazy("Organisation"),
     gettext_lazy("Name, languages, words and links of the portal.")),
    ("setup_appearance", "presentation", gettext_lazy("Appearance"), gettext_lazy("Colour and logo.")),
    ("setup_teams", "team", gettext_lazy("Teams"), gettext_lazy("Who shares a list; competent offices.")),
    ("setup_branches", "pin", gettext_lazy("Branches"), gettext_lazy("Where people come, and when.")),
    ("setup_sign_in", "key", gettext_lazy("Signing in"),
     gettext_lazy("With the accounts people have elsewhere (OpenID Connect).")),
    ("people_in", "user", gettext_lazy("People"), gettext_lazy("Roles, teams, invitations; who answers for what.")),
    ("setup_kinds", "flag", gettext_lazy("Kinds of request"), gettext_lazy("Names, order, what the portal offers.")),
    ("setup_hours", "clock", gettext_lazy("Opening hours"), gettext_lazy("Dates are counted by them.")),
    ("procedures", "paper", gettext_lazy("Procedures"), gettext_lazy("Terms, steps and notices of each kind.")),
    ("mailboxes", "mail", gettext_lazy("Mailboxes"), gettext_lazy("E-mail and PEC: reading, sending, signatures.")),
    ("senders", "ban", gettext_lazy("Senders"), gettext_lazy("Whom we do not read; forms that write for customers.")),
    ("setup_alarms", "warn", gettext_lazy("Alarms"), gettext_lazy("What stands still or comes late, and what to do.")),
    ("knowledge", "book", gettext_lazy("What we know"), gettext_lazy("Service sheets and saved replies.")),
)  # fmt: skip


@works_here
@require_GET
def home(request: HttpRequest, person: Person) -> HttpResponse:
    """To the organisation they administer first; nobody else has this page."""
    for place in person.places:
        if person.administers(place):
            return HttpResponseRedirect(reverse("desk:setup", args=[place.organisation.slug]))
    raise Http404


@administers_here
@require_GET
def index(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = person.organisation(slug)
    pages = [(reverse(f"desk:{name}", args=[slug]), icon, title, says) for name, icon, title, says in PAGES]
    others = [place.organisation for place in person.places
              if person.administers(place) and place.organisation.pk != organisation.pk]
    return render(request, "desk/setup/index.html",
                  nav.page(request, person, "setup", organisation=organisation, pages=pages, others=others))


@administers_here
@asks
def organisation(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Name, languages, words of the portal, links at its foot."""
    here = person.organisation(slug)
    initial = {
        "name": here.name, "owner_line": here.owner_line, "languages": here.languages, "timezone": here.timezone,
        **spread("contact", here.contact_lines), **spread("privacy", here.privacy_notice),
        "links": links_as_lines(here), "reopen_days": here.reopen_days,
    }  # fmt: skip
    form = OrganisationForm(here, request.POST or None, initial=initial)

    def act() -> None:
        data = form.cleaned_data
        set_reopen_days(here, data["reopen_days"], person.actor)
        describing.describe(here, {
            "name": data["name"], "owner_line": data["owner_line"], "timezone": data["timezone"],
            # the order stands for "first where nobody chose": what was first stays so
            "languages": sorted(data["languages"], key=lambda code: [*here.languages, code].index(code)),
            "contact_lines": form.texts("contact"), "privacy_notice": form.texts("privacy"),
            "footer_links": data["links"],
        }, person.actor)

    return ask(request, form, act, _("Changed: the portal says so from now on."), _index(here), "desk/setup/form.html",
               page(request, person, here, _("Organisation"), words=_("Save")))


@administers_here
@asks
def appearance(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Colour and logo, with what becomes of the colour where it could not be read."""
    here = person.organisation(slug)
    form = AppearanceForm(request.POST or None, request.FILES or None, initial={"accent": here.accent})

    def act() -> None:
        if form.cleaned_data["no_logo"]:
            describing.remove_logo(here, person.actor)
        elif form.cleaned_data["logo"]:
            describing.set_logo(here, form.cleaned_data["logo"].read(), person.actor)
        describing.describe(here, {"accent": form.cleaned_data["accent"]}, person.actor)

    context = page(request, person, here, _("Appearance"), words=_("Save"), logo=describing.logo_of(here),
                   colours=_colours(here.accent), multipart=True)
    return ask(request, form, act, _("Changed: pages and papers look so from now on."),
               reverse("desk:setup_appearance", args=[slug]), "desk/setup/appearance.html", context)


def page(request: HttpRequest, person: Person, here: Organisation, title: str, **more: Any) -> dict[str, Any]:
    """The frame of a page of set-up; back leads to the index unless `more` says otherwise."""
    whole = {"title": title, "back_url": _index(here), "back_words": _("Set up"), **more}
    return nav.page(request, person, "setup", organisation=here, **whole)


def _index(here: Organisation) -> str:
    return reverse("desk:setup", args=[here.slug])


def _colours(accent: str) -> list[tuple[str, str, str, float]]:
    """(where, the colour used there, its ink, contrast with the paper) in light and dark."""
    light = colour.readable_on(accent, colour.LIGHT_PAPERS, "#000000")
    dark = colour.readable_on(accent, colour.DARK_PAPERS, "#ffffff")
    worst = [(one, min(colour.contrast(one, paper) for paper in papers))
             for one, papers in ((light, colour.LIGHT_PAPERS), (dark, colour.DARK_PAPERS))]
    return [(str(where), one, colour.ink_on(one), round(ratio, 1))
            for where, (one, ratio) in zip((_("by day"), _("by night")), worst, strict=True)]

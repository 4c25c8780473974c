"""Following a request: number and code, then where it stands and what was said."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Link
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.standing import standing
from sportello.service.backoffice.forms.of_steps import for_customer
from sportello.service.backoffice.shop.telling import dates_of_ticket
from sportello.service.channels.webform import doors
from sportello.service.channels.webform.models import FormDraft

from .. import rights
from ..conversation import conversation, ledger
from ..ending import ending
from ..forms.follow import EnterForm, ReopeningForm, WordsForm
from ..numbers import normal_number
from ..page import caller, crumbs, language, of_organisation, show

_YEAR = 60 * 60 * 24 * 365


@require_http_methods(["GET", "HEAD", "POST"])
@of_organisation
def enter(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    if request.method != "POST":
        return _show(request, organisation, EnterForm(initial={"number": request.GET.get("number", "")[:40]}))
    if "lost" in request.POST:
        number = normal_number(request.POST.get("number", ""))
        if number:
            return redirect("portal:code", slug=organisation.slug, number=number)
    form = EnterForm(request.POST)
    who = caller(request)
    if doors.is_shut(organisation, doors.WRONG_CODE, who):
        form.add_error(None, _("Too many wrong tries. Wait a quarter of an hour, then try again. "
                               "Or ask for a new code."))
        return _show(request, organisation, form, 429)
    if not form.is_valid():
        return _show(request, organisation, form, 422)
    number = normal_number(form.cleaned_data["number"])
    ticket = rights.open_by_code(request, organisation, number, form.cleaned_data["code"])
    if ticket is None:
        doors.knock(organisation, doors.WRONG_CODE, who)
        # one sentence for a number that is not, a code that is not, and a code tried too often
        form.add_error(None, _("This number and this code do not belong together. Check both on your receipt; if you "
                               "cannot find the code, ask for a new one."))
        return _show(request, organisation, form, 422)
    response = redirect("portal:ticket", slug=organisation.slug, number=ticket.number)
    _speak(request, response, ticket)
    return response


def follow_crumb(organisation: Organisation) -> Link:
    return Link(_("Follow a request"), reverse("portal:follow", args=[organisation.slug]))


def _show(request: HttpRequest, organisation: Organisation, form: EnterForm, status: int = 200) -> HttpResponse:
    return show(request, organisation, "portal/follow.html", {
        "form": form, "breadcrumb": crumbs(organisation, Link(_("Follow a request"), "")),
    }, status)


def _speak(request: HttpRequest, response: HttpResponse, ticket: Ticket) -> None:
    """The language they chose for our answers, where this browser never chose one."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and ticket.language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, ticket.language, max_age=_YEAR, samesite="Lax",
                            httponly=True, secure=request.is_secure())


def ask_code(request: HttpRequest, organisation: Organisation, number: str) -> HttpResponse:
    """The right has ended or never was: number and code again, with the same words for both."""
    messages.info(request, _("Write number and code to go on. For your safety the page closes after half an hour."))
    return redirect(f"{reverse('portal:follow', args=[organisation.slug])}?number={normal_number(number)}")


@require_safe
@of_organisation
def ticket(request: HttpRequest, organisation: Organisation, number: str) -> HttpResponse:
    found = rights.held(request, organisation, number)
    if found is None:
        return ask_code(request, organisation, number)
    words = WordsForm(initial={"text": rights.kept_words(request, organisation, number)})
    return show_ticket(request, organisation, found, words=words)


def show_ticket(
    request: HttpRequest, organisation: Organisation, found: Ticket, *, words: WordsForm | None = None,
    reopening: ReopeningForm | None = None, draft: FormDraft | None = None, token: str = "", status: int = 200,
) -> HttpResponse:
    """The page of a ticket the session may read, with a form that may carry what was typed and what is wrong."""
    return show(request, organisation, "portal/ticket.html", {
        "ticket": found, "standing": standing(found, language()), "said": conversation(found, language()),
        "told": ledger(found), "ending": ending(found), "dates": dates_of_ticket(found), "forms": _forms(found),
        "words": words or WordsForm(),
        "token": token, "files": list(draft.files.select_related("blob")) if draft else [],
        "reopening": reopening or ReopeningForm(auto_id="id_again_%s"),
        "breadcrumb": crumbs(organisation, follow_crumb(organisation), Link(found.number, "")),
    }, status)


def _forms(found: Ticket) -> list[dict[str, str]]:
    return [{"step": one.step, "name": in_language(one.version.form.names, language())}
            for one in for_customer(found) if one.version]  # fmt: skip


@require_POST
@of_organisation
def leaving(request: HttpRequest, organisation: Organisation, number: str) -> HttpResponse:
    """Close the page on a shared computer."""
    rights.drop(request, organisation, number)
    messages.success(request, _("The page of your request is closed on this computer."))
    return redirect("portal:home", slug=organisation.slug)

"""The request form. What is typed and uploaded stays, whatever goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Link
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.faults.queries import known_to_all
from sportello.service.channels.webform import doors, drafts
from sportello.service.channels.webform.models import FormDraft

from .. import rights
from ..forms.parts import add_refusal
from ..forms.request import TYPED, RequestForm
from ..numbers import normal_number
from ..page import caller, crumbs, language, of_organisation, show
from ..steps import steps
from . import request_details

_SALT = "portal.request.shown"


@require_http_methods(["GET", "HEAD", "POST"])
@of_organisation
def request_form(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    if request.method == "POST":
        return _take(request, organisation)
    token = request.GET.get("draft", "")
    draft = drafts.find(organisation, token)
    if draft is not None and draft.ticket is not None:
        return redirect("portal:receipt", slug=organisation.slug, token=token)
    initial = draft.typed if draft else _wanted(request)
    form = RequestForm(organisation, language(), initial=initial)
    return _show(request, organisation, form, draft, token if draft else "")


def _take(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Keep everything first, then judge it."""
    form = RequestForm(organisation, language(), request.POST)
    token = request.POST.get("draft", "")
    draft = drafts.find(organisation, token)
    if draft is not None and draft.ticket is not None:
        return redirect("portal:receipt", slug=organisation.slug, token=token)
    if not doors.knock(organisation, doors.FORM, caller(request)):
        form.add_error(None, too_many())
        return _show(request, organisation, form, draft, token if draft else "", 429)
    if draft is None:
        draft, token = drafts.begin(organisation, _shown_at(request), _followed(request, organisation))
    typed = {name: request.POST.get(name, "") for name in TYPED}
    drafts.write(draft, {**request_details.kept_of(draft, form), **typed})
    drafts.drop_files(draft, [int(one) for one in request.POST.getlist("drop") if one.isdecimal()][:100])
    refused = drafts.add_files(draft, request.FILES.getlist("files"))
    for refusal in [*refused, *_too_quick(draft)]:
        add_refusal(form, refusal)
    if form.is_valid():
        if form.version() is not None:
            return request_details.to_page(organisation, token, draft, 0)
        return redirect("portal:summary", slug=organisation.slug, token=token)
    return _show(request, organisation, form, draft, token, 422)


def _show(
    request: HttpRequest, organisation: Organisation, form: RequestForm, draft: FormDraft | None, token: str,
    status: int = 200,
) -> HttpResponse:
    return show(request, organisation, "portal/request.html", {
        "form": form, "token": token, "steps": steps(with_form=form.version() is not None), "of_kind": form.version(),
        "known": known_to_all(organisation, language()),
        "files": list(draft.files.select_related("blob")) if draft else [],
        "shown": request.POST.get("shown") or signing.dumps(server_now().timestamp(), salt=_SALT),
        "after": request.POST.get("after") or request.GET.get("after", ""),
        "notice": in_language(organisation.privacy_notice, language()),
        "breadcrumb": crumbs(organisation, Link(_("Ask or report"), "")),
    }, status)


def _wanted(request: HttpRequest) -> dict[str, str]:
    """What a link of ours asks for: a service, a kind."""
    return {"sheet": request.GET.get("service", "")[:60], "kind": request.GET.get("kind", "")[:40]}


def _shown_at(request: HttpRequest) -> datetime:
    """When this form was shown, as we signed it; now, if it does not say."""
    try:
        signed = signing.loads(request.POST.get("shown", ""), salt=_SALT, max_age=drafts.KEPT)
        return datetime.fromtimestamp(float(signed), UTC)
    except (signing.BadSignature, TypeError, ValueError):
        return server_now()


def _followed(request: HttpRequest, organisation: Organisation) -> Ticket | None:
    """The closed ticket this request comes after, if this browser may read it."""
    number = normal_number(request.POST.get("after", ""))
    return rights.held(request, organisation, number) if number else None


def _too_quick(draft: FormDraft) -> list[Refusal]:
    if not drafts.is_too_quick(draft):
        return []
    return [Refusal(_("The form was sent within a few seconds, as programs do. If you are a person, read it once more "
                      "and press the button again: nothing you wrote is lost."))]


def too_many() -> str:
    return _("Many requests came from your connection in a short time. Wait some minutes, then press the button again: "
             "what you wrote is still here.")

"""One screen to read everything before it leaves."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Link
from sportello.service.backoffice.forms.answers import Part, in_words
from sportello.service.backoffice.forms.filling import filling_of, send_filled
from sportello.service.channels.webform import doors, drafts
from sportello.service.channels.webform.models import FormDraft
from sportello.service.channels.webform.receive import send

from ..forms.request import RequestForm
from ..page import caller, crumbs, language, of_organisation, show
from ..steps import steps
from .request_details import last_page
from .request_form import too_many


@require_http_methods(["GET", "HEAD", "POST"])
@of_organisation
def summary(request: HttpRequest, organisation: Organisation, token: str) -> HttpResponse:
    draft = drafts.find(organisation, token)
    if draft is None:
        return show(request, organisation, "portal/expired.html", {"breadcrumb": crumbs(organisation)}, 410)
    if draft.ticket is not None:
        return redirect("portal:receipt", slug=organisation.slug, token=token)
    form = RequestForm(organisation, language(), draft.typed)
    if not form.is_valid():
        # a kind or service was withdrawn while they wrote: the form says which
        return redirect(f"{request.path.replace(f'summary/{token}/', '')}?draft={token}")
    filling = filling_of(draft) if form.version() is not None else None
    found: dict[str, Any] = {}
    if form.version() is not None:
        if filling is None:
            return redirect(f"{request.path.replace(f'summary/{token}/', '')}?draft={token}")
        found, wrong = filling.collected(language())
        if wrong:
            return redirect("portal:request_details", slug=organisation.slug, token=token, page=wrong)
    parts = in_words(filling.definition, found, language()) if filling else []
    if request.method != "POST":
        return _show(request, organisation, form, draft, token, parts)
    if not doors.knock(organisation, doors.SEND, caller(request)):
        return _show(request, organisation, form, draft, token, parts, too_many(), 429)
    if filling is None:
        send(draft, form.request())
    else:
        send_filled(filling, form.request(), found)
    return redirect("portal:receipt", slug=organisation.slug, token=token)


def _show(
    request: HttpRequest, organisation: Organisation, form: RequestForm, draft: FormDraft, token: str,
    parts: list[Part], trouble: str = "", status: int = 200,
) -> HttpResponse:
    kind, sheet = form.chosen_kind(), form.chosen_sheet()
    return show(request, organisation, "portal/summary.html", {
        "data": form.cleaned_data, "token": token, "steps": steps(with_form=bool(parts)), "parts": parts,
        "step": 3 if parts else 2, "last_page": last_page(draft) if parts else 0,
        "files": list(draft.files.select_related("blob")),
        "kind": kind.name_in(language()) if kind else "", "sheet": sheet.name_in(language()) if sheet else "",
        "tongue": dict(form.fields["language"].choices).get(form.cleaned_data["language"], ""),  # type: ignore[attr-defined]  # a ChoiceField
        "trouble": trouble, "breadcrumb": crumbs(organisation, Link(_("Ask or report"), "")),
    }, status)

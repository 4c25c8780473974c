"""One screen to read everything before it leaves."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Link
from sportello.service.channels.webform import doors, drafts
from sportello.service.channels.webform.models import FormDraft
from sportello.service.channels.webform.receive import send

from ..forms.request import RequestForm
from ..page import caller, crumbs, language, of_organisation, show
from ..steps import steps
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
    if request.method != "POST":
        return _show(request, organisation, form, draft, token)
    if not doors.knock(organisation, doors.SEND, caller(request)):
        return _show(request, organisation, form, draft, token, too_many(), 429)
    send(draft, form.request())
    return redirect("portal:receipt", slug=organisation.slug, token=token)


def _show(
    request: HttpRequest, organisation: Organisation, form: RequestForm, draft: FormDraft, token: str,
    trouble: str = "", status: int = 200,
) -> HttpResponse:
    kind, sheet = form.chosen_kind(), form.chosen_sheet()
    return show(request, organisation, "portal/summary.html", {
        "data": form.cleaned_data, "token": token, "steps": steps(), "files": list(draft.files.select_related("blob")),
        "kind": kind.name_in(language()) if kind else "", "sheet": sheet.name_in(language()) if sheet else "",
        "tongue": dict(form.fields["language"].choices).get(form.cleaned_data["language"], ""),  # type: ignore[attr-defined]  # a ChoiceField
        "trouble": trouble, "breadcrumb": crumbs(organisation, Link(_("Ask or report"), "")),
    }, status)

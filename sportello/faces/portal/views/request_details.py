"""The form of a kind of request, page by page, between writing and checking. What is typed and uploaded stays."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Link
from sportello.service.backoffice.forms import answers
from sportello.service.backoffice.forms.asking import PREFIX, PageForm
from sportello.service.backoffice.forms.filling import FILES, VERSION, Filling, filling_of, keep_page
from sportello.service.channels.webform import doors, drafts
from sportello.service.channels.webform.models import FormDraft

from ..forms.parts import add_refusal
from ..forms.request import RequestForm
from ..page import caller, crumbs, language, of_organisation, show
from ..steps import steps


@require_http_methods(["GET", "HEAD", "POST"])
@of_organisation
def details(request: HttpRequest, organisation: Organisation, token: str, page: int) -> HttpResponse:
    draft = drafts.find(organisation, token)
    if draft is None:
        return show(request, organisation, "portal/expired.html", {"breadcrumb": crumbs(organisation)}, 410)
    if draft.ticket is not None:
        return redirect("portal:receipt", slug=organisation.slug, token=token)
    filling = filling_of(draft)
    if filling is None or not answers.asked(filling.definition, page, filling.typed):
        raise Http404
    if request.method != "POST":
        return _show(request, organisation, filling, token, page, _form(filling, page, bound=_is_known(filling, page)))
    if not doors.knock(organisation, doors.FORM, caller(request)):
        from .request_form import too_many

        form = _form(filling, page)
        form.add_error(None, too_many())
        return _show(request, organisation, filling, token, page, form, 429)
    dropped = [int(one) for one in request.POST.getlist("drop") if one.isdecimal()][:100]
    refused = keep_page(filling, page, request.POST, request.FILES, dropped)
    filling = filling_of(filling.draft) or filling
    form = _form(filling, page)
    for refusal in refused:
        add_refusal(form, refusal)
    if form.is_valid():
        return to_page(organisation, token, filling.draft, page)
    return _show(request, organisation, filling, token, page, form, 422)


def _form(filling: Filling, page: int, *, bound: bool = True) -> PageForm:
    return answers.page_form(filling.definition, page, filling.typed, language(), filling.today, filling.files,
                             bound=bound)


def _is_known(filling: Filling, page: int) -> bool:
    """Sent back here by the summary: what is not in order is told; shown for the first time, nothing is."""
    fields = answers.asked(filling.definition, page, filling.typed)
    return any(f"{PREFIX}-{one.code}" in filling.typed for one in fields)


def to_page(organisation: Organisation, token: str, draft: FormDraft, after: int) -> HttpResponse:
    """The next page that asks something, else the summary."""
    filling = filling_of(draft)
    following = answers.page_after(filling.definition, after, filling.typed) if filling else 0
    if following:
        return redirect("portal:request_details", slug=organisation.slug, token=token, page=following)
    return redirect("portal:summary", slug=organisation.slug, token=token)


def kept_of(draft: FormDraft, form: RequestForm) -> dict[str, str]:
    """What a draft keeps of the form of its kind when its first page is written again: the answers, and the version
    they were begun with. Another kind has another form: its own begins anew."""
    version = form.version()
    if version is None:
        return {}
    begun = filling_of(draft)
    if begun is not None and begun.version.form_id == version.form_id:
        own = (VERSION, f"{PREFIX}-", FILES)
        return {name: value for name, value in draft.typed.items() if name.startswith(own)}
    return {VERSION: str(version.pk)}


def last_page(draft: FormDraft) -> int:
    filling = filling_of(draft)
    return answers.page_before(filling.definition, len(filling.definition.pages) + 1, filling.typed) if filling else 0


def _show(request: HttpRequest, organisation: Organisation, filling: Filling, token: str, page: int, form: PageForm,
          status: int = 200) -> HttpResponse:
    before = answers.page_before(filling.definition, page, filling.typed)
    back = reverse("portal:request", args=[organisation.slug]) + f"?draft={token}"
    if before:
        back = reverse("portal:request_details", args=[organisation.slug, token, before])
    own = {one for rows in filling.files.values() for one in rows}
    context: dict[str, Any] = {
        "form": form, "token": token, "steps": steps(with_form=True), "back_url": back, "draft": filling.draft,
        "title": in_language(filling.definition.pages[page - 1].titles, language()),
        "name": in_language(filling.definition.names, language()), "number": page, "of": len(filling.definition.pages),
        "intro": in_language(filling.definition.intro, language()) if not before else "",
        "files": [one for one in filling.draft.files.select_related("blob") if (one.filename, one.blob.sha256) in own],
        "breadcrumb": crumbs(organisation, Link(_("Ask or report"), "")),
    }
    return show(request, organisation, "portal/request_details.html", context, status)

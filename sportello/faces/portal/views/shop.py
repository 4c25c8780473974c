"""Withdrawal and guarantee on the portal: the form, the dates that follow, the second step that confirms."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Link
from sportello.records.procedures.models import Kind
from sportello.service.backoffice.models import ShopRequest
from sportello.service.backoffice.shop import door
from sportello.service.channels.webform import doors, drafts

from ..forms.shop import TYPED, ShopForm
from ..page import caller, crumbs, language, of_organisation, show
from ..steps import steps
from .request_form import too_many


def _title(sort: str) -> str:
    if sort == ShopRequest.Sort.WITHDRAWAL:
        return _("Withdraw from a contract")
    return _("Legal guarantee")


def _kind(organisation: Organisation, sort: str) -> Kind:
    kind = door.kind_for(organisation, sort)
    if kind is None:
        raise Http404
    return kind


@require_http_methods(["GET", "HEAD", "POST"])
@of_organisation
def shop(request: HttpRequest, organisation: Organisation, sort: str) -> HttpResponse:
    """What is typed is kept first, then judged."""
    kind = _kind(organisation, sort)
    token = request.POST.get("draft", "") or request.GET.get("draft", "")
    draft = drafts.find(organisation, token)
    if draft is not None and draft.ticket is not None:
        return redirect("portal:receipt", slug=organisation.slug, token=token)
    if request.method != "POST":
        form = ShopForm(organisation, sort, language(), initial=draft.typed if draft else None)
        return _show(request, organisation, kind, sort, form, token if draft else "")
    form = ShopForm(organisation, sort, language(), request.POST)
    if not doors.knock(organisation, doors.FORM, caller(request)):
        form.add_error(None, too_many())
        return _show(request, organisation, kind, sort, form, token if draft else "", 429)
    if draft is None:
        draft, token = drafts.begin(organisation, server_now())
    drafts.write(draft, {name: request.POST.get(name, "") for name in TYPED})
    if form.is_valid():
        return redirect("portal:shop_confirmation", slug=organisation.slug, sort=sort, token=token)
    return _show(request, organisation, kind, sort, form, token, 422)


def _show(
    request: HttpRequest, organisation: Organisation, kind: Kind, sort: str, form: ShopForm, token: str,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form, "token": token, "steps": steps(), "title": _title(sort), "sort": sort,
        "hint": kind.hint_in(language()), "notice": in_language(organisation.privacy_notice, language()),
        "breadcrumb": crumbs(organisation, Link(_title(sort), "")),
    }  # fmt: skip
    return show(request, organisation, "portal/shop.html", context, status)


@require_http_methods(["GET", "HEAD", "POST"])
@of_organisation
def confirmation(request: HttpRequest, organisation: Organisation, sort: str, token: str) -> HttpResponse:
    """Nothing is declared before the button of this page."""
    kind = _kind(organisation, sort)
    draft = drafts.find(organisation, token)
    if draft is None:
        return show(request, organisation, "portal/expired.html", {"breadcrumb": crumbs(organisation)}, 410)
    if draft.ticket is not None:
        return redirect("portal:receipt", slug=organisation.slug, token=token)
    form = ShopForm(organisation, sort, language(), draft.typed)
    if not form.is_valid():
        return redirect(f"{request.path.replace(f'confirmation/{token}/', '')}?draft={token}")
    trouble, status = "", 200
    if request.method == "POST":
        if doors.knock(organisation, doors.SEND, caller(request)):
            door.send(draft, kind, form.declared(), form.who(), form.cleaned_data["text"])
            return redirect("portal:receipt", slug=organisation.slug, token=token)
        trouble, status = too_many(), 429
    context = {
        "data": form.cleaned_data, "token": token, "steps": steps(), "title": _title(sort), "sort": sort,
        "dates": door.dates_before(organisation, kind, form.declared()), "trouble": trouble,
        "wish": dict(ShopRequest.Wish.choices).get(form.cleaned_data.get("wish", ""), ""),
        "breadcrumb": crumbs(organisation, Link(_title(sort), "")),
    }  # fmt: skip
    return show(request, organisation, "portal/shop_confirmation.html", context, status)

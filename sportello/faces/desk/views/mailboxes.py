"""Mailboxes: set up, tried, decided on, paused and retired by the administrator of their organisation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import administers_here
from sportello.records.accounts.people import Person
from sportello.service.channels.collecting import accounts, setting_up, trials
from sportello.service.channels.collecting.servers import servers_of
from sportello.service.channels.collecting.trouble import SENTENCES
from sportello.service.channels.models import Collector, Mailbox

from .. import nav
from ..forms.mailboxes import AddressForm, CutOffForm, MailboxForm, found_values, kept_values

asks = require_http_methods(["GET", "HEAD", "POST"])

#: The parts of the form; fields of one row stand side by side.
_PARTS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("mailbox", (("address", "shown_name"), ("channel",), ("team", "kind"))),
    ("reading", (("reading",), ("host", "port"), ("security", "user"), ("password",), ("folder", "proof"))),
    ("token", (("token_url",), ("client_id", "scope"), ("client_secret", "refresh_token"))),
    ("copy", (("server_copy",), ("copy_days", "copy_folder"), ("trusted_host",))),
    ("sending", (("smtp_host",), ("smtp_port", "smtp_security"), ("smtp_user", "smtp_secret"))),
    ("letters", (("reply_form",), ("reply_domain",))),
)


@administers_here
@require_GET
def mailboxes(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """All mailboxes in use, and how their mail comes."""
    organisation = person.organisation(slug)
    rows = accounts.accounts_of([organisation])
    alarms = accounts.alarms_of([organisation], rows)
    context = {
        "rows": rows, "alarms": alarms, "now": clock.server_now(),
        "retired": Mailbox.objects.filter(organisation=organisation, retired_at__isnull=False).order_by("address"),
    }  # fmt: skip
    return render(request, "desk/mailboxes/list.html", _page(request, person, organisation, **context))


@administers_here
@asks
def new(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """First the address (GET ?address=…), by which the servers are found; then the whole form."""
    organisation = person.organisation(slug)
    asked = AddressForm(request.GET if "address" in request.GET else None)
    if request.method != "POST" and not asked.is_valid():
        return render(request, "desk/mailboxes/address.html", _page(request, person, organisation, form=asked))
    initial: dict[str, Any] = {}
    found = None
    if request.method != "POST":
        address = asked.cleaned_data["address"].strip().lower()
        found = servers_of(address)
        initial = {**found_values(address, found), "shown_name": organisation.name}
    form = MailboxForm(organisation, request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = setting_up.add(organisation, form.settings(), person.actor)
            except Refusal as refusal:
                form.add_error(refusal.field or None, str(refusal.sentence))
            else:
                messages.success(request, _("The mailbox is there. Try reading and sending now."))
                return HttpResponseRedirect(_address(made))
    context = {"form": form, "parts": _parts(form), "title": _("New mailbox"), "found": found}
    return render(request, "desk/mailboxes/form.html", _page(request, person, organisation, **context), status=status)


@administers_here
@asks
def mailbox(request: HttpRequest, person: Person, slug: str, mailbox_id: int) -> HttpResponse:
    """One mailbox: how it does, its settings, what may be tried."""
    organisation = person.organisation(slug)
    row = _mailbox(organisation, mailbox_id)
    if request.GET.get("fragment") == "progress":
        return render(request, "desk/mailboxes/_progress.html", {**_progress(row), "organisation": organisation})
    collector = Collector.objects.filter(mailbox=row).first()
    form = MailboxForm(organisation, request.POST or None, initial=kept_values(row, collector))
    form.fields["address"].disabled = True
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                setting_up.change(row, form.settings(), person.actor)
            except Refusal as refusal:
                form.add_error(refusal.field or None, str(refusal.sentence))
            else:
                messages.success(request, _("Changed. Try reading and sending now."))
                return HttpResponseRedirect(_address(row))
    return _show(request, person, row, status=status, form=form)


@administers_here
@require_POST
def reading(request: HttpRequest, person: Person, slug: str, mailbox_id: int) -> HttpResponse:
    """Try reading; the page says how it went."""
    row = _mailbox(person.organisation(slug), mailbox_id)
    collector = _collector(row)
    tried = trials.try_reading(collector)
    if tried.went_well:
        setting_up.try_again(collector)
    return _show(request, person, row, tried=tried, tried_what=_("Reading"))


@administers_here
@require_POST
def sending(request: HttpRequest, person: Person, slug: str, mailbox_id: int) -> HttpResponse:
    """Try sending, to the colleague who asks."""
    row = _mailbox(person.organisation(slug), mailbox_id)
    tried = trials.try_sending(row, person.user.email)
    return _show(request, person, row, tried=tried, tried_what=_("Sending"))


@administers_here
@require_POST
def cut_off(request: HttpRequest, person: Person, slug: str, mailbox_id: int) -> HttpResponse:
    organisation = person.organisation(slug)
    row = _mailbox(organisation, mailbox_id)
    collector = _collector(row)
    form = CutOffForm(request.POST)
    if not form.is_valid():
        return _show(request, person, row, status=422, cut_off_form=form)
    setting_up.decide_cut_off(collector, form.before(organisation), person.actor)
    messages.success(request, _("Decided: reading begins now."))
    return HttpResponseRedirect(_address(row))


@administers_here
@require_POST
def pause(request: HttpRequest, person: Person, slug: str, mailbox_id: int) -> HttpResponse:
    """Stop fetching, or go on."""
    row = _mailbox(person.organisation(slug), mailbox_id)
    on = request.POST.get("on") == "1"
    setting_up.pause(_collector(row), person.actor, on=on)
    messages.success(request, _("Its mail is fetched again.") if on else
                     _("Its mail is not fetched any more; it waits on the server."))  # fmt: skip
    return HttpResponseRedirect(_address(row))


@administers_here
@require_POST
def default(request: HttpRequest, person: Person, slug: str, mailbox_id: int) -> HttpResponse:
    row = _mailbox(person.organisation(slug), mailbox_id)
    setting_up.make_default(row, person.actor)
    messages.success(request, _("New letters leave from %(address)s.") % {"address": row.address})
    return HttpResponseRedirect(_address(row))


@administers_here
@require_POST
def retirement(request: HttpRequest, person: Person, slug: str, mailbox_id: int) -> HttpResponse:
    organisation = person.organisation(slug)
    row = _mailbox(organisation, mailbox_id)
    setting_up.retire(row, person.actor)
    messages.success(request, _("%(address)s is retired: no mail is taken there any more. What came stays.")
                     % {"address": row.address})  # fmt: skip
    return HttpResponseRedirect(reverse("desk:mailboxes", args=[slug]))


# ------------------------------


def _mailbox(organisation: Organisation, mailbox_id: int) -> Mailbox:
    rows = Mailbox.objects.select_related("organisation", "team", "kind").filter(retired_at__isnull=True)
    return get_object_or_404(rows, organisation=organisation, pk=mailbox_id)


def _collector(mailbox: Mailbox) -> Collector:
    found = Collector.objects.select_related("mailbox", "organisation").filter(mailbox=mailbox).exclude(host="").first()
    if found is None:
        raise Http404
    return found


def _address(mailbox: Mailbox) -> str:
    return reverse("desk:mailbox", args=[mailbox.organisation.slug, mailbox.pk])


def _show(
    request: HttpRequest, person: Person, row: Mailbox, *, status: int = 200, form: MailboxForm | None = None,
    cut_off_form: CutOffForm | None = None, **more: Any,
) -> HttpResponse:  # fmt: skip
    organisation = row.organisation
    told = _progress(row)
    collector = told["collector"]
    if form is None:
        form = MailboxForm(organisation, initial=kept_values(row, collector))
        form.fields["address"].disabled = True
    context = {
        **told, "form": form, "parts": _parts(form),
        "cut_off_form": cut_off_form or CutOffForm(initial={"what": "archive"}),
        "trouble": SENTENCES.get(collector.trouble, "") if collector else "", **more,
    }  # fmt: skip
    whole = _page(request, person, organisation, **context)
    return render(request, "desk/mailboxes/mailbox.html", whole, status=status)


def _progress(row: Mailbox) -> dict[str, Any]:
    """How the mailbox does; `is_working`: the page asks again by itself."""
    account = next(one for one in accounts.accounts_of([row.organisation]) if one.mailbox.pk == row.pk)
    collector = account.collector if account.collector and account.collector.host else None
    is_working = collector is not None and collector.is_on and (account.import_done < 100 or account.to_be_read > 20)
    return {
        "row": row, "account": account, "collector": collector, "is_working": is_working, "now": clock.server_now(),
    }  # fmt: skip


def _parts(form: MailboxForm) -> list[tuple[str, str, list[list[Any]]]]:
    words = {
        "mailbox": _("Mailbox"), "reading": _("Reading"), "token": _("Signing in by OAuth2"),
        "copy": _("What stays on the server"), "sending": _("Sending"), "letters": _("Letters"),
    }  # fmt: skip
    parts = [(key, words[key], [[form[name] for name in names] for names in rows]) for key, rows in _PARTS]
    signatures = [[form[name]] for name in form.fields if name.startswith("signature_")]
    parts[-1][2].extend(signatures)
    return parts


def _page(request: HttpRequest, person: Person, organisation: Organisation, **context: Any) -> dict[str, Any]:
    whole = {"back_url": reverse("desk:mailboxes", args=[organisation.slug]), **context}
    return nav.page(request, person, "people", organisation=organisation, **whole)

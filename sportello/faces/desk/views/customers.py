"""Customers: found, their card, what may be corrected on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.customers import check_words
from sportello.records.customers.access import customers_for, get_customer
from sportello.records.customers.actions.changing import change_customer
from sportello.records.customers.actions.reaching import mark_deliverable
from sportello.records.customers.actions.reading import keep_reading
from sportello.records.customers.actions.registering import add_identity, mark_undeliverable, verify
from sportello.records.customers.checks import check
from sportello.records.customers.models import (
    Consent,
    Customer,
    CustomerNote,
    Identity,
    Merge,
    Proposal,
    Relation,
)
from sportello.records.customers.queries import CustomerRow, find, identities_of, surviving, together
from sportello.records.tickets.queries.customer_pages import history_page
from sportello.service.backoffice.archive import holds

from .. import archive_page, customer_around, nav
from ..forms.archive import HoldForm
from ..forms.customer_card import ConsentForm, NoteForm, RelationForm
from ..forms.customers import CustomerForm, IdentityForm, VerificationForm

_MOST = 25


@serves_here
@require_GET
def customers_home(request: HttpRequest, person: Person) -> HttpResponse:
    """The rail's entry: in the organisation they serve first."""
    return HttpResponseRedirect(reverse("desk:customers", args=[person.serving[0].organisation.slug]))


@serves_here
@require_GET
def customers(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Found by name, address, number; without words the newest."""
    organisation = person.organisation(slug)
    typed = one_line(request.GET.get("q", ""), 200)
    if typed:
        rows = find(person, organisation, typed, _MOST)
    else:
        newest = customers_for(person).filter(organisation=organisation, merged_into__isnull=True).order_by("-pk")
        rows = [CustomerRow(one.pk, one.name, "") for one in newest[:_MOST]]
    context: dict[str, Any] = {
        "supervises": person.supervises(organisation),
        "typed": typed, "rows": rows, "full": len(rows) == _MOST,
        "others": [place.organisation for place in person.serving if place.organisation.slug != slug],
    }
    return render(request, "desk/customers/list.html",
                  nav.page(request, person, "customers", organisation=organisation, **context))


@serves_here
@require_http_methods(["GET", "HEAD", "POST"])
def customer(request: HttpRequest, person: Person, slug: str, customer_id: int) -> HttpResponse:
    """The card; a POST corrects name, sort and language. A customer merged away leads to the one who stayed."""
    found = get_customer(person, slug, customer_id)
    stays = surviving(found)
    if stays.pk != found.pk:
        return HttpResponseRedirect(_address(slug, stays))
    if request.method != "POST":
        return show_card(request, person, found)
    form = CustomerForm(found.organisation, request.POST)
    if form.is_valid():
        try:
            changed = change_customer(found, person.actor, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal.sentence))
        else:
            messages.success(request, _("Corrected.") if changed else _("Nothing was different."))
            return HttpResponseRedirect(_address(slug, found))
    return show_card(request, person, found, 422, form=form)


@serves_here
@require_POST
def identities(request: HttpRequest, person: Person, slug: str, customer_id: int) -> HttpResponse:
    """One more way of reaching them."""
    found = get_customer(person, slug, customer_id)
    form = IdentityForm(request.POST, auto_id="id_new_%s")
    if form.is_valid() and _looked_at(form, found):
        try:
            add_identity(found, form.cleaned_data["sort"], form.cleaned_data["value"], person.actor)
        except Refusal as refusal:
            form.add_error("value", str(refusal.sentence))
        else:
            messages.success(request, _("Added. It counts as not verified until it is shown to be theirs."))
            return HttpResponseRedirect(_address(slug, found))
    return show_card(request, person, found, 422, adding=form)


def _looked_at(form: IdentityForm, customer: Customer) -> bool:
    """Whether the value may be kept: refused at the field, or doubted until a colleague says it is right."""
    looked = check(form.cleaned_data["sort"], form.cleaned_data["value"], name=customer.name, born_on=customer.born_on)
    if looked.is_refused:
        form.add_error("value", check_words.refusal(looked))
    elif looked.doubts and not form.cleaned_data["sure"]:
        form.add_error("value", " ".join(check_words.sentences(looked.doubts)))
        form.is_doubted = True
    return not form.errors


@serves_here
@require_POST
def verification(request: HttpRequest, person: Person, slug: str, customer_id: int, identity_id: int) -> HttpResponse:
    """It was shown to be theirs."""
    found, identity = _identity(person, slug, customer_id, identity_id)
    form = VerificationForm(request.POST)
    if not form.is_valid():
        raise Refusal(_("Choose how it was shown to be theirs."))
    verify(identity, form.cleaned_data["how"], person.actor)
    messages.success(request, _("Verified: %(value)s") % {"value": identity.shown})
    return HttpResponseRedirect(_address(slug, found))


@serves_here
@require_POST
def undeliverable(request: HttpRequest, person: Person, slug: str, customer_id: int, identity_id: int) -> HttpResponse:
    """Letters to it come back: nothing automatic is written to it any more; with `undo`, it works again."""
    found, identity = _identity(person, slug, customer_id, identity_id)
    if request.POST.get("undo"):
        mark_deliverable(identity, person.actor)
        messages.success(request, _("%(value)s is written to again.") % {"value": identity.shown})
        return HttpResponseRedirect(_address(slug, found))
    mark_undeliverable(identity, person.actor)
    messages.success(request, _("Nothing automatic is written to %(value)s any more.") % {"value": identity.shown})
    return HttpResponseRedirect(_address(slug, found))


def _identity(person: Person, slug: str, customer_id: int, identity_id: int) -> tuple[Customer, Identity]:
    found = get_customer(person, slug, customer_id)
    rows = Identity.objects.select_related("organisation", "customer__organisation")
    return found, get_object_or_404(rows, customer__in=together(found), pk=identity_id)


def _address(slug: str, found: Customer) -> str:
    return reverse("desk:customer", args=[slug, found.pk])


def _holds(person: Person, organisation: Organisation, ids: list[int]) -> dict[str, Any]:
    """Whether anything of theirs is held, and the form to hold it, for who leads the archive."""
    if not archive_page.leads(person, organisation):
        return {}
    held = holds.lasting(organisation).filter(customer__in=ids).order_by("placed_at")
    return {"leads_archive": True, "held": list(held[:5]), "holding": HoldForm(auto_id="hold-%s")}


def show_card(request: HttpRequest, person: Person, found: Customer, status: int = 200, **forms_: Any) -> HttpResponse:
    """The card; `forms_` are those that came back to be corrected. Who looks is kept (`Reading`)."""
    organisation = found.organisation
    place = person.place_in(organisation)
    if place is not None:
        keep_reading(organisation, place.membership, "card", customer=found)
    ids = together(found)
    known = {name: getattr(found, name) for name in ("name", "sort", "language", "born_on", "needs", "addressed_as")}
    there = customer_around.look(found)
    many = len(ids) > 1  # what hangs on the other records is not looked at by `there`
    own = Relation.objects.filter(customer__in=ids) | Relation.objects.filter(other__in=ids)
    own_notes = CustomerNote.objects.filter(customer__in=ids).select_related("by_member__user")
    now = clock.now(organisation)
    today = clock.local(organisation, now).date()
    relations = [(one, one.holds_on(today), one.customer_id in ids) for one in
                 own.select_related("customer", "other").order_by("-pk")[:_MOST]] if many or there.relations else []
    merges = Merge.objects.filter(kept=found, undone_at__isnull=True).select_related("merged")
    proposed = Proposal.objects.filter(settled="").select_related("one", "other")
    pairs = (proposed.filter(one=found) | proposed.filter(other=found)).order_by("-weight")[:5] if there.alike else []
    context: dict[str, Any] = {
        "customer": found, "now": now, "identities": identities_of(found, ids), "together": ids,
        "history": history_page(person, found, request.GET.get("after", ""), ids=ids),
        "is_paged": "after" in request.GET,
        "relations": relations,
        "consents": Consent.objects.filter(customer__in=ids).order_by("-pk")[:_MOST] if many or there.consents else [],
        "notes": own_notes.order_by("-pk")[:_MOST] if many or there.notes else [],
        "merges": merges[:_MOST] if there.merges else [],
        "alike": [one.other if one.one_id == found.pk else one.one for one in pairs],
        "supervises": person.supervises(organisation), "has_sides": there.sides,
        "form": CustomerForm(organisation, initial=known), "adding": IdentityForm(auto_id="id_new_%s"),
        "relating": RelationForm(auto_id="id_rel_%s"), "agreeing": ConsentForm(auto_id="id_con_%s"),
        "noting": NoteForm(auto_id="id_note_%s"), "back_url": reverse("desk:customers", args=[organisation.slug]),
        **_holds(person, organisation, ids),
        "hows": VerificationForm.base_fields["how"].choices,  # type: ignore[attr-defined]  # a choice field
        **forms_,
    }
    whole = nav.page(request, person, "customers", organisation=organisation, **context)
    return render(request, "desk/customers/card.html", whole, status=status)

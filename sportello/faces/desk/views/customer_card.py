"""What a colleague writes on a customer's card: one resource a view, each a POST that leads back to the card."""

from __future__ import annotations

from datetime import datetime, time

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.files.actions import keep_uploads
from sportello.foundation.files.serving import download
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.customers import check_words, side_words
from sportello.records.customers.access import get_customer
from sportello.records.customers.actions import card
from sportello.records.customers.actions.reading import keep_reading
from sportello.records.customers.checks import check
from sportello.records.customers.models import Consent, Customer, Identity, Relation
from sportello.records.customers.queries import find, surviving, together
from sportello.records.customers.side import side_of

from ..forms.customer_card import ConsentForm, NoteForm, RelationForm
from .customers import show_card


def member_of(person: Person, slug: str) -> Membership:
    """The membership behind who asks, in an organisation they serve."""
    place = person.place_in(person.organisation(slug))
    if place is None:
        raise Http404
    return place.membership


def to_card(slug: str, customer: Customer) -> HttpResponse:
    return HttpResponseRedirect(reverse("desk:customer", args=[slug, customer.pk]))


@serves_here
@require_GET
def value_check(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """While typing: whether a value can be right. Nothing is kept."""
    person.organisation(slug)
    value = request.GET.get("value", "")[:320]
    looked = check(request.GET.get("sort", ""), value) if len(value.strip()) > 3 else None
    doubts = check_words.sentences(looked.doubts) if looked else []
    shown = looked.shown if looked and not doubts else ""
    return render(request, "desk/customers/_check.html", {"doubts": doubts, "shown": shown})


def _identity(person: Person, slug: str, customer_id: int, identity_id: int) -> tuple[Customer, Identity]:
    found = get_customer(person, slug, customer_id)
    rows = Identity.objects.select_related("organisation", "customer__organisation")
    return found, get_object_or_404(rows, customer__in=together(found), pk=identity_id)


@serves_here
@require_POST
def preference(request: HttpRequest, person: Person, slug: str, customer_id: int, identity_id: int) -> HttpResponse:
    found, identity = _identity(person, slug, customer_id, identity_id)
    card.prefer(identity, person.actor)
    messages.success(request, _("They are best reached by %(value)s.") % {"value": identity.shown})
    return to_card(slug, found)


@serves_here
@require_POST
def removal(request: HttpRequest, person: Person, slug: str, customer_id: int, identity_id: int) -> HttpResponse:
    found, identity = _identity(person, slug, customer_id, identity_id)
    card.remove_identity(identity, person.actor)
    messages.success(request, _("%(value)s is no longer on the card.") % {"value": identity.shown})
    return to_card(slug, found)


@serves_here
@require_POST
def relations(request: HttpRequest, person: Person, slug: str, customer_id: int) -> HttpResponse:
    found = get_customer(person, slug, customer_id)
    form = RelationForm(request.POST, request.FILES, auto_id="id_rel_%s")
    if form.is_valid():
        data = form.cleaned_data
        rows = find(person, found.organisation, data["other"], 3)
        try:
            if len(rows) != 1:
                raise Refusal(_("Several customers fit: write a number or address of theirs.") if rows else _(
                    "Nobody known by this: record them first, or check the spelling."), field="other")
            other = surviving(get_customer(person, slug, rows[0].id))
            kept = keep_uploads(found.organisation, [data["proof"]]) if data["proof"] else []
            card.relate(found, other, data["kind"], person.actor, from_day=data["from_day"],
                        until_day=data["until_day"], about=data["about"], proof=kept[0] if kept else None)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            messages.success(request, _("Added."))
            return to_card(slug, found)
    return show_card(request, person, found, 422, relating=form)


def _relation(person: Person, slug: str, customer_id: int, relation_id: int) -> tuple[Customer, Relation]:
    found = get_customer(person, slug, customer_id)
    ids = together(found)
    rows = Relation.objects.select_related("organisation", "customer", "proof")
    mine = rows.filter(customer__in=ids) | rows.filter(other__in=ids)
    return found, get_object_or_404(mine, pk=relation_id)


@serves_here
@require_POST
def relation_ending(
    request: HttpRequest, person: Person, slug: str, customer_id: int, relation_id: int
) -> HttpResponse:
    found, relation = _relation(person, slug, customer_id, relation_id)
    card.end_relation(relation, person.actor)
    messages.success(request, _("It ends today."))
    return to_card(slug, found)


@serves_here
@require_GET
def relation_proof(request: HttpRequest, person: Person, slug: str, customer_id: int, relation_id: int) -> HttpResponse:
    """The paper that proves it; who read it is kept."""
    found, relation = _relation(person, slug, customer_id, relation_id)
    if relation.proof is None:
        raise Refusal(_("No proof was kept for this."))
    keep_reading(found.organisation, member_of(person, slug), "proof", customer=found)
    return download(relation.proof, relation.proof_name)


@serves_here
@require_POST
def consents(request: HttpRequest, person: Person, slug: str, customer_id: int) -> HttpResponse:
    found = get_customer(person, slug, customer_id)
    form = ConsentForm(request.POST, auto_id="id_con_%s")
    if form.is_valid():
        data = form.cleaned_data
        noon = datetime.combine(data["given_on"], time(0), clock.zone(found.organisation)) if data["given_on"] else None
        try:
            card.give_consent(found, data["purpose"], data["source"], person.actor, about=data["about"], given_at=noon)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            messages.success(request, _("Kept, with its source and date."))
            return to_card(slug, found)
    return show_card(request, person, found, 422, agreeing=form)


@serves_here
@require_POST
def consent_withdrawal(
    request: HttpRequest, person: Person, slug: str, customer_id: int, consent_id: int
) -> HttpResponse:
    found = get_customer(person, slug, customer_id)
    consent = get_object_or_404(Consent.objects.select_related("organisation", "customer"),
                                customer__in=together(found), pk=consent_id)
    card.withdraw_consent(consent, person.actor)
    messages.success(request, _("Withdrawn from now."))
    return to_card(slug, found)


@serves_here
@require_POST
def notes(request: HttpRequest, person: Person, slug: str, customer_id: int) -> HttpResponse:
    found = get_customer(person, slug, customer_id)
    form = NoteForm(request.POST, auto_id="id_note_%s")
    if form.is_valid():
        card.write_note(found, member_of(person, slug), form.cleaned_data["text"])
        return to_card(slug, found)
    return show_card(request, person, found, 422, noting=form)


@serves_here
@require_GET
def side(request: HttpRequest, person: Person, slug: str, customer_id: int) -> HttpResponse:
    """What other systems know, asked after the card is drawn: it never waits for them."""
    found = get_customer(person, slug, customer_id)
    answers = [(one, str(side_words.SENTENCES[one.failure]) if one.failure else "") for one in side_of(found)]
    context = {"answers": answers, "now": clock.now(found.organisation)}
    return render(request, "desk/customers/_side_data.html", context)

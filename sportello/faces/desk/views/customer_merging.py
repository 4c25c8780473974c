"""Two records of one person: the pairs proposed, looked at beside each other, merged, told apart, parted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.customers.access import get_customer
from sportello.records.customers.actions import merging
from sportello.records.customers.models import Customer, Merge, Proposal
from sportello.records.customers.queries import identities_of
from sportello.records.tickets.queries.customer_pages import history_page

from .. import nav
from ..forms.customer_card import MergeForm
from .customer_card import member_of, to_card

_PAGE = 25
SIGNS: dict[str, Any] = {
    "tax_code": gettext_lazy("same tax code"), "vat": gettext_lazy("same VAT number"),
    "external": gettext_lazy("same reference"), "birth": gettext_lazy("same name and birth date"),
    "phone": gettext_lazy("same phone"), "address": gettext_lazy("same address"), "name": gettext_lazy("same name"),
    "name_turned": gettext_lazy("same name turned round"),
}


def sign_words(signs: list[str]) -> str:
    return ", ".join(str(SIGNS[sign]) for sign in signs if sign in SIGNS)


@serves_here
@require_GET
def duplicates(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """The pairs to look at, most alike first; a page at a time by key."""
    organisation = person.organisation(slug)
    waiting = Proposal.objects.filter(organisation=organisation, settled="").select_related("one", "other")
    weight, _dot, last = request.GET.get("after", "").partition(".")
    if weight.isdecimal() and last.isdecimal() and len(last) < 16:
        lighter = waiting.filter(weight__lt=int(weight))
        waiting = lighter | waiting.filter(weight=int(weight), pk__lt=int(last))
    pairs = list(waiting.order_by("-weight", "-pk")[: _PAGE + 1])
    older = f"?after={pairs[_PAGE - 1].weight}.{pairs[_PAGE - 1].pk}" if len(pairs) > _PAGE else ""
    context: dict[str, Any] = {"pairs": [(pair, sign_words(pair.signs)) for pair in pairs[:_PAGE]], "older": older,
               "now": clock.now(organisation), "back_url": reverse("desk:customers", args=[slug])}
    return render(request, "desk/customers/duplicates.html",
                  nav.page(request, person, "customers", organisation=organisation, **context))


@serves_here
@require_http_methods(["GET", "HEAD", "POST"])
def merges(request: HttpRequest, person: Person, slug: str, customer_id: int) -> HttpResponse:
    """Both records beside each other, and the decision. The one of the address stays."""
    found = get_customer(person, slug, customer_id)
    given = request.POST if request.method == "POST" else request.GET
    form = MergeForm(given if request.method == "POST" else None, initial={"other": given.get("other")})
    other = _other(person, slug, str(given.get("other", "")))
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "apart":
            merging.tell_apart(found, other, member_of(person, slug))
            messages.success(request, _("They are two: they are not proposed again."))
            return HttpResponseRedirect(reverse("desk:duplicates", args=[slug]))
        merging.merge(found, other, member_of(person, slug), why=form.cleaned_data["why"])
        messages.success(request, _("Merged. It can be undone on the card; replies go where each message came from."))
        return to_card(slug, found)
    sides = [(one, identities_of(one), history_page(person, one, size=5)) for one in (found, other)]
    context: dict[str, Any] = {
        "customer": found, "other": other, "sides": sides, "form": form, "now": clock.now(found.organisation),
               "back_url": reverse("desk:duplicates", args=[slug])}
    return render(request, "desk/customers/merge.html",
                  nav.page(request, person, "customers", organisation=found.organisation, **context))


def _other(person: Person, slug: str, typed: str) -> Customer:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 16):
        raise Http404
    return get_customer(person, slug, int(typed))


@serves_here
@require_POST
def parting(request: HttpRequest, person: Person, slug: str, customer_id: int, merge_id: int) -> HttpResponse:
    found = get_customer(person, slug, customer_id)
    made = get_object_or_404(Merge.objects.select_related("organisation"), organisation=found.organisation, kept=found,
                             pk=merge_id)
    merging.undo(made, member_of(person, slug))
    messages.success(request, _("They are two customers again, each with what it came with."))
    return to_card(slug, found)

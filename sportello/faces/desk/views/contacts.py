"""Recording a contact: somebody at the counter, on the phone, by letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.refusals import is_fragment
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.customers.models import Customer
from sportello.records.tickets.actions import contacts as contact_actions
from sportello.records.tickets.models import Contact, ContactInterval
from sportello.service.backoffice.archive.seen import Seen, seen_before

from .. import contact_page, nav
from ..actions import contacts as recording
from ..forms.contacts import NEW_CUSTOMER, NEW_TICKET, WITHOUT_TICKET, ContactForm
from .answers import ticket_address

_CHANNEL_KEY = "desk_contact_channel"


@dataclass(frozen=True)
class Here:
    """One colleague in one organisation."""

    person: Person
    organisation: Organisation
    member: Membership

    @property
    def now(self) -> datetime:
        return clock.now(self.organisation)


def here(person: Person, slug: str) -> Here:
    organisation = person.organisation(slug)
    place = person.place_in(organisation)
    if place is None:
        raise Http404
    return Here(person, organisation, place.membership)


@serves_here
@require_GET
def counter(request: HttpRequest, person: Person) -> HttpResponse:
    """The rail's entry: in the organisation they serve first."""
    address = reverse("desk:contact_new", args=[person.serving[0].organisation.slug])
    asked = request.GET.get("channel", "")
    return HttpResponseRedirect(f"{address}?channel={asked}" if asked in Contact.Channel.values else address)


@serves_here
@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """The page of a contact. Opening it writes nothing: the first press begins the contact at the time of opening."""
    at = here(person, slug)
    if request.method != "POST":
        return _page(request, at, _blank(request, at))
    form = ContactForm(at.organisation, request.POST)
    do = request.POST.get("do", "save")
    valid = form.is_valid()
    channel = form.cleaned_data.get("channel") or _channel(request)
    request.session[_CHANNEL_KEY] = channel
    opened = contact_page.opened_at(form.cleaned_data.get("opened", ""), at.organisation)
    if do in ("hold", "resume"):
        state = ContactInterval.State.HOLD if do == "hold" else ContactInterval.State.SERVING
        contact = recording.change_state(at.organisation, at.member, channel, opened,
                                         form.cleaned_data.get("contact"), state)
        return _page(request, at, _again(form, contact), contact)
    if do == "find":
        return _page(request, at, _again(form, None))
    if not valid:
        return _page(request, at, form, status=422)
    return _save(request, at, form, opened)


def _save(request: HttpRequest, at: Here, form: ContactForm, opened: datetime) -> HttpResponse:
    data = form.cleaned_data
    if data["who"] and not data["customer"]:
        known = contact_page.found(at.person, at.organisation, data["who"])
        if known.is_known and not data["next"][:1].isdigit():
            form.add_error("who", _("Choose which customer it is, or that it is a new one."))
            return _page(request, at, form, status=422)
        data["customer"] = "" if known.is_known else NEW_CUSTOMER
    try:
        recorded = recording.save(at.person, at.organisation, at.member, data, opened)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        return _page(request, at, form, status=refusal.status)
    if recorded.ticket is None:
        messages.success(request, contact_page.counted_sentence(at.organisation, recorded.contact.channel))
        return HttpResponseRedirect(reverse("desk:contact_new", args=[at.organisation.slug]))
    if recorded.is_new:
        address = reverse("desk:receipt", args=[at.organisation.slug, recorded.ticket.number])
        return HttpResponseRedirect(address)
    messages.success(request, _("Recorded on the ticket."))
    return HttpResponseRedirect(ticket_address(recorded.ticket))


@serves_here
@require_GET
def find(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """While typing: who it may be."""
    at = here(person, slug)
    typed = request.GET.get("who", "")
    context = _who(at, typed, request.GET.get("customer", ""))
    return render(request, "desk/contacts/_found.html", context)


@serves_here
@require_GET
def next_steps(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """What may follow, with the open tickets of the customer just chosen."""
    at = here(person, slug)
    chosen = request.GET.get("next", "")
    context = _steps(at, request.GET.get("customer", ""), chosen)
    kept = {f"acts_{part}": request.GET.get(name, "")[:200] for part, name in (("name", "acts_name"),
                                                                              ("proof", "acts_proof"))}
    return render(request, "desk/contacts/_next.html", {**context, **kept})


@serves_here
@require_POST
def questions(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """An anonymous question, answered on the spot: one key, one contact."""
    at = here(person, slug)
    # with scripts the channel chosen now, without them the one the page was drawn with
    channel = request.POST.get("channel") or request.POST.get("shown", "")
    channel = channel if channel in Contact.Channel.values else _channel(request)
    request.session[_CHANNEL_KEY] = channel
    contact_actions.count_question(at.organisation, at.member, channel)
    said = contact_page.counted_sentence(at.organisation, channel)
    if is_fragment(request):
        context = {"said": said, "today": contact_page.today(at.organisation)}
        return render(request, "desk/contacts/_counted.html", context)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("desk:contact_new", args=[slug]))


@serves_here
@require_POST
def ending(request: HttpRequest, person: Person, slug: str, contact_id: int) -> HttpResponse:
    """One's own unfinished contact: they left before an answer."""
    at = here(person, slug)
    contact = get_object_or_404(Contact.objects.select_related("organisation"), organisation=at.organisation,
                                member=at.member, pk=contact_id)
    contact_actions.end(contact, Contact.Outcome.LEFT)
    messages.success(request, _("Ended: they left before an answer."))
    return HttpResponseRedirect(reverse("desk:contact_new", args=[slug]))


def _channel(request: HttpRequest) -> str:
    """As asked, else as last used, else the counter."""
    for given in (request.GET.get("channel", ""), request.session.get(_CHANNEL_KEY, "")):
        if given in Contact.Channel.values:
            return str(given)
    return Contact.Channel.COUNTER


def _blank(request: HttpRequest, at: Here) -> ContactForm:
    """A new page; with `contact` one that was begun before, with `customer` for somebody already known."""
    begun = request.GET.get("contact", "")
    contact = Contact.objects.filter(member=at.member, ended_at__isnull=True, pk=int(begun)).first() if (
        begun.isascii() and begun.isdigit() and len(begun) < 16) else None
    known = request.GET.get("customer", "")
    customer = Customer.objects.filter(organisation=at.organisation, pk=int(known)).first() if (
        known.isascii() and known.isdigit() and len(known) < 16) else None
    opened = contact.started_at if contact else at.now
    return ContactForm(at.organisation, initial={
        "opened": contact_page.sign(opened), "contact": contact.pk if contact else None,
        "channel": contact.channel if contact else _channel(request), "language": at.organisation.first_language,
        "who": customer.name if customer else "", "customer": str(customer.pk) if customer else "",
    })


def _again(form: ContactForm, contact: Contact | None) -> ContactForm:
    """The same page with what was typed, without complaining about what is not finished yet."""
    typed = {name: form.data.get(name, "") for name in form.fields}
    if contact is not None:
        typed["contact"] = str(contact.pk)
    return ContactForm(form.organisation, initial=typed)


def _page(request: HttpRequest, at: Here, form: ContactForm, contact: Contact | None = None,
          status: int = 200) -> HttpResponse:
    value = form["contact"].value()
    if contact is None and str(value or "").isdigit():
        contact = Contact.objects.filter(member=at.member, pk=int(value)).first()
    chosen = str(form["customer"].value() or "")
    state = recording.state_of(contact) if contact else ContactInterval.State.SERVING
    context: dict[str, Any] = {
        "form": form, "now": at.now, "channel": form["channel"].value(), "contact": contact,
        "opened": contact.started_at if contact else contact_page.opened_at(
            str(form["opened"].value() or ""), at.organisation),
        "is_held": state == ContactInterval.State.HOLD,
        "today": contact_page.today(at.organisation),
        "seen": _seen(at, form),
        "unfinished": contact_page.unfinished(at.member, contact.pk if contact else None),
        "others": [place.organisation for place in at.person.serving if place.organisation.pk != at.organisation.pk],
        **_who(at, str(form["who"].value() or ""), chosen, keep=True),
        **_steps(at, chosen, str(form["next"].value() or "")),
        **{f"acts_{part}": str(form[name].value() or "") for part, name in (
            ("chosen", "acts"), ("name", "acts_name"), ("proof", "acts_proof"))},
    }
    whole = nav.page(request, at.person, "counter", organisation=at.organisation, **context)
    return render(request, "desk/contacts/new.html", whole, status=status)


def _seen(at: Here, form: ContactForm) -> Seen:
    """Closed tickets like what is typed, when the page is drawn again."""
    typed = one_line(str(form["subject"].value() or ""), 300)
    return seen_before(at.person, at.organisation, typed) if typed else Seen()


def _who(at: Here, typed: str, chosen: str, *, keep: bool = False) -> dict[str, Any]:
    """Who it may be. `keep`: the one chosen stays in the choice, whatever is typed now."""
    known = contact_page.found(at.person, at.organisation, typed, chosen if keep else "")
    ids = {str(row.id) for row in known.customers}
    # a name may be anybody's: nothing is chosen for the colleague but "new", where nobody is known
    if chosen not in ids | {NEW_CUSTOMER} and typed:
        chosen = "" if known.is_known or len(typed.strip()) < 2 else NEW_CUSTOMER
    return {"found": known, "customer_chosen": chosen, "slug": at.organisation.slug}


def _steps(at: Here, customer: str, chosen: str) -> dict[str, Any]:
    tickets = contact_page.open_tickets(at.person, at.organisation, customer)
    without = [(str(code), str(code.label), "") for code in WITHOUT_TICKET]
    steps = without[:1]
    steps.append((NEW_TICKET, _("New ticket"), ""))
    steps += [(ticket.number, ticket.subject, ticket.number) for ticket in tickets]
    steps += without[1:]
    codes = [code for code, _label, _number in steps]
    known = contact_page.delegations(at.person, at.organisation, customer)
    return {"delegations": known, "customer_is_known": bool(customer), "steps": steps,
            "step_chosen": chosen if chosen in codes else codes[0], "slug": at.organisation.slug}

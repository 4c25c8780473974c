"""Forwarding to an office and what comes back; the page of an office inside, which shows what was sent and no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.files.actions import keep_uploads
from sportello.foundation.files.serving import download
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket, tickets_for
from sportello.records.tickets.models import Message, Ticket
from sportello.records.tickets.words import File
from sportello.service.backoffice.models import Forwarding
from sportello.service.backoffice.offices import access, answering, forwarding

from .. import backoffice_page, nav
from ..forms.offices import AnswerForm, ForwardForm, OfficeExtensionForm, ReasonForm, WordsForm
from .answers import Asked, member_of, posted, verb
from .handling import asks

_MOST = 100


def files_of(request: HttpRequest, organisation: Organisation) -> list[File]:
    uploads = cast("list[Any]", request.FILES.getlist("files"))
    return [File(name, blob) for name, blob in keep_uploads(organisation, uploads)]


def _sent(request: HttpRequest) -> dict[str, Any]:
    return {"files": request.FILES} if request.method == "POST" else {}


@serves_here
@require_GET
def offices_home(request: HttpRequest, person: Person) -> HttpResponse:
    """What is forwarded and open, and what the offices they belong to are asked."""
    asked = list(access.open_of_tickets_seen(person)[:_MOST])
    own = list(access.on_the_table_of(person)[:_MOST])
    context = {
        "asked": [(one, clock.now(one.organisation)) for one in asked],
        "own": [(one, clock.now(one.organisation)) for one in own],
    }
    return render(request, "desk/offices/home.html", backoffice_page.page(request, person, "offices", **context))


@serves_here
@asks
def forward(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = ForwardForm(ticket, posted(request), initial={"topic": ticket.subject, "days": 5})
    if not form.offices:
        hint = _("No office is set up yet: a supervisor adds them under Back office, Set up.")
    else:
        hint = _("The ticket stays yours. The customer is told who was asked, and by when an answer is expected.")
    return verb(
        request,
        person,
        ticket,
        form,
        Asked(_("Ask a competent office"), _("Ask it"), hint, "forward"),
        lambda: forwarding.forward(ticket, form.chosen, form.asked(), by=member_of(person, ticket)),
        _("Asked; the customer has been told."),
    )


def _of(person: Person, slug: str, number: str, forwarding_id: int) -> Forwarding:
    found = access.get_forwarding(person, slug, forwarding_id)
    if found.ticket.number != number:
        raise Http404
    return found


@serves_here
@require_GET
def page(request: HttpRequest, person: Person, slug: str, number: str, forwarding_id: int) -> HttpResponse:
    """The conversation with the office, its term, and what can be done about it."""
    found = _of(person, slug, number, forwarding_id)
    address = reverse("desk:ticket", args=[slug, number])
    context: dict[str, Any] = {
        "forwarding": found,
        "ticket": found.ticket,
        "now": clock.now(found.organisation),
        "said": _said(found),
        "extensions": found.extensions.select_related("by_member__user").order_by("pk"),
        "reminders": found.reminders.order_by("pk"),
        "items": found.items.count(),
        "address": f"{address}forwardings/{found.pk}/",
        "back_url": address,
    }
    shown = nav.page(request, person, "backoffice", organisation=found.organisation, **context)
    return render(request, "desk/offices/forwarding.html", shown)


def _said(found: Forwarding) -> list[Message]:
    said = Message.objects.filter(aside=found.aside_id).select_related("entry__by_member__user")
    return list(said.prefetch_related("entry__attachments__blob").order_by("pk")[:_MOST])


def _back(ticket: Ticket, found: Forwarding) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("desk:forwarding", args=[ticket.organisation.slug, ticket.number, found.pk]))


@serves_here
@require_POST
def acceptance(request: HttpRequest, person: Person, slug: str, number: str, forwarding_id: int) -> HttpResponse:
    found = _of(person, slug, number, forwarding_id)
    try:
        forwarding.accept(found, by=member_of(person, found.ticket))
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("Taken up; the customer has been told that the office answered."))
    return _back(found.ticket, found)


def _ask(
    request: HttpRequest,
    person: Person,
    found: Forwarding,
    form: Any,
    asked: Asked,
    act: Callable[[], object],
    said: str,
) -> HttpResponse:
    """As every verb of a ticket; afterwards back on the page of the question."""
    answer = verb(request, person, found.ticket, form, asked, act, said)
    return _back(found.ticket, found) if answer.status_code == 302 else answer


@serves_here
@asks
def not_yet(request: HttpRequest, person: Person, slug: str, number: str, forwarding_id: int) -> HttpResponse:
    found = _of(person, slug, number, forwarding_id)
    form = WordsForm(posted(request), required=False, **_sent(request))
    del form.fields["files"]
    asked = Asked(
        _("This is not the answer yet"),
        _("Await it still"),
        _("Its term runs on as before. What you write here goes to the office."),
        "clock",
    )
    return _ask(
        request,
        person,
        found,
        form,
        asked,
        lambda: forwarding.not_yet(found, by=member_of(person, found.ticket), text=form.cleaned_data["text"]),
        _("Its answer is awaited still."),
    )


@serves_here
@asks
def extension(request: HttpRequest, person: Person, slug: str, number: str, forwarding_id: int) -> HttpResponse:
    found = _of(person, slug, number, forwarding_id)
    form = OfficeExtensionForm(posted(request))
    asked = Asked(
        _("Give the office more time"),
        _("Give it"),
        _("Counted from the day it had. The customer and the office are told the new date."),
        "calendar",
    )

    def act() -> None:
        data = form.cleaned_data
        forwarding.extend(
            found, data["days"], by=member_of(person, found.ticket), reason=data["reason"], beyond=data["beyond"]
        )

    return _ask(request, person, found, form, asked, act, _("Moved; the customer has been told."))


@serves_here
@asks
def recall(request: HttpRequest, person: Person, slug: str, number: str, forwarding_id: int) -> HttpResponse:
    found = _of(person, slug, number, forwarding_id)
    form = ReasonForm(posted(request))
    asked = Asked(
        _("Recall the question"), _("Recall it"), _("The office is told that its answer is not needed."), "restore"
    )
    return _ask(
        request,
        person,
        found,
        form,
        asked,
        lambda: forwarding.recall(found, by=member_of(person, found.ticket), reason=form.cleaned_data["reason"]),
        _("Recalled."),
    )


@serves_here
@asks
def words(request: HttpRequest, person: Person, slug: str, number: str, forwarding_id: int) -> HttpResponse:
    found = _of(person, slug, number, forwarding_id)
    form = WordsForm(posted(request), **_sent(request))
    asked = Asked(
        _("Write to the office"), _("Send"), _("In the same conversation; the customer does not see it."), "send"
    )
    return _ask(
        request,
        person,
        found,
        form,
        asked,
        lambda: forwarding.write(
            found,
            form.cleaned_data["text"],
            by=member_of(person, found.ticket),
            files=files_of(request, found.organisation),
        ),
        _("Sent to the office."),
    )


@serves_here
@asks
def answer(request: HttpRequest, person: Person, slug: str, number: str, forwarding_id: int) -> HttpResponse:
    found = _of(person, slug, number, forwarding_id)
    form = AnswerForm(posted(request), **_sent(request))
    asked = Asked(
        _("Record the office's answer"),
        _("Record it"),
        _("For what came by phone or on paper. It is kept as the office's words."),
        "note",
    )
    return _ask(
        request,
        person,
        found,
        form,
        asked,
        lambda: answering.record_answer(
            found,
            form.cleaned_data["text"],
            how=form.cleaned_data["how"],
            by=member_of(person, found.ticket),
            files=files_of(request, found.organisation),
        ),
        _("Recorded."),
    )


# The page of an office inside ------------------------------


@serves_here
@asks
def office_question(request: HttpRequest, person: Person, slug: str, asked_id: int) -> HttpResponse:
    """What was sent to a team of theirs, and a place to answer; the ticket only where they see it anyway."""
    found = access.get_for_office(person, slug, asked_id)
    form = WordsForm(posted(request), **_sent(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _answer(request, person, found, form.cleaned_data["text"])
                messages.success(request, _("Your answer is with who asked."))
                return HttpResponseRedirect(request.path)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
                status = refusal.status
    chosen = found.items.select_related("message__entry", "attachment__blob", "attachment__entry").order_by("pk")
    sees = tickets_for(person).filter(pk=found.ticket_id).exists()
    context: dict[str, Any] = {
        "forwarding": found,
        "form": form,
        "said": _said(found),
        "now": clock.now(found.organisation),
        "sent_messages": [one.message for one in chosen if one.message],
        "topic": found.question.subject,
        "sent_files": [one.attachment for one in chosen if one.attachment],
        "customer": found.ticket.customer if found.with_customer else None,
        "ticket_url": reverse("desk:ticket", args=[slug, found.ticket.number]) if sees else "",
    }
    shown = backoffice_page.page(request, person, "offices", organisation=found.organisation, **context)
    return render(request, "desk/offices/question.html", shown, status=status)


def _answer(request: HttpRequest, person: Person, found: Forwarding, text: str) -> None:
    place = person.place_in(found.organisation_id)
    if place is None:
        raise Http404
    answering.answer_inside(found, text, by=place.membership, files=files_of(request, found.organisation))


@serves_here
@require_GET
def office_file(request: HttpRequest, person: Person, slug: str, asked_id: int, sent_id: int) -> HttpResponse:
    """A file that was sent to the office."""
    file = access.sent_file(person, slug, asked_id, sent_id)
    return download(file.blob, file.filename, inline=request.GET.get("open") == "1")

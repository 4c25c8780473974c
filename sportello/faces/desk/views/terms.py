"""The clock of a ticket by hand: suspension, resumption, extension, pause; notices given, steps done, reasons."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.foundation.files.actions import keep_uploads
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.actions import completing
from sportello.records.tickets.actions import terms as acts
from sportello.records.tickets.models import Notice, Ticket
from sportello.records.tickets.words import File

from ..forms.terms import (
    BlocksForm,
    ExtensionForm,
    NoticeGivenForm,
    PauseForm,
    ReasonsForm,
    SuspensionForm,
    TermResumptionForm,
    end_of,
)
from .answers import Asked, done, member_of, posted, verb
from .handling import asks


def _files(request: HttpRequest, ticket: Ticket) -> list[File]:
    uploads: list[Any] = request.FILES.getlist("upload")
    kept = keep_uploads(ticket.organisation, uploads)
    return [File(name, blob) for name, blob in kept]


def _sent(request: HttpRequest) -> dict[str, object]:
    return {"files": request.FILES} if request.method == "POST" else {}


@serves_here
@asks
def suspension(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = SuspensionForm(ticket, posted(request), **_sent(request))
    asked = Asked(
        _("Suspend the term"),
        _("Suspend it"),
        _("The clock stops. The customer is told why, and when it goes on at the latest."),
        "clock",
    )

    def act() -> None:
        data = form.cleaned_data
        acts.suspend(
            ticket,
            data["cause"],
            by=member_of(person, ticket),
            reason=data["reason"],
            document=data["document"],
            files=_files(request, ticket),
            until=form.latest(),
            third_party=data.get("third_party", ""),
            proof=data.get("proof", ""),
        )

    return verb(request, person, ticket, form, asked, act, _("Suspended; the customer has been told."))


@serves_here
@asks
def term_resumption(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    wrote = ticket.unanswered_since
    initial = {"came_on": clock.local(ticket.organisation, wrote).date()} if wrote else {}
    form = TermResumptionForm(posted(request), initial=initial, **_sent(request))  # type: ignore[arg-type]  # files of the request
    asked = Asked(
        _("Let the term go on"),
        _("Let it go on"),
        _("What was awaited has come. The customer is told the new date."),
        "refresh",
    )

    def act() -> None:
        data = form.cleaned_data
        now = clock.now(ticket.organisation)
        came = end_of(ticket.organisation, data["came_on"])
        acts.resume(
            ticket,
            by=member_of(person, ticket),
            reason=data["reason"],
            document=data["document"],
            files=_files(request, ticket),
            came_at=None if came is None or came >= now else came,
        )

    return verb(request, person, ticket, form, asked, act, _("It goes on; the customer has been told."))


@serves_here
@asks
def extension(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = ExtensionForm(posted(request), **_sent(request))  # type: ignore[arg-type]  # files of the request
    asked = Asked(
        _("Extend the term, or reply for now"),
        _("Send it"),
        _("The end moves as far as the procedure allows. The customer is told why, and the new date."),
        "calendar",
    )

    def act() -> None:
        data = form.cleaned_data
        acts.extend(
            ticket,
            by=member_of(person, ticket),
            reason=data["reason"],
            sort=data["sort"],
            document=data["document"],
            files=_files(request, ticket),
        )

    return verb(request, person, ticket, form, asked, act, _("Moved; the customer has been told."))


@serves_here
@asks
def pause(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = PauseForm(posted(request), **_sent(request))
    asked = Asked(
        _("Pause the service levels"),
        _("Pause them"),
        _("They go on when you say so, or when the customer writes."),
        "clock",
    )
    return verb(
        request,
        person,
        ticket,
        form,
        asked,
        lambda: acts.pause(
            ticket,
            by=member_of(person, ticket),
            reason=form.cleaned_data["reason"],
            document=form.cleaned_data["document"],
            files=_files(request, ticket),
        ),
        _("Paused."),
    )


@serves_here
@require_POST
def unpause(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    acts.unpause(ticket, by=member_of(person, ticket))
    return done(request, person, ticket, _("They run again."))


@serves_here
@asks
def notice(request: HttpRequest, person: Person, slug: str, number: str, notice_id: int) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    row = get_object_or_404(Notice, ticket=ticket, pk=notice_id)
    form = NoticeGivenForm(posted(request), **_sent(request))
    asked = Asked(
        _("Record that the notice was given"),
        _("Record it"),
        _("For what was given outside: on paper, in words, by registered letter."),
        "check",
    )
    return verb(
        request,
        person,
        ticket,
        form,
        asked,
        lambda: acts.notice_given(
            row,
            by=member_of(person, ticket),
            how=form.cleaned_data["how"],
            proof=form.cleaned_data["proof"],
            files=_files(request, ticket),
        ),
        _("Recorded."),
    )


@serves_here
@require_POST
def step_done(request: HttpRequest, person: Person, slug: str, number: str, step: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    completing.step_done(ticket, step, by=member_of(person, ticket))
    return done(request, person, ticket, _("Step done."))


@serves_here
@asks
def reasons(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = ReasonsForm(ticket, posted(request))
    asked = Asked(
        _("State your reasons"), _("State them"), _("For colleagues: why you chose as you did."), "bookmark"
    )
    return verb(
        request,
        person,
        ticket,
        form,
        asked,
        lambda: completing.state_reasons(ticket, form.cleaned_data, by=member_of(person, ticket)),
        _("Stated."),
    )


@serves_here
@asks
def blocks(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = BlocksForm(ticket, posted(request))
    asked = Asked(
        _("What the reply must contain"),
        _("Record it"),
        _("Say which of our messages holds each part. The ticket is closed when all are there."),
        "check",
    )
    return verb(
        request,
        person,
        ticket,
        form,
        asked,
        lambda: completing.blocks_found(ticket, form.found(), by=member_of(person, ticket)),
        _("Recorded."),
    )

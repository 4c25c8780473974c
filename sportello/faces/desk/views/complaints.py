"""One complaint: its page, and each verb that moves it along its chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.service.backoffice.complaints import instances, lessons, registering, remedies, stages, words
from sportello.service.backoffice.complaints.access import get_complaint, get_remedy
from sportello.service.backoffice.complaints.escalation import rules_for
from sportello.service.backoffice.models import Complaint, CorrectiveAction, Instance

from .. import complaint_page, nav
from ..forms import complaints as asked_forms
from .answers import Asked, posted
from .handling import asks


def complaint_address(complaint: Complaint) -> str:
    return reverse("desk:complaint", args=[complaint.organisation.slug, complaint.ticket.number])


def member_in(person: Person, complaint: Complaint) -> Membership:
    place = person.place_in(complaint.organisation_id)
    if place is None:
        raise Http404
    return place.membership


@serves_here
@require_GET
def complaint(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    found = get_complaint(person, slug, number)
    context = complaint_page.context(person, found)
    whole = nav.page(request, person, "complaints", organisation=found.organisation, **context)
    return render(request, "desk/complaints/complaint.html", whole)


def ask(
    request: HttpRequest, person: Person, found: Complaint, form: forms.Form, asked: Asked,
    act: Callable[[], object], said: Any, *, extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """Ask (GET), refuse at the field (422, 409), or do it and go back to the complaint's page."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act()
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
                status = refusal.status
            else:
                messages.success(request, str(said))
                return HttpResponseRedirect(complaint_address(found))
    context = {
        "complaint": found, "ticket": found.ticket, "form": form, "asked": asked, "address": request.path,
        "back_url": complaint_address(found), "now": clock.now(found.organisation), **(extra or {}),
    }  # fmt: skip
    whole = nav.page(request, person, "complaints", organisation=found.organisation, **context)
    return render(request, "desk/complaints/form.html", whole, status=status)


@serves_here
@asks
def acknowledgement(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    found = get_complaint(person, slug, number)
    begun = {"text": stages.acknowledgement_text(found), "base_position": found.ticket.last_public_position}
    form = asked_forms.AcknowledgementForm(posted(request), initial=begun)
    asked = Asked(_("Tell the customer it is in the register"), _("Send it"),
                  _("With its number, who answers for it, by when, and where else they may turn."), "send")
    return ask(request, person, found, form, asked, lambda: stages.acknowledge(
        found, form.cleaned_data["text"], by=member_in(person, found), base_position=form.cleaned_data["base_position"],
    ), _("Sent."))  # fmt: skip


@serves_here
@asks
def assessment(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    found = get_complaint(person, slug, number)
    me = member_in(person, found)
    begun = {"severity": found.severity, "risk": found.risk, "is_safety": found.is_safety,
             "responsible": found.responsible_id or me.pk}
    form = asked_forms.AssessmentForm(found.organisation, posted(request), initial=begun)
    asked = Asked(_("Assess the complaint"), _("Assess it"), _("What comes first, and who answers for it."), "flag")

    def act() -> None:
        data = form.cleaned_data
        stages.assess(found, severity=data["severity"], risk=data["risk"], is_safety=data["is_safety"],
                      responsible=data["responsible"], text=data["text"], by=me)

    return ask(request, person, found, form, asked, act, _("Assessed."))


@serves_here
@asks
def investigation(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    found = get_complaint(person, slug, number)
    form = asked_forms.InvestigationForm(posted(request), initial={"cause": found.cause})
    asked = Asked(_("Record what was found"), _("Record it"), _("The reply and the annual report rest on it."),
                  "search")
    return ask(request, person, found, form, asked, lambda: stages.investigate(
        found, cause=form.cleaned_data["cause"], text=form.cleaned_data["text"], by=member_in(person, found)
    ), _("Recorded."))  # fmt: skip


@serves_here
@asks
def annulment(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    found = get_complaint(person, slug, number)
    form = asked_forms.AnnulmentForm(posted(request))
    asked = Asked(_("Annul the line of the register"), _("Annul it"),
                  _("For what was entered by mistake. Nothing is deleted, and the number is not given again."), "ban",
                  danger=True)
    return ask(request, person, found, form, asked, lambda: registering.annul(
        found, form.cleaned_data["reason"], by=member_in(person, found)
    ), _("Annulled; it stays in view."))  # fmt: skip


# ---- remedies


@serves_here
@asks
def remedy(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Offer one: the limit of who asks is said before, and what the rule owes is computed beside."""
    found = get_complaint(person, slug, number)
    me = member_in(person, found)
    by_share = any(step.percent for step in rules_for(found).compensation)
    form = asked_forms.RemedyForm(by_share, posted(request))
    asked = Asked(_("Offer a remedy"), _("Offer it"), complaint_page.limit_sentence(found, me), "check")

    def act() -> None:
        data = form.cleaned_data
        remedies.offer(found, sort=data["sort"], cost=data["cost"] or 0, text=data["text"], reason=data["reason"],
                       by=me, price=data.get("price"))

    extra = {"owed": complaint_page.owed_lines(found)}
    said = _("Kept. Above your limit it waits for approval.")
    return ask(request, person, found, form, asked, act, said, extra=extra)


@serves_here
@asks
def remedy_decision(request: HttpRequest, person: Person, slug: str, number: str, remedy_id: int) -> HttpResponse:
    one = get_remedy(person, slug, number, remedy_id)
    found, me = one.complaint, member_in(person, one.complaint)
    form = asked_forms.DecisionForm(posted(request))
    asked = Asked(_("Decide on the remedy"), _("Decide"), _("Who asked is told on the ticket."), "check")

    def act() -> None:
        if form.cleaned_data["decision"] == "grant":
            remedies.grant(one, by=me, reason=form.cleaned_data["reason"])
        else:
            remedies.refuse(one, by=me, reason=form.cleaned_data["reason"])

    steps = words.compensation_lines(one.steps, words.step_names(found))
    return ask(request, person, found, form, asked, act, _("Decided."), extra={"remedy": one, "owed": steps})


@serves_here
@require_POST
def remedy_progress(request: HttpRequest, person: Person, slug: str, number: str, remedy_id: int) -> HttpResponse:
    """`do`: accepted, declined, done, withdrawn."""
    one = get_remedy(person, slug, number, remedy_id)
    me, do = member_in(person, one.complaint), request.POST.get("do", "")
    if do in ("accepted", "declined"):
        remedies.answered(one, accepted=do == "accepted", by=me)
    elif do == "done":
        remedies.done(one, by=me)
    elif do == "withdrawn":
        remedies.withdraw(one, by=me)
    else:
        raise Http404
    messages.success(request, _("Recorded."))
    return HttpResponseRedirect(complaint_address(one.complaint))


# ---- bodies beyond us


@serves_here
@asks
def instance(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    found = get_complaint(person, slug, number)
    form = asked_forms.InstanceForm(found, posted(request))
    asked = Asked(_("It went to another body"), _("Record it"),
                  _("Conciliation, arbitrator, ombudsman, authority, court, or our own second level."), "office")
    return ask(request, person, found, form, asked, lambda: instances.open_instance(
        found, by=member_in(person, found), **form.cleaned_data
    ), _("Recorded."))  # fmt: skip


@serves_here
@asks
def instance_state(request: HttpRequest, person: Person, slug: str, number: str, instance_id: int) -> HttpResponse:
    found = get_complaint(person, slug, number)
    row = get_object_or_404(Instance, complaint__ticket=found.ticket, pk=instance_id)
    form = asked_forms.InstanceStateForm(posted(request))
    me = member_in(person, found)

    def act() -> None:
        data = form.cleaned_data
        if data["state"] == Instance.State.HEARD:
            instances.hear(row, by=me, answer_by=data["answer_by"])
        elif data["state"] == Instance.State.DROPPED:
            instances.drop(row, text=data["text"], by=me)
        else:
            today = clock.local(found.organisation, clock.now(found.organisation)).date()
            instances.conclude(row, result=data["result"], text=data["text"], cost=data["cost"] or 0, by=me,
                               concluded_on=data["concluded_on"] or today)

    asked = Asked(_("How it goes there"), _("Record it"), "", "office")
    return ask(request, person, found, form, asked, act, _("Recorded."))


# ---- what was learned


@serves_here
@asks
def lesson(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    found = get_complaint(person, slug, number)
    form = asked_forms.LessonForm(found.organisation, posted(request))
    asked = Asked(_("What we learned, and what we change"), _("Record it"),
                  _("Somebody does it by a day, and it stays in the list until it is done."), "bookmark")
    return ask(request, person, found, form, asked, lambda: lessons.begin(
        found, by=member_in(person, found), **form.cleaned_data
    ), _("Recorded."))  # fmt: skip


@serves_here
@asks
def lesson_done(request: HttpRequest, person: Person, slug: str, number: str, action_id: int) -> HttpResponse:
    found = get_complaint(person, slug, number)
    row = get_object_or_404(CorrectiveAction, complaint__ticket=found.ticket, pk=action_id)
    form = asked_forms.LessonDoneForm(posted(request))
    asked = Asked(_("It is done"), _("Record it"), row.action, "check")
    return ask(request, person, found, form, asked, lambda: lessons.finish(
        row, effect=form.cleaned_data["effect"], by=member_in(person, found)
    ), _("Done."))  # fmt: skip

"""When a colleague is away: marked and taken back by who answers for the work, or sets the organisation up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.actions.absences import mark_absent, withdraw
from sportello.records.accounts.guard import works_here
from sportello.records.accounts.models import Absence, Membership
from sportello.records.accounts.people import Person

from .. import nav
from ..forms.verbs import AbsenceForm
from ..sentences import day_in_full
from .answers import posted
from .handling import asks


def _led(person: Person, slug: str) -> tuple[Organisation, Membership]:
    """The organisation, and their place in it; Http404 for who neither leads nor sets up there."""
    organisation = person.organisation(slug)
    place = person.place_in(organisation)
    if place is None or not (person.supervises(organisation) or person.administers(organisation)):
        raise Http404
    return organisation, place.membership


@works_here
@asks
def absences(request: HttpRequest, person: Person, slug: str, member_id: int) -> HttpResponse:
    organisation, me = _led(person, slug)
    rows = Membership.objects.select_related("user", "organisation").filter(ended_at__isnull=True)
    member = get_object_or_404(rows, organisation=organisation, pk=member_id)
    form, status = AbsenceForm(posted(request)), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                mark_absent(member, form.cleaned_data["first"], form.cleaned_data["last"], by=me)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
                status = refusal.status
            else:
                messages.success(request, _("Marked: what waits for us is offered to the team when it begins."))
                return HttpResponseRedirect(reverse("desk:absences", args=[slug, member_id]))
    now = clock.now(organisation)
    context: dict[str, Any] = {
        "member": member, "form": form, "now": now,
        "absences": [
            (one, day_in_full(one.starts_at), day_in_full(one.last_moment))
            for one in Absence.objects.in_force().filter(member=member, ends_at__gt=now).order_by("starts_at")
        ],
        "back_url": reverse("desk:people_in", args=[slug]),
    }  # fmt: skip
    whole = nav.page(request, person, "people", organisation=organisation, **context)
    return render(request, "desk/people/absences.html", whole, status=status)


@works_here
@require_POST
def withdrawal(request: HttpRequest, person: Person, slug: str, absence_id: int) -> HttpResponse:
    organisation, me = _led(person, slug)
    rows = Absence.objects.select_related("organisation")
    absence = get_object_or_404(rows, organisation=organisation, pk=absence_id)
    withdraw(absence, by=me)
    messages.success(request, _("Taken back. What was given to the team stays there."))
    return HttpResponseRedirect(reverse("desk:absences", args=[slug, absence.member_id]))

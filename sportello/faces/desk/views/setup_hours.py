"""Opening hours of the organisation and of each branch, with what they mean for the days to come."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import administers_here
from sportello.records.accounts.models import Branch
from sportello.records.accounts.people import Person
from sportello.records.procedures.actions.hours import hours_of_branch, set_hours
from sportello.records.procedures.calendar import Calendar
from sportello.records.procedures.models import OfficeCalendar
from sportello.records.procedures.opening_words import Day, days_from

from ..forms.setup import HoursForm, hours_as_written
from ..sentences import language_now
from .asking import ask, asks
from .setup import page

DAYS_SHOWN = 14


@administers_here
@asks
def hours(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """The hours by which dates are counted."""
    here = person.organisation(slug)
    office = get_object_or_404(OfficeCalendar, organisation=here, is_default=True)
    return _hours(request, person, here, office, _("Opening hours"), _address(here),
                  _("New dates are counted by them; those already told to customers stay as they were told."))


@administers_here
@asks
def branch_hours(request: HttpRequest, person: Person, slug: str, branch_id: int) -> HttpResponse:
    """When people find the branch open; no date is counted by it."""
    here = person.organisation(slug)
    branch = get_object_or_404(Branch, organisation=here, pk=branch_id, ended_at__isnull=True)
    office = hours_of_branch(here, branch)
    title = _("Opening hours of %(branch)s") % {"branch": branch.name_in(language_now())}
    return _hours(request, person, here, office, title, reverse("desk:setup_branches", args=[slug]),
                  _("The portal shows them. Dates are counted by the organisation's own hours, not by these."))


def _hours(request: HttpRequest, person: Person, here: Organisation, office: OfficeCalendar, title: str, then: str,
           says: str) -> HttpResponse:
    form = HoursForm(office.data.get("timezone", here.timezone), request.POST or None,
                     initial=hours_as_written(office.data))

    def act() -> None:
        kept = {"suspensions": office.data["suspensions"]} if office.data.get("suspensions") else {}
        set_hours(office, {**form.calendar_data, **kept}, person.actor)

    context = page(request, person, here, title, words=_("Save"), says=says, days=_days(here, office.calendar))
    return ask(request, form, act, _("Changed. Look at the days below: are they right?"), then,
               "desk/setup/hours.html", context)


def _days(here: Organisation, calendar: Calendar) -> list[Day]:
    today = clock.local(here, clock.now(here)).date()
    return days_from(calendar, today, today + timedelta(days=DAYS_SHOWN - 1), language_now())


def _address(here: Organisation) -> str:
    return reverse("desk:setup_hours", args=[here.slug])

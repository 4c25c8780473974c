"""Is anything lost? What did not leave, what came in and became what, which ticket nobody was told about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_GET

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Tab
from sportello.records.accounts.guard import serves_here, works_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.queries import silent_tickets
from sportello.service.channels.collecting.accounts import accounts_of, alarms_of
from sportello.service.channels.models import Delivery, Dispatch, IncomingMail

from .. import nav

_MOST = 200
_SILENT: dict[str, str | Promise] = {
    "no_team": gettext_lazy("Its team does not exist any more: pass it to another."),
    "no_promise": gettext_lazy("Nothing is promised to the customer: promise a date."),
    "not_told": gettext_lazy("The customer was not told where it stands, or what told them came back."),
}


@dataclass(frozen=True)
class UnsentRow:
    """A dispatch that somebody should look at. `words` are the server's own, recipient by recipient."""

    ticket: Ticket
    label: str
    state: str
    queued_at: datetime
    attempts: int
    next_attempt_at: datetime | None
    answer: str
    recipients: list[tuple[str, str, str]]


@dataclass(frozen=True)
class MailLine:
    label: str
    number: int
    hint: str
    href: str = ""


def tabs(person: Person, organisation: Organisation, current: str) -> list[Tab]:
    """The pages of the mail door, and for who works in several organisations the same page of the others."""
    names = (("quarantine_in", "quarantine", pgettext("mail", "Held back")),
             ("dispatches", "dispatches", _("Could not be sent")), ("mail", "mail", _("Mail counted")))
    own = [Tab(label, reverse(f"desk:{name}", args=[organisation.slug]), key == current) for name, key, label in names]
    address = next(name for name, key, _label in names if key == current)
    others = [Tab(place.organisation.name, reverse(f"desk:{address}", args=[place.organisation.slug]))
              for place in person.serving if place.organisation.pk != organisation.pk]
    return [*own, *others]


@serves_here
@require_GET
def dispatches(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """What did not leave, or perhaps did: of the tickets this person may see."""
    organisation = person.organisation(slug)
    trouble = Q(state__in=(Dispatch.State.FAILED, Dispatch.State.IN_DOUBT)) | Q(deliveries__state=Delivery.State.FAILED)
    found = (
        Dispatch.objects.filter(trouble, organisation=organisation, message__entry__ticket__in=tickets_for(person))
        .select_related("message__entry__ticket__customer", "message__entry__ticket__organisation")
        .prefetch_related("deliveries").order_by("-queued_at", "-pk").distinct()[:_MOST]
    )
    context: dict[str, Any] = {
        "rows": [_unsent(one) for one in found], "now": clock.now(organisation),
        "tabs": tabs(person, organisation, "dispatches"),
    }
    return render(request, "desk/door/dispatches.html",
                  nav.page(request, person, "quarantine", organisation=organisation, **context))


def _unsent(dispatch: Dispatch) -> UnsentRow:
    recipients = [(one.address, str(one.get_state_display()), " ".join(filter(None, (one.status_code, one.answer))))
                  for one in sorted(dispatch.deliveries.all(), key=lambda each: each.pk)]
    # left for some and not for others: the dispatch is done, its recipients are not
    label = str(dispatch.get_state_display())
    if dispatch.state == Dispatch.State.SENT:
        label = str(Delivery.State.FAILED.label)
    return UnsentRow(dispatch.message.entry.ticket, label, dispatch.state, dispatch.queued_at, dispatch.attempts,
                     dispatch.next_attempt_at, dispatch.answer, recipients)


@works_here
@require_GET
def mail(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """received = to be read + on a ticket + by machines + held back + duplicates, shown adding up; and what lies on the
    servers we fetch from. For who serves here, and for who leads or sets up and reads no ticket."""
    organisation = person.organisation(slug)
    place = person.place_in(organisation)
    serves = place is not None and person.serves(place)
    if not (serves or person.administers(organisation) or person.supervises(organisation)):
        raise Http404
    state = IncomingMail.State
    accounts = accounts_of([organisation])
    sums = {code: sum(one.states.get(code, 0) for one in accounts) for code in state.values}
    retired = IncomingMail.objects.filter(organisation=organisation, mailbox__retired_at__isnull=False)
    for code, number in retired.order_by().values_list("state").annotate(Count("pk")):
        sums[code] += number
    held = reverse("desk:quarantine_in", args=[slug]) if serves else ""
    hints: dict[str, tuple[str, str]] = {
        state.PENDING: (_("stored, and read in a moment"), ""),
        state.TICKETED: (_("a person's words, on a ticket"), ""),
        state.MACHINE: (_("out-of-office notes, delivery reports, lists: kept, on no ticket"), ""),
        state.QUARANTINED: (_("somebody should look"), held),
        state.DUPLICATE: (_("the same message a second time"), ""),
    }
    lines = [MailLine(str(code.label), sums[code], *hints[code]) for code in state]
    context: dict[str, Any] = {
        "lines": lines, "received": IncomingMail.objects.filter(organisation=organisation).count(),
        "total": sum(sums.values()), "states": [str(code.label) for code in state],
        "mailboxes": [(one, [one.states.get(code, 0) for code in state.values]) for one in accounts],
        "fetched": [one for one in accounts if one.collector is not None and one.collector.host],
        "alarms": alarms_of([organisation], accounts), "now": clock.server_now(),
        "may_set_up": person.administers(organisation),
        "tabs": tabs(person, organisation, "mail") if serves else [],
    }
    return render(request, "desk/door/mail.html",
                  nav.page(request, person, "quarantine", organisation=organisation, **context))


@serves_here
@require_GET
def silent(request: HttpRequest, person: Person) -> HttpResponse:
    """The promise that orders everything, and who breaks it: nobody."""
    rows = [(one.ticket, str(_SILENT[one.why]), clock.now(one.ticket.organisation)) for one in silent_tickets(person)]
    said = ngettext("%(number)d ticket breaks it now.", "%(number)d tickets break it now.", len(rows))
    context: dict[str, Any] = {"rows": rows, "said": said % {"number": len(rows)}}
    return render(request, "desk/door/silent.html", nav.page(request, person, "silent", **context))

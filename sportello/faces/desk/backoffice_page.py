"""What the back office shows on the desk: its tabs, and its part of a ticket's side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sportello.foundation.ui.nav import Tab
from sportello.records.accounts.people import Person
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.models import (
    Approval,
    Checklist,
    ChecklistItem,
    ChecklistTick,
    Forwarding,
    UnknownCase,
)
from sportello.service.backoffice.offices import access as offices
from sportello.service.backoffice.unknown_cases import handling as cases

from . import nav
from .around import Around

_MOST = 20


def tabs(person: Person, current: str) -> list[Tab]:
    """The pages of the back office, those of setting up for who may."""
    shown = [
        ("offices", _("Offices"), "office", reverse("desk:offices_home")),
        ("approvals", _("Approvals"), "check-circle", reverse("desk:approvals_home")),
        ("cases", _("No procedure"), "help", reverse("desk:cases_home")),
        ("warnings", _("Warnings"), "bell", reverse("desk:warnings_home")),
    ]
    for place in person.places:
        if person.supervises(place) or person.administers(place):
            address = reverse("desk:offices", args=[place.organisation.slug])
            name = _("Set up") if len(person.places) == 1 else _("Set up: %(name)s") % {"name": place.organisation.name}
            shown.append((f"setup-{place.organisation.slug}", name, "settings", address))
    return [Tab(label, url, key == current, icon) for key, label, icon, url in shown]


def page(request: HttpRequest, person: Person, current: str, **context: Any) -> dict[str, Any]:
    return nav.page(request, person, "backoffice", tabs=tabs(person, current), **context)


@dataclass(frozen=True)
class ListLine:
    checklist: Checklist
    done: int
    total: int
    open_mandatory: int


@dataclass(frozen=True)
class Panel:
    """Of one ticket: whom it was forwarded to, what waits for approval, checklists, cases."""

    forwardings: list[Forwarding] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    checklists: list[ListLine] = field(default_factory=list)
    cases: list[UnknownCase] = field(default_factory=list)

    @property
    def count(self) -> int:
        """What is still to be done."""
        return (
            sum(one.is_open for one in self.forwardings)
            + sum(one.is_open for one in self.approvals)
            + sum(one.is_open for one in self.cases)
            + sum(1 for one in self.checklists if one.open_mandatory)
        )


def panel(ticket: Ticket, there: Around) -> Panel:
    """No query for a ticket that has none of these; six at most, in the part of the page that is loaded apart."""
    approvals = Approval.objects.filter(ticket=ticket).exclude(state=Approval.State.WITHDRAWN).order_by("-pk")
    return Panel(
        list(offices.of_ticket(ticket)[:_MOST]) if there.forwardings else [],
        list(approvals[:_MOST]) if there.approvals else [],
        checklist_lines(ticket) if there.checklists else [],
        list(cases.of_ticket(ticket)[:_MOST]) if there.cases else [],
    )


def checklist_lines(ticket: Ticket) -> list[ListLine]:
    checklists = list(Checklist.objects.filter(ticket=ticket, taken_off_at__isnull=True).order_by("pk"))
    if not checklists:
        return []
    items = list(ChecklistItem.objects.filter(checklist__in=checklists))
    ticked = set(ChecklistTick.objects.filter(item__in=items, back_at__isnull=True).values_list("item_id", flat=True))
    lines = []
    for one in checklists:
        own = [item for item in items if item.checklist_id == one.pk]
        left = [item for item in own if item.pk not in ticked]
        lines.append(ListLine(one, len(own) - len(left), len(own), sum(item.mandatory for item in left)))
    return lines

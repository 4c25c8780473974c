"""Founding an organisation: everything a first request needs, from one plan. Used by the demo, by tests and by
whoever sets up an installation; what it makes can all be changed afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Team
from sportello.records.procedures import packs
from sportello.records.procedures.actions.publishing import publish
from sportello.records.procedures.calendar import Calendar
from sportello.records.procedures.models import Kind, OfficeCalendar, Procedure
from sportello.service.channels.models import Mailbox
from sportello.service.routing.models import Route

Texts = dict[str, str]


@dataclass(frozen=True)
class KindPlan:
    """A kind with its first procedure; `team` is the slug of the team that answers for it."""

    slug: str
    names: Texts
    family: str
    team: str
    term_value: int
    term_unit: str = Procedure.Unit.CALENDAR_DAYS
    first_answer_hours: int | None = 16
    hints: Texts = field(default_factory=dict)
    source: str = ""
    confidence: str = "H"
    on_portal: bool = True


@dataclass(frozen=True)
class MailboxPlan:
    address: str
    shown_name: str
    #: Slug of the team that reads it; empty: by kind.
    team: str = ""
    is_default: bool = False


@dataclass(frozen=True)
class Plan:
    """The first team answers for what no kind sends elsewhere; the first kind is what a message is until said."""

    slug: str
    name: str
    sector: str
    teams: dict[str, Texts]
    kinds: tuple[KindPlan, ...]
    mailboxes: tuple[MailboxPlan, ...]
    calendar: dict[str, Any]
    languages: tuple[str, ...] = ("it", "en")
    accent: str = "#0066cc"
    timezone: str = "Europe/Rome"
    privacy_notice: Texts = field(default_factory=dict)
    contact_lines: Texts = field(default_factory=dict)
    valid_from: date = date(2020, 1, 1)
    #: Codes of procedures that come with the product; on at once where nothing in them waits for a confirmation.
    packs: tuple[str, ...] = ()


def found(plan: Plan) -> Organisation:
    """Create the organisation of `plan`; CalendarDataError when its calendar is not one."""
    Calendar.from_data(plan.calendar)
    with transaction.atomic():
        organisation = Organisation.objects.create(
            slug=plan.slug,
            name=plan.name,
            sector=plan.sector,
            timezone=plan.timezone,
            languages=list(plan.languages),
            accent=plan.accent,
            privacy_notice=plan.privacy_notice,
            contact_lines=plan.contact_lines,
        )
        calendar = OfficeCalendar.objects.create(
            organisation=organisation,
            slug="main",
            names={"it": "Orario", "en": "Hours"},
            data=plan.calendar,
            is_default=True,
        )
        teams = {
            slug: Team.objects.create(organisation=organisation, slug=slug, names=names)
            for slug, names in plan.teams.items()
        }
        Route.objects.create(organisation=organisation, kind=None, team=next(iter(teams.values())))
        for position, kind in enumerate(plan.kinds):
            _kind(organisation, kind, position, teams, calendar, plan.valid_from)
        _packs(organisation, plan.packs)
        for mailbox in plan.mailboxes:
            Mailbox.objects.create(
                organisation=organisation,
                address=mailbox.address,
                shown_name=mailbox.shown_name,
                team=teams.get(mailbox.team),
                is_default=mailbox.is_default,
            )
    return organisation


def _packs(organisation: Organisation, codes: tuple[str, ...]) -> None:
    day = clock.local(organisation, clock.now(organisation)).date()
    for code in codes:
        definition = packs.shipped_version(code, day)
        if definition is None:
            raise LookupError(f"no procedure “{code}” is in force on {day}")
        publish(organisation, definition, actor.SYSTEM, on=definition.on)


def _kind(
    organisation: Organisation,
    plan: KindPlan,
    position: int,
    teams: dict[str, Team],
    calendar: OfficeCalendar,
    valid_from: date,
) -> None:
    kind = Kind.objects.create(
        organisation=organisation,
        slug=plan.slug,
        names=plan.names,
        hints=plan.hints,
        family=plan.family,
        position=position,
        on_portal=plan.on_portal,
        is_default=position == 0,
    )
    Procedure.objects.create(
        organisation=organisation,
        kind=kind,
        names=plan.names,
        calendar=calendar,
        term_value=plan.term_value,
        term_unit=plan.term_unit,
        first_answer_hours=plan.first_answer_hours,
        source=plan.source,
        confidence=plan.confidence,
        valid_from=valid_from,
    )
    Route.objects.create(organisation=organisation, kind=kind, team=teams[plan.team])

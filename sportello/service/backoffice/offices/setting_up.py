"""Offices as a supervisor or administrator keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Team
from sportello.records.customers.identities import normal
from sportello.records.procedures.models import OfficeCalendar
from sportello.service.channels.email.addresses import is_ours, our_addresses

from ..models import Forwarding, Office
from .forwarding import MOST_DAYS


@dataclass(frozen=True)
class Plan:
    name: str
    channel: str
    competence: str = ""
    team: Team | None = None
    address: str = ""
    calendar: OfficeCalendar | None = None
    days: int = 5


def add(organisation: Organisation, plan: Plan, actor: Actor) -> Office:
    with transaction.atomic():
        office = Office.objects.create(organisation=organisation, **_columns(organisation, plan))
        record(organisation, "office.added", office, actor, channel=office.channel)
    return office


def change(office: Office, plan: Plan, actor: Actor) -> None:
    """What is on its way keeps the address it was sent to."""
    with transaction.atomic():
        for name, value in _columns(office.organisation, plan).items():
            setattr(office, name, value)
        office.save()
        record(office.organisation, "office.changed", office, actor)


def retire(office: Office, actor: Actor) -> None:
    """Asked no more. Refusal while somebody awaits its answer."""
    with transaction.atomic():
        if Forwarding.objects.open().filter(office=office).exists():
            raise Refusal(_("Somebody awaits an answer of this office: recall those questions first."))
        if office.retired_at is None:
            office.retired_at = clock.now(office.organisation)
            office.save(update_fields=["retired_at"])
            record(office.organisation, "office.retired", office, actor)


def _columns(organisation: Organisation, plan: Plan) -> dict[str, object]:
    name = one_line(plan.name, 200)
    if not name:
        raise Refusal(_("Give the office a name: customers read it."), field="name")
    if plan.channel not in Office.Channel.values:
        raise Refusal(_("Choose how it is asked."), field="channel")
    if not 0 < plan.days <= MOST_DAYS:
        raise Refusal(_("Choose between 1 and %(most)d working days.") % {"most": MOST_DAYS}, field="days")
    inside = plan.channel == Office.Channel.INSIDE
    address = "" if inside else normal("email", plan.address)
    if inside and (plan.team is None or plan.team.organisation_id != organisation.pk):
        raise Refusal(_("Choose the team that answers."), field="team")
    if not inside and not address:
        raise Refusal(_("Write the address it is asked at."), field="address")
    if address and is_ours(address, our_addresses(organisation)):
        raise Refusal(_("That is a mailbox of ours: choose the team instead."), field="address")
    return {
        "name": name, "channel": plan.channel, "competence": one_line(plan.competence, 500),
        "team": plan.team if inside else None, "address": address, "calendar": plan.calendar, "days": plan.days,
    }

"""Notifications in words. None of them holds anything a customer or a colleague wrote, or a customer's name."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sportello.records.tickets.models import Ticket

from .models import Notification
from .reasons import HAPPENINGS


def what(row: Notification) -> str:
    """What happened."""
    return str(HAPPENINGS[row.what].what) % _facts(row)


def why(row: Notification, language: str) -> str:
    """Why it came to them."""
    team = row.team.name_in(language) if row.team is not None else ""
    return str(HAPPENINGS[row.what].why) % {**_facts(row), "team": team}


def icon(row: Notification) -> str:
    return HAPPENINGS[row.what].icon


def _facts(row: Notification) -> Mapping[str, str]:
    return {"who": row.by_user.name if row.by_user is not None else _("A colleague")}


def ticket_address(ticket: Ticket) -> str:
    """Of the desk, as a mail needs it."""
    return f"{settings.PUBLIC_URL}/desk/{ticket.organisation.slug}/tickets/{ticket.number}/"


def list_address() -> str:
    return f"{settings.PUBLIC_URL}/desk/notifications/"


def choices_address() -> str:
    return f"{settings.PUBLIC_URL}/desk/notifications/choices/"


def how_many(count: int) -> str:
    return ngettext("%(count)d notification", "%(count)d notifications", count) % {"count": count}

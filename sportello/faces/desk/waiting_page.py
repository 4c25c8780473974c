"""What the desk shows of replies that have been sent and have not left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from sportello.foundation.tenancy import clock
from sportello.records.accounts.people import Person
from sportello.records.tickets.models import Ticket
from sportello.service.channels import waiting
from sportello.service.channels.models import WaitingReply

from . import sentences
from .forms.writing import write_addresses


@dataclass(frozen=True)
class WaitingRow:
    """One of them as a card. `mine`: its author reads the page, who alone may take it back or send it."""

    row: WaitingReply
    mine: bool
    is_held: bool
    to: str
    when: str
    why: str
    filenames: list[str]


def cards(person: Person, ticket: Ticket, *, may_wait: bool = True) -> dict[str, Any]:
    """The context of `desk/_waiting.html`: one query, two where something waits; none where it is known that nothing
    does."""
    return {
        "waiting": [_card(person, one) for one in waiting.of_ticket(ticket)] if may_wait else [],
        "waiting_now": clock.now(ticket.organisation),
    }


def _card(person: Person, one: WaitingReply) -> WaitingRow:
    people = [(name, address) for name, address in [*one.to, *one.cc]]
    return WaitingRow(
        one,
        one.member_id in person.membership_ids,
        one.state == WaitingReply.State.HELD,
        write_addresses(people) or _("the follow-up page"),
        sentences.exactly(one.send_at),
        _why(one),
        [file.filename for file in one.files.all()],
    )


def _why(one: WaitingReply) -> str:
    if one.held_code == "news":
        return _("Something was said on this ticket after it was written. Read it, then send it or change it.")
    if one.held_code == "author_left":
        return _("Who wrote it works here no more.")
    return one.held_words


def said(one: WaitingReply) -> str:
    """The word in the polite region when "Send" was pressed."""
    if one.is_scheduled:
        return _("It leaves on %(when)s.") % {"when": sentences.exactly(one.send_at)}
    seconds = round((one.send_at - one.written_at).total_seconds())
    return _("It leaves in %(seconds)d seconds; until then you can take it back.") % {"seconds": seconds}


def instant(ticket: Ticket, typed: datetime | None) -> datetime | None:
    """The hour somebody typed, on the organisation's wall."""
    if typed is None:
        return None
    return typed.replace(tzinfo=clock.zone(ticket.organisation))


@dataclass(frozen=True)
class Preset:
    """An hour offered for sending later: `value` for the form, `label` for people."""

    value: str
    label: str


def presets(ticket: Ticket) -> list[Preset]:
    """Tomorrow and next Monday, at half past eight."""
    today = clock.local(ticket.organisation, clock.now(ticket.organisation))
    morning = today.replace(hour=8, minute=30, second=0, microsecond=0)
    tomorrow = morning + timedelta(days=1)
    monday = morning + timedelta(days=7 - today.weekday())
    language = sentences.language_now()
    offered = [tomorrow] if tomorrow.date() == monday.date() else [tomorrow, monday]
    return [Preset(one.strftime("%Y-%m-%dT%H:%M"), _day_words(one.replace(tzinfo=None), language)) for one in offered]


@lru_cache(64)
def _day_words(at: datetime, language: str) -> str:
    """In the language that is active; the hours of a composer are the same all day."""
    words = formats.date_format(at, _("l j F, H:i"))
    # the framework's catalogue gives Italian days and months a capital
    return words.lower() if language == "it" else words

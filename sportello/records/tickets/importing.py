"""What a line of a list of tickets says, read into values: dates, state, kind, team, owner, tags. Writes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import fold
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, Team
from sportello.records.customers.importing.lines import Fault, day_of
from sportello.records.customers.importing.runs import Task
from sportello.records.procedures.models import Kind
from sportello.records.procedures.queries import default_kind

from .actions.tagging import MOST, names_in
from .models import Closure, Ticket

_S = Ticket.Status
CHANNELS = {
    "email": "email", "e-mail": "email", "mail": "email", "posta elettronica": "email", "posta": "letter",
    "lettera": "letter", "letter": "letter", "telefono": "phone", "phone": "phone", "chiamata": "phone",
    "call": "phone", "sportello": "counter", "counter": "counter", "web": "webform", "form": "webform",
    "webform": "webform", "modulo": "webform", "portale": "webform", "pec": "pec",
}  # fmt: skip
OUTCOMES = {
    "risolta": "solved", "risolto": "solved", "solved": "solved", "resolved": "solved", "closed": "solved",
    "chiusa": "solved", "information_given": "information_given", "informazione data": "information_given",
    "informazioni date": "information_given", "inoltrata": "forwarded", "forwarded": "forwarded",
    "passata ad altro ente": "forwarded", "not_accepted": "not_accepted", "non accolta": "not_accepted",
    "respinta": "not_accepted", "rejected": "not_accepted", "ritirata": "withdrawn", "withdrawn": "withdrawn",
    "no_answer": "no_answer", "nessuna risposta": "no_answer", "doppione": "duplicate", "duplicate": "duplicate",
}  # fmt: skip
STATES = {
    "new": _S.NEW, "nuova": _S.NEW, "nuovo": _S.NEW, "open": _S.NEW, "aperta": _S.NEW, "aperto": _S.NEW,
    "in_progress": _S.IN_PROGRESS, "in progress": _S.IN_PROGRESS, "in corso": _S.IN_PROGRESS,
    "in lavorazione": _S.IN_PROGRESS, "lavorazione": _S.IN_PROGRESS, "assegnata": _S.IN_PROGRESS,
    "assegnato": _S.IN_PROGRESS, "assigned": _S.IN_PROGRESS, "riaperta": _S.IN_PROGRESS, "reopened": _S.IN_PROGRESS,
    "waiting_customer": _S.WAITING, "in attesa": _S.WAITING, "in attesa del cliente": _S.WAITING,
    "sospesa": _S.WAITING, "pending": _S.WAITING, "waiting": _S.WAITING, "on hold": _S.WAITING,
    "closed": _S.CLOSED, "chiusa": _S.CLOSED, "chiuso": _S.CLOSED, "resolved": _S.CLOSED, "solved": _S.CLOSED,
    "risolta": _S.CLOSED, "risolto": _S.CLOSED, "conclusa": _S.CLOSED, "evasa": _S.CLOSED, "annullata": _S.CLOSED,
    "archiviata": _S.CLOSED,
}  # fmt: skip
_HOUR = re.compile(r"^(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?$")


@dataclass
class Said:
    """A line as values; `faults`: what is left out or doubted."""

    opened: datetime
    closed: datetime | None
    status: str
    outcome: str
    channel: str
    kind: Kind
    team: Team
    owner: Membership | None
    tags: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.closed is None


def read(task: Task, values: dict[str, str]) -> Said | Fault:
    """All a line says; a Fault when it cannot be a ticket at all (its dates)."""
    organisation = task.run.organisation
    faults: list[Fault] = []
    dates = _dates(organisation, values, task.at, faults)
    if isinstance(dates, Fault):
        return dates
    opened, closed, status = dates
    kind, team = _kind_and_team(task, values, faults)
    return Said(
        opened, closed, status, _outcome(values, status, faults), _channel(values, faults), kind, team,
        _owner(task, values, faults), _tags(values, faults), faults,
    )  # fmt: skip


def _dates(
    organisation: Organisation, values: dict[str, str], now: datetime, faults: list[Fault]
) -> tuple[datetime, datetime | None, str] | Fault:
    """When it was opened and closed, and its state. State decides; without one, the closing date does."""
    typed = {name: values.get(name, "") for name in ("opened", "closed")}
    if not typed["opened"]:
        return Fault("no_opened", True)
    read = {name: instant_of(organisation, text) for name, text in typed.items()}
    for name, text in typed.items():
        if text and read[name] is None:
            return Fault("date", True, {"field": name, "value": text[:40]})
        if text and hour_of(text) is None:
            faults.append(Fault("no_hour", facts={"value": text[:40]}))
    opened, closed = read["opened"], read["closed"]
    if opened is None:
        return Fault("no_opened", True)
    if closed is not None and closed < opened:
        # a day without hours, of a ticket opened in the middle of it
        if closed.date() != opened.date():
            return Fault("closed_before", True)
        closed = opened
    if opened > now or (closed is not None and closed > now):
        return Fault("in_future", True)
    status = _status(values, closed, faults)
    if status != _S.CLOSED:
        if closed is not None:
            faults.append(Fault("still_open"))
        return opened, None, status
    if closed is None and "closed" in values:
        faults.append(Fault("no_closed"))
    return opened, closed or opened, status


def _status(values: dict[str, str], closed: datetime | None, faults: list[Fault]) -> str:
    """A list without a word on states or closings is history: closed. One that tells closings means what it leaves
    empty: open."""
    text = values.get("state", "")
    known = STATES.get(fold(text)) if text else None
    if known is not None:
        return str(known)
    by_date = _S.CLOSED if closed is not None or not ({"closed", "state"} & set(values)) else _S.NEW
    if text:
        code = "no_state_closed" if by_date == _S.CLOSED else "no_state_open"
        faults.append(Fault(code, facts={"value": text[:60]}))
    return str(by_date)


def instant_of(organisation: Organisation, text: str) -> datetime | None:
    """An ISO instant, or a day with or without an hour on the organisation's wall; a bare day is its noon."""
    text = text.strip()
    zone = clock.zone(organisation)
    try:
        found = datetime.fromisoformat(text)
        if len(text) > 10:
            return found if found.tzinfo else found.replace(tzinfo=zone)
    except ValueError:
        pass
    day = day_of(text) if text else None
    return None if day is None else datetime.combine(day, hour_of(text) or time(12), zone)


def hour_of(text: str) -> time | None:
    """The hour beside a day, noon where there is none; None for one that cannot be read."""
    parts = text.strip().replace("T", " ").split()
    if len(parts) < 2:
        return time(12)
    found = _HOUR.match(parts[1].rstrip("Z").split("+")[0])
    try:
        return time(int(found[1]), int(found[2]), int(found[3] or 0)) if found else None
    except ValueError:
        return None


def _outcome(values: dict[str, str], status: str, faults: list[Fault]) -> str:
    text = values.get("outcome", "")
    known = OUTCOMES.get(fold(text), "")
    if text and not known and status == _S.CLOSED:
        faults.append(Fault("no_outcome", facts={"value": text[:60]}))
    return known or str(Closure.Outcome.SOLVED)


def _channel(values: dict[str, str], faults: list[Fault]) -> str:
    text = values.get("channel", "")
    known = CHANNELS.get(fold(text), "")
    if text and not known:
        faults.append(Fault("no_channel", facts={"value": text[:60]}))
    return known or "letter"


def _kind_and_team(task: Task, values: dict[str, str], faults: list[Fault]) -> tuple[Kind, Team]:
    organisation = task.run.organisation
    usual = _once(task, "kind", lambda: default_kind(organisation))
    kinds = _once(task, "kinds", lambda: list(Kind.objects.filter(organisation=organisation).order_by("pk")[:500]))
    teams = _once(task, "teams", lambda: list(
        Team.objects.filter(organisation=organisation, ended_at__isnull=True).order_by("pk")[:500]))
    language = organisation.language_for("")
    kind, team = _by_name(kinds, values.get("kind", "")), _by_name(teams, values.get("team", ""))
    if values.get("kind") and kind is None:
        faults.append(Fault("no_kind", facts={"value": values["kind"][:60], "kind": usual.name_in(language)}))
    if values.get("team") and team is None:
        faults.append(Fault("no_team", facts={"value": values["team"][:60], "team": teams[0].name_in(language)}))
    return kind or usual, team or teams[0]


def _owner(task: Task, values: dict[str, str], faults: list[Fault]) -> Membership | None:
    """Who works here under that address or name; two of one name are nobody."""
    text = fold(values.get("owner", ""))
    if not text:
        return None
    people: dict[str, list[Membership]] = _once(task, "people", lambda: _people(task.run.organisation))
    found = people.get(text, [])
    if len(found) != 1:
        faults.append(Fault("no_owner", facts={"value": values["owner"][:60]}))
        return None
    return found[0]


def _people(organisation: Organisation) -> dict[str, list[Membership]]:
    found: dict[str, list[Membership]] = {}
    serving = Membership.objects.filter(organisation=organisation, ended_at__isnull=True).select_related("user")
    for member in serving.exclude(role__in=_NO_OWNERS)[:5_000]:
        for key in {fold(member.user.email), fold(member.user.name)}:
            found.setdefault(key, []).append(member)
    return found


_NO_OWNERS = (Membership.Role.ADMINISTRATOR, Membership.Role.TRAINEE, Membership.Role.ASSESSOR)


def _tags(values: dict[str, str], faults: list[Fault]) -> list[str]:
    try:
        tags = names_in(values.get("tags", ""))
        if len(tags) > MOST:
            raise Refusal(", ".join(tags[MOST:])[:200])
    except Refusal as refusal:
        faults.append(Fault("tags_left_out", facts={"why": str(refusal.sentence)}))
        return []
    return tags


def _by_name(rows: Iterable[Any], text: str) -> Any:
    wanted = fold(text)
    named = (row for row in rows if wanted in {fold(row.slug), *(fold(name) for name in row.names.values())})
    return next(named, None) if wanted else None


def _once(task: Task, name: str, asked: Callable[[], Any]) -> Any:
    if name not in task.known:
        task.known[name] = asked()
    return task.known[name]

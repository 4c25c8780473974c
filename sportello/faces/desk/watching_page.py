"""Rows of the page of who runs the installation: queues, mailboxes, loops, slow pages and statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.watch import meters, slow
from sportello.service.channels.models import Mailbox
from sportello.service.watching import words
from sportello.service.watching.alarms import Alarm
from sportello.service.watching.figures import Figures, Of, Queue
from sportello.service.watching.models import Occurrence

#: Lines of each list of slow things that are shown.
SHOWN: Final = 15
ENDED: Final = 10


@dataclass(frozen=True)
class Told:
    """An alarm as it is shown; `whose` is the organisation's name where that is not plain."""

    alarm: Alarm
    since: datetime | None
    whose: str = ""

    @property
    def state(self) -> str:
        return "danger" if self.alarm.is_urgent else "warn"


@dataclass(frozen=True)
class Line:
    """A queue: how many wait, how long the oldest has; `is_late` draws it."""

    name: str
    count: str
    oldest: str
    is_late: bool = False


@dataclass(frozen=True)
class Slow:
    name: str
    count: int
    #: Of so many requests since the programs were started; 0 where nobody counts them.
    of: int
    p95: str
    worst: str
    last: datetime


def told(alarms: Iterable[Alarm], names: Mapping[int, str]) -> list[Told]:
    """With the instant at which each began: its own, else that of the row which remembers it."""
    alarms = list(alarms)
    began = {
        (one.code, one.about, one.organisation_id): one.began_at for one in Occurrence.objects.going_on()
    }
    now = server_now()
    return [
        Told(
            one,
            now - timedelta(seconds=one.since) if one.since is not None else began.get(one.key),
            names.get(one.organisation_id or 0, ""),
        )
        for one in alarms
    ]


def ended(organisation_id: int | None, *, everywhere: bool = False) -> list[tuple[str, Occurrence]]:
    """What is over, the newest first, by its title."""
    rows = Occurrence.objects.filter(ended_at__isnull=False)
    if not everywhere:
        rows = rows.of(organisation_id)
    found = rows.select_related("organisation").order_by("-ended_at")[:ENDED]
    return [(str(words.ALARMS[one.code].title), one) for one in found if one.code in words.ALARMS]


def queues(now: Figures, alarms: Iterable[Alarm]) -> list[Line]:
    """What waits, in the order in which a request passes through."""
    codes = {one.code for one in alarms}
    state = now.dispatches
    under_way = _sum(state.get(one, Queue()) for one in ("queued", "sending", "in_doubt"))
    held = _all(now.held)
    return [
        _line(_("Mail to be read"), now.pending, "mailbox_unread" in codes),
        _line(_("Old mail to be read (import)"), now.archive),
        _line(_("Mail held back"), held, bool({"held_many", "mailbox_held"} & codes)),
        _line(_("Answers on their way"), under_way, "dispatches_stuck" in codes),
        Line(_("Answers that failed"), words.many(now.failed_dispatches), ""),
        _line(_("Jobs"), _sum(now.jobs.get(one, Queue()) for one in ("todo", "doing")), "jobs_wait" in codes),
        _line(_("Jobs that failed"), now.jobs.get("failed", Queue()), "jobs_failed" in codes),
        _line(_("Events put aside"), now.parked, "events_parked" in codes),
        Line(_("News read"), "", _late(max(now.reader_late, now.held_back)),
             bool({"readers_late", "journal_held"} & codes)),
        Line(_("Terms watched"), "", _late(now.tick_late), "tick_late" in codes),
        _line(_("Tickets beyond their term of conclusion"), _all(now.overdue), "terms_missed" in codes),
        _line(_("Customers to be told"), _all(now.untold), "customers_untold" in codes),
    ]  # fmt: skip


def boxes(now: Figures) -> list[tuple[str, str, str, bool]]:
    """Fetched mailboxes: address, organisation, since when its server answered, whether it fails."""
    rows = {
        one.pk: one for one in Mailbox.objects.filter(pk__in=[box.mailbox_id for box in now.boxes])
        .select_related("organisation")
    }  # fmt: skip
    return [
        (rows[box.mailbox_id].address, rows[box.mailbox_id].organisation.name,
         _ago(box.answered), box.is_failing)
        for box in now.boxes if box.mailbox_id in rows
    ]  # fmt: skip


def slow_lists(days_ago: int) -> dict[str, list[Slow]]:
    """The worst of a day; of today, pages with how often they were asked for."""
    asked: dict[str, float] = {}
    if not days_ago:
        for (view, _method, _status), numbers in meters.together().get(meters.REQUESTS, {}).items():
            asked[view] = asked.get(view, 0) + numbers[0]
    lists = slow.of_day(slow.today() - days_ago)
    return {
        kind: [
            Slow(name, one.count, int(asked.get(name, 0)) if kind == "page" else 0, _ms(one.p95), _ms(one.worst),
                 datetime.fromtimestamp(one.last, tz=server_now().tzinfo))
            for name, one in rows[:SHOWN]
        ]
        for kind, rows in lists.items()
    }  # fmt: skip


def quickness() -> tuple[int, str, str]:
    """Requests since the programs were started; within what half of them, and nineteen of twenty, were answered."""
    bounds = meters.REQUEST_SECONDS.bounds
    counts = [0.0] * (len(bounds) + 1)
    for (view,), numbers in meters.together().get(meters.REQUEST_SECONDS, {}).items():
        if view not in ("static", "healthz", "readyz", "metrics"):
            counts = [one + other for one, other in zip(counts, numbers[:-1], strict=True)]
    return int(sum(counts)), _within(bounds, counts, 0.5), _within(bounds, counts, 0.95)


def _within(bounds: tuple[float, ...], counts: list[float], share: float) -> str:
    so_far, wanted = 0.0, sum(counts) * share
    for bound, count in zip(bounds, counts, strict=False):
        so_far += count
        if so_far >= wanted and wanted:
            return _ms(bound)
    return _("more than %(n)d s") % {"n": int(bounds[-1])} if wanted else "–"


def _line(name: str, queue: Queue, is_late: bool = False) -> Line:
    return Line(name, words.many(queue.count), words.age(queue.oldest) if queue.count else "", is_late)


def _sum(queues: Iterable[Queue]) -> Queue:
    found = list(queues)
    return Queue(sum(one.count for one in found), max((one.oldest for one in found), default=0.0))


def _all(found: Iterable[Of]) -> Queue:
    rows = list(found)
    return Queue(sum(one.count for one in rows), max((one.oldest for one in rows), default=0.0))


def _late(seconds: float) -> str:
    return pgettext("watching", "in time") if seconds < 5 else _("late by %(age)s") % {"age": words.age(seconds)}


def _ago(seconds: float | None) -> str:
    return pgettext("watching", "never") if seconds is None else _("%(age)s ago") % {"age": words.age(seconds)}


def _ms(seconds: float) -> str:
    return f"{number_format(seconds, 1)} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def facts(machine: Any, now: Figures | None) -> list[tuple[str, str]]:
    """The machine in a few words."""
    said = machine.streams
    found = [
        (_("Room on the disk"), f"{words.size(machine.free_bytes)} / {words.size(machine.disk_bytes)}"),
        (_("Worker"), _("heartbeat %(age)s ago") % {"age": words.age(machine.worker)} if machine.worker is not None
         else _("not on this machine")),
        (_("Live streams open"), str(said.get("open", 0))),
        (_("Last backup"), _ago(machine.backup) if machine.backup is not None else _("none made from here")),
    ]  # fmt: skip
    if now is not None:
        server = now.server
        found += [
            (_("Database"), f"PostgreSQL {server.version.split(' ')[0]}, {words.size(server.bytes)}"),
            (_("Database connections"), f"{server.connections} / {server.most_connections}"),
        ]
    return found

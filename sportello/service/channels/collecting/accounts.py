"""Is anything lost? Per mailbox what lies on the server, what we stored of it, what became of that, and what should
worry somebody. The numbers come from separate tables and must agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.service.channels.models import CollectedMessage, Collector, FolderPosition, IncomingMail, Mailbox

from .trouble import SENTENCES

State = IncomingMail.State

#: A collector looks at least every five minutes: this much silence is its death.
SILENT = timedelta(minutes=15)
#: A provider that is away for a moment worries nobody.
FAILING = timedelta(minutes=10)
#: The worker reads what was stored within a second.
UNREAD = timedelta(minutes=15)
#: Over how long the speed of an import is measured.
PACE = timedelta(minutes=2)
#: Held mail somebody should have looked at by now.
HELD = timedelta(minutes=30)

ALARMS: dict[str, str | Promise] = {
    "asks_cut_off": _("It waits for a decision: from when on is its mail new?"),
    "failing": _("It cannot be read."),
    "silent": _("It was not read for too long: is “sportello collect” running?"),
    "left": _("Messages stay on the server that could not be fetched."),
    "missing": _("Messages of the server are unknown to us; they are being fetched."),
    "differs": _("What was fetched and what was stored differ: tell who runs the installation."),
    "unread": _("Messages were stored and are not read: is “sportello worker” running?"),
    "held": _("Messages are held back and nobody has looked at them."),
}


@dataclass(frozen=True)
class Alarm:
    """`code` is a key of ALARMS; `since` the server's instant it began; `detail` a trouble's own sentence."""

    code: str
    mailbox_id: int | None
    address: str
    since: datetime | None = None
    detail: str = ""

    @property
    def sentence(self) -> str:
        return self.detail or str(ALARMS[self.code])


@dataclass(frozen=True)
class Account:
    """One mailbox. `on_server`, `waiting`, `left`, `missing` are of the server's folder at the last look; `fetched` and
    `again` of all time; `states` are all mails of the mailbox, by whichever door."""

    mailbox: Mailbox
    collector: Collector | None
    states: dict[str, int] = field(default_factory=dict)
    on_server: int = 0
    waiting: int = 0
    left: int = 0
    missing: int = 0
    fetched: int = 0
    again: int = 0
    stored_by_fetching: int = 0
    #: Fetched within PACE, of the folder as it is now.
    lately: int = 0

    @property
    def received(self) -> int:
        return sum(self.states.values())

    @property
    def there_and_known(self) -> int:
        """On the server and safely with us too."""
        return max(0, self.on_server - self.waiting - self.left - self.missing)

    @property
    def adds_up(self) -> bool:
        """Each message fetched is one message stored."""
        return self.fetched == self.stored_by_fetching

    @property
    def import_done(self) -> int:
        """Of the first import, in hundredths; 100 when there is none under way."""
        total = self.collector.import_total if self.collector else 0
        if not total or not self.waiting:
            return 100
        return max(0, min(99, 100 * (total - self.waiting) // total))

    @property
    def imported(self) -> int:
        """Of `collector.import_total`, those that are safe with us."""
        return max(0, self.collector.import_total - self.waiting) if self.collector else 0

    @property
    def minutes_left(self) -> int | None:
        """Of the import at its present pace; None when nothing was fetched lately."""
        if not self.lately:
            return None
        return max(1, round(self.waiting * PACE.total_seconds() / self.lately / 60))

    @property
    def to_be_read(self) -> int:
        """Stored, and not yet on a ticket or wherever it belongs."""
        return self.states.get(State.PENDING, 0)


def accounts_of(organisations: Iterable[Organisation]) -> list[Account]:
    """One a mailbox in use, by address; five queries whatever their number, and one for each import under way."""
    ids = [one.pk for one in organisations]
    mailboxes = list(
        Mailbox.objects.filter(organisation__in=ids, retired_at__isnull=True)
        .select_related("organisation", "team", "kind").order_by("address")
    )  # fmt: skip
    collectors = {one.mailbox_id: one for one in Collector.objects.filter(organisation__in=ids)}
    by_state: dict[int, dict[str, int]] = {}
    by_fetching: dict[int, int] = {}
    rows = IncomingMail.objects.filter(organisation__in=ids).order_by().values_list("mailbox_id", "state", "door")
    for mailbox_id, state, door, number in rows.annotate(Count("pk")):
        states = by_state.setdefault(mailbox_id, {})
        states[state] = states.get(state, 0) + number
        if door in Collector.Protocol.values:
            by_fetching[mailbox_id] = by_fetching.get(mailbox_id, 0) + number
    fetched = _fetched(ids)
    places = {
        one.collector_id: one for one in FolderPosition.objects.filter(organisation__in=ids, ended_at__isnull=True)
    }
    return [
        _account(mailbox, collectors.get(mailbox.pk), by_state, by_fetching, fetched, places) for mailbox in mailboxes
    ]


def _fetched(ids: list[int]) -> dict[int, dict[str, int]]:
    """Collector → how many in each state; "left" only of the folder as it is now."""
    here = Q(position__ended_at__isnull=True)
    rows = (
        CollectedMessage.objects.filter(organisation__in=ids).order_by().values_list("position__collector_id")
        .annotate(stored=Count("pk", filter=Q(state="stored")), again=Count("pk", filter=Q(state="again")),
                  left=Count("pk", filter=Q(state="left") & here))
    )  # fmt: skip
    return {row[0]: dict(zip(("stored", "again", "left"), row[1:], strict=True)) for row in rows}


def _account(
    mailbox: Mailbox, collector: Collector | None, by_state: dict[int, dict[str, int]], by_fetching: dict[int, int],
    fetched: dict[int, dict[str, int]], places: dict[int, FolderPosition],
) -> Account:  # fmt: skip
    states = by_state.get(mailbox.pk, {})
    if collector is None:
        return Account(mailbox, None, states)
    row, place = fetched.get(collector.pk, {}), places.get(collector.pk)
    return Account(
        mailbox, collector, states,
        on_server=place.on_server if place else collector.asks_cut_off,
        waiting=place.waiting if place else collector.asks_cut_off,
        left=row.get("left", 0), missing=place.missing if place else 0,
        fetched=row.get("stored", 0), again=row.get("again", 0), stored_by_fetching=by_fetching.get(mailbox.pk, 0),
        lately=_lately(place) if place and collector.import_total else 0,
    )  # fmt: skip


def _lately(place: FolderPosition) -> int:
    """By the index of what may be cleared: none of an import is yet."""
    since = clock.server_now() - PACE
    return CollectedMessage.objects.filter(position=place, cleared_at__isnull=True, taken_at__gte=since).count()


# What should worry somebody ------------------------------


def alarms_of(organisations: Iterable[Organisation], accounts: Iterable[Account] = ()) -> list[Alarm]:
    """What somebody should look at, four short queries; with `accounts` also what only counting shows."""
    organisations = list(organisations)
    ids = [one.pk for one in organisations]
    now = clock.server_now()
    reading = Collector.objects.filter(organisation__in=ids, is_on=True, mailbox__retired_at__isnull=True)
    found = [
        alarm for collector in reading.select_related("mailbox").order_by("mailbox__address")
        if (alarm := _of_collector(collector, now)) is not None
    ]  # fmt: skip
    left = (
        CollectedMessage.objects.filter(organisation__in=ids, state="left", position__ended_at__isnull=True)
        .order_by().values_list("position__collector__mailbox_id", "position__collector__mailbox__address")
        .annotate(since=Min("taken_at"))
    )  # fmt: skip
    found += [Alarm("left", mailbox_id, address, since) for mailbox_id, address, since in left]
    oldest = (
        IncomingMail.objects.filter(organisation__in=ids, state=State.PENDING)
        .select_related("mailbox").order_by("is_archive", "id").first()
    )  # fmt: skip
    # old mail that is brought in by the ten thousand may wait its turn
    if oldest is not None and not oldest.is_archive and oldest.stored_at < now - UNREAD:
        found.append(Alarm("unread", oldest.mailbox_id, oldest.mailbox.address, oldest.stored_at))
    found += held_alarms(organisations)
    for account in accounts:
        if account.missing:
            found.append(Alarm("missing", account.mailbox.pk, account.mailbox.address))
        if not account.adds_up:
            found.append(Alarm("differs", account.mailbox.pk, account.mailbox.address))
    return found


def held_alarms(organisations: Iterable[Organisation]) -> list[Alarm]:
    """Mail that is held back and that nobody looked at within HELD; one query over the few that are held."""
    ids = [one.pk for one in organisations]
    held = (
        IncomingMail.objects.filter(
            organisation__in=ids, state=State.QUARANTINED, settled_at__lt=clock.server_now() - HELD
        ).order_by().values_list("mailbox_id", "mailbox__address").annotate(since=Min("settled_at"))
    )  # fmt: skip
    return [Alarm("held", mailbox_id, address, since) for mailbox_id, address, since in held]


def _of_collector(collector: Collector, now: datetime) -> Alarm | None:
    address = collector.mailbox.address
    if collector.failing_since is not None and now - collector.failing_since >= FAILING:
        detail = str(SENTENCES.get(collector.trouble, ALARMS["failing"]))
        return Alarm("failing", collector.mailbox_id, address, collector.failing_since, detail)
    if collector.asks_cut_off:
        return Alarm("asks_cut_off", collector.mailbox_id, address)
    seen = max(one for one in (collector.last_contact_at, collector.began_at) if one is not None)
    if collector.failing_since is None and now - seen >= SILENT:
        return Alarm("silent", collector.mailbox_id, address, seen)
    return None


def for_status() -> dict[str, Any]:
    """For `sportello status --json`: `collecting` a record a mailbox, `alarms` codes with addresses."""
    organisations = list(Organisation.objects.all())
    accounts = accounts_of(organisations)
    return {
        "collecting": [_record(account) for account in accounts if account.collector is not None],
        "alarms": [
            {"code": one.code, "mailbox": one.address, "since": one.since.isoformat() if one.since else None}
            for one in alarms_of(organisations, accounts)
        ],
    }


def _record(account: Account) -> dict[str, Any]:
    collector = account.collector
    return {
        "address": account.mailbox.address,
        "protocol": collector.protocol if collector else "",
        "on": bool(collector and collector.is_on),
        "on_server": account.on_server,
        "not_yet_stored": account.waiting,
        "left_on_server": account.left,
        "missing": account.missing,
        "stored": account.fetched,
        "known_again": account.again,
        **{state: account.states.get(state, 0) for state in State.values},
        "adds_up": account.adds_up,
        "trouble": collector.trouble if collector else "",
        "last_contact_at": collector.last_contact_at.isoformat() if collector and collector.last_contact_at else None,
    }

"""The desk's rail, palette and strip: what every page of the desk carries.

    return render(request, "desk/….html", page(request, person, "mine", counted=counts(person), …))

`counted` costs queries: pages of lists give it, others leave it to the list that loads beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, cast

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from sportello.foundation.core.questions import Asked, Question, at_once
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Command, Link, NavEntry, Tab
from sportello.records.accounts.people import Person
from sportello.records.customers.models import Customer
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Ticket
from sportello.service.channels.collecting.accounts import alarms_of, held_alarms
from sportello.service.watching import here as machine
from sportello.service.watching.alarms import HEARTBEAT
from sportello.service.watching.models import Occurrence
from sportello.service.watching.words import ALARMS

from . import sentences
from .models import Draft, KeyChoice, OpenTicket

#: list → (word on the rail, whole name, icon, key)
LISTS: Mapping[str, tuple[Any, Any, str, str]] = {
    "mine": (pgettext_lazy("rail", "Mine"), gettext_lazy("My tickets"), "user", "g m"),
    "unassigned": (pgettext_lazy("rail", "To take"), gettext_lazy("Unassigned in my teams"), "team", "g u"),
    "waiting": (pgettext_lazy("rail", "Waiting"), gettext_lazy("Waiting for us"), "inbox", "g w"),
    "customer": (pgettext_lazy("rail", "Theirs"), gettext_lazy("Waiting for the customer"), "clock", "g e"),
    "due": (pgettext_lazy("rail", "Today"), gettext_lazy("Due today"), "calendar", "g d"),
    "overdue": (pgettext_lazy("rail", "Late"), gettext_lazy("Overdue"), "due", "g o"),
    "snoozed": (pgettext_lazy("rail", "Aside"), pgettext_lazy("list", "Put aside"), "moon", "g s"),
    "mentioned": (pgettext_lazy("rail", "Named"), gettext_lazy("Notes that name me"), "chat", "g t"),
    "all": (pgettext_lazy("rail", "All"), gettext_lazy("All tickets"), "list", "g a"),
}
#: (key, word, icon, key sequence, address name, who): pages of the other modules, where they exist.
OTHERS: Sequence[tuple[str, Any, str, str, str, str]] = (
    ("counter", pgettext_lazy("rail", "Contact"), "counter", "g c", "desk:counter", "serves"),
    ("customers", pgettext_lazy("rail", "Customers"), "folder", "g k", "desk:customers_home", "serves"),
    ("complaints", pgettext_lazy("rail", "Complaints"), "megaphone", "g l", "desk:complaints_home", "serves"),
    ("archive", pgettext_lazy("rail", "Archive"), "files", "g h", "desk:archive_home", "works"),
    ("quarantine", pgettext_lazy("rail", "Held back"), "quarantine", "g q", "desk:quarantine", "serves"),
    ("backoffice", pgettext_lazy("rail", "Back office"), "office", "g b", "desk:offices_home", "serves"),
    ("silent", pgettext_lazy("rail", "Silent"), "silent", "g n", "desk:silent", "serves"),
    ("work", pgettext_lazy("rail", "Work"), "chart", "g j", "desk:work_home", "supervises"),
    ("knowledge", pgettext_lazy("rail", "Knowledge"), "book", "g i", "desk:knowledge_home", "serves"),
    ("procedures", pgettext_lazy("rail", "Procedures"), "paper", "g r", "desk:procedures_home", "administers"),
    ("documents", pgettext_lazy("rail", "Documents"), "file", "g x", "desk:documents_home", "knows"),
    ("people", pgettext_lazy("rail", "People"), "team", "g p", "desk:people", "administers"),
    ("setup", pgettext_lazy("rail", "Set up"), "settings", "g z", "desk:setup_home", "sets up"),
    ("installation", pgettext_lazy("rail", "System"), "tool", "g y", "desk:installation", "runs"),
)
#: At the foot of the rail of who serves, with what is unread (`live/js/bell.js`).
BELL = NavEntry("notifications", gettext_lazy("Notifications"), "", "bell", hotkey="g v")
#: Beside the lists on the rail of who serves; the others are behind "More". Who sets up has few, and all on it.
ON_RAIL = ("counter", "customers")
_FOOT = ("administers", "sets up")
_RIGHTS = frozenset(right for *_what, right in OTHERS)


def list_title(name: str) -> Any:
    return LISTS[name][1]


def list_address(name: str) -> str:
    return _address("desk:list", name)


def page(
    request: HttpRequest,
    person: Person,
    current: str = "",
    *,
    counted: Mapping[str, int] | None = None,
    organisation: Organisation | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The context of a page of the desk: rail, palette, account; `more` is the page's own."""
    own = organisation or (person.places[0].organisation if len(person.places) == 1 else None)
    return {
        "desk_nav": entries(person, counted),
        "nav_current": current,
        "desk_home": _address("desk:home"),
        "desk_commands": commands(person),
        "desk_bell": _bell(person),
        "desk_alarms": _alarms(person),
        "desk_search_url": _address("desk:palette"),
        "search_url": _address("desk:search"),
        "desk_keys": more["desk_keys"] if "desk_keys" in more else keys_of(at_once(keys_asked(person))[0]),
        "desk_keys_url": _address("desk:keys"),
        "account_name": person.user.name,
        "organisation": own,
        "accent_url": reverse("desk:accent", args=[own.slug]) if own else "",
        **more,
    }


def entries(person: Person, counted: Mapping[str, int] | None = None) -> list[NavEntry]:
    """The rail: the lists of who serves, then the other pages that exist."""
    language, serves = get_language(), bool(person.serving)
    rights = frozenset(right for right in _RIGHTS if _may(person, right))
    if not serves:
        return [*_others(rights, False, language)]
    lists = [_list_entry(name, counted.get(name) if counted else None, language) for name in LISTS]
    return [*lists, *_others(rights, True, language)]


@lru_cache(4_096)
def _list_entry(name: str, count: int | None, language: str | None) -> NavEntry:
    """In the words of the language that is active: told by its values alone, a part of a page can be kept by it."""
    word, _whole, icon, keys = LISTS[name]
    return NavEntry(name, str(word), _address("desk:list", name), icon, count, hotkey=keys)


@cache
def _others(rights: frozenset[str], serves: bool, language: str | None) -> tuple[NavEntry, ...]:
    shown: list[NavEntry] = []
    for key, word, icon, keys, name, right in OTHERS:
        address = _address(name)
        if address and right in rights:
            more = serves and key not in ON_RAIL
            shown.append(NavEntry(key, str(word), address, icon, hotkey=keys, foot=right in _FOOT, more=more))
    return tuple(shown)


def commands(person: Person) -> tuple[Command, ...]:
    """Places under their whole names, for the palette."""
    return _commands(get_language()) if person.serving else ()


@cache
def _commands(language: str | None) -> tuple[Command, ...]:
    found = [
        Command(str(whole), _address("desk:list", name), icon, keys)
        for name, (_word, whole, icon, keys) in LISTS.items()
    ]
    found.append(Command(str(BELL.label), reverse("desk:notifications"), BELL.icon, BELL.hotkey))
    searching = _address("desk:search")
    return (*found, Command(_("Search in everything"), searching, "search", "/")) if searching else tuple(found)


def strip(person: Person) -> list[Tab]:
    """The tickets this person has open, oldest first, one query; tickets lost to them since are not shown."""
    return tabs_of(person, opened(person))


def opened(person: Person) -> list[Any]:
    """The rows behind the strip: open tickets with `customer_name` and `unsent`."""
    return _OPENED.rows(person)


def just_opened(ticket: Ticket, *, unsent: bool) -> OpenTicket:
    """The row of a ticket that has been put on the strip a moment ago."""
    row: Any = OpenTicket(ticket=ticket, seen_position=ticket.last_position)
    row.unsent, row.customer_name = unsent, ticket.customer.name if ticket.customer else None
    return cast("OpenTicket", row)


def tabs_of(person: Person, rows: Sequence[Any], current_id: int | None = None) -> list[Tab]:
    """One tab a row; the current one is of the ticket of this id."""
    tabs: list[Tab] = []
    places = {place.organisation.pk: place.organisation for place in person.places}
    now = {pk: clock.now(organisation) for pk, organisation in places.items()}
    for one in rows:
        ticket, organisation = one.ticket, places[one.ticket.organisation_id]
        url, close_url = addresses_of(organisation.slug, ticket.number)
        tabs.append(
            Tab(
                label=_tab_name(ticket, one.customer_name),
                url=url,
                current=ticket.pk == current_id,
                close_url=close_url,
                icon=sentences.CHANNEL_ICONS.get(ticket.channel, "mail"),
                channel=sentences.channel_word(ticket.channel),
                ticket=f"{organisation.slug}/{ticket.number}",
                unread=one.seen_position < ticket.last_position,
                unsaved=one.unsent,
                since=ticket.unanswered_since if ticket.waits_for_us else None,
                now=now[organisation.pk],
            )
        )
    return tabs


@lru_cache(2_048)
def addresses_of(slug: str, number: str) -> tuple[str, str]:
    """Of a ticket, and where its tab is closed."""
    return reverse("desk:ticket", args=[slug, number]), reverse("desk:tab", args=[slug, number])


def _opened(person: Person) -> QuerySet[OpenTicket]:
    drafts = Draft.objects.filter(ticket=OuterRef("ticket"), member=OuterRef("member"))
    return (
        OpenTicket.objects.filter(member_id__in=sorted(person.membership_ids), ticket__in=tickets_for(person))
        .annotate(
            unsent=Exists(drafts),
            customer_name=Subquery(Customer.objects.filter(pk=OuterRef("ticket__customer_id")).values("name")),
        )
        .select_related("ticket")
        .only("seen_position", "ticket__organisation_id", "ticket__number", "ticket__channel", "ticket__subject",
              "ticket__status", "ticket__last_position", "ticket__unanswered_since")
        .order_by("opened_at", "id")
    )  # fmt: skip


_OPENED = Question(_opened, planned=True)


def _tab_name(ticket: Ticket, customer: str | None) -> str:
    """Who, and the number without its year and zeros: one person may have several open."""
    serial = ticket.number.rpartition("-")[2].lstrip("0")
    return f"{ticket.subject if customer is None else customer} · {serial}"


def _alarms(person: Person) -> list[Link]:
    """A strip above every page: for who sets up, mail that is not read, or held back unseen (four short queries); for
    who leads, what is held back unseen (one)."""
    found: list[Link] = []
    for place in person.places:
        sets_up = person.administers(place)
        if sets_up or person.supervises(place):
            alarms = alarms_of([place.organisation]) if sets_up else held_alarms([place.organisation])
            if alarms:
                more = f" (+{len(alarms) - 1})" if len(alarms) > 1 else ""
                address = reverse("desk:mail" if sets_up else "desk:quarantine_in", args=[place.organisation.slug])
                found.append(Link(f"{alarms[0].address}: {alarms[0].sentence}{more}", address))
    return found + _occurrences(person)


def _occurrences(person: Person) -> list[Link]:
    """What else is wrong, for who runs the installation or sets up: one link a place (`service/watching`)."""
    found: list[Link] = []
    runs = person.user.runs_installation
    places = {place.organisation.pk: place.organisation for place in person.places if person.administers(place)}
    if not runs and not places:
        return found
    rows = Occurrence.objects.going_on().select_related("organisation").order_by("pk")
    going_on = [one for one in rows if not one.code.startswith("mailbox_") and one.code in ALARMS]
    for here in (None, *places):
        own = [ALARMS[one.code] for one in going_on if (runs if here is None else one.organisation_id == here)]
        if here is None and runs and (machine.heartbeat() or 0) > HEARTBEAT:
            own.insert(0, ALARMS["worker_gone"])  # who writes the rows does not live
        if own:
            first = next((one for one in own if one.is_urgent), own[0])
            more = f" (+{len(own) - 1})" if len(own) > 1 else ""
            address = (
                reverse("desk:installation") if here is None else reverse("desk:setup_alarms", args=[places[here].slug])
            )
            found.append(Link(f"{first.title}{more}", address))
    return found


def keys_asked(person: Person) -> Asked:
    """What they chose of keys, for the script that hears them; nothing is asked for who serves nobody."""
    return Asked(_CHOSEN, (person,))


def keys_of(rows: Sequence[tuple[Any, ...]]) -> dict[str, Any] | None:
    """`is_off` and `changed` of the answer."""
    return {"is_off": rows[0][0], "changed": rows[0][1]} if rows else None


_CHOSEN: Question[Any] = Question(
    lambda person: KeyChoice.objects.filter(member_id__in=sorted(person.membership_ids))
    .order_by("pk")
    .values_list("is_off", "changed")[:1]
)


def _bell(person: Person) -> NavEntry | None:
    """No query: the number comes over the live stream."""
    return _bell_entry(get_language()) if person.serving else None


@cache
def _bell_entry(language: str | None) -> NavEntry:
    return replace(BELL, label=str(BELL.label), url=reverse("desk:notifications"))


def _may(person: Person, right: str) -> bool:
    if right == "works":
        return bool(person.serving) or _may(person, "administers")
    if right == "administers":
        return any(person.administers(place) or person.supervises(place) for place in person.places)
    if right == "supervises":
        return any(person.supervises(place) for place in person.places)
    if right == "runs":
        return person.user.runs_installation
    if right == "sets up":
        return any(person.administers(place) for place in person.places)
    return bool(person.serving) or (right == "knows" and _may(person, "administers"))


@cache
def _address(name: str, *given: str) -> str:
    """The address of a page of another module; empty while there is none."""
    try:
        return reverse(name, args=given)
    except NoReverseMatch:
        return ""

"""The register as pages and lists read it: by key, filtered, each row what the person may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import BooleanField, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.utils.translation import gettext as _

from sportello.foundation.core.money import euros
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Term

from ..models import Complaint, CorrectiveAction, Instance, OfferedRemedy
from .access import complaints_for
from .limits import Limit, limit_of

PAGE: Final = 50
_MOST_EXPORTED: Final = 100_000
STATES: Final = ("open", "late", "closed", "annulled", "all")


@dataclass(frozen=True)
class Chosen:
    """Filters of the register; empty: not filtered. `state` of STATES, `person_id` a membership that answers."""

    state: str = "open"
    year: int | None = None
    finding: str = ""
    severity: int | None = None
    kind_id: int | None = None
    responsible_id: int | None = None
    is_safety: bool = False


@dataclass(frozen=True)
class Row:
    complaint: Complaint
    due_at: datetime
    is_late: bool


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    #: Key of the next page, `year-serial`; empty at the end.
    next: str


def register_page(person: Person, organisation: Organisation, chosen: Chosen, after: str = "") -> Page:
    """Newest number first. The key is the number itself, so that a page never shifts: two queries whatever its size."""
    rows = _chosen(complaints_for(person).filter(organisation=organisation), organisation, chosen)
    key = _key(after)
    if key is not None:
        rows = rows.filter(_before(*key))
    rows = rows.select_related("organisation", "ticket__customer", "kind", "responsible__user")
    found = list(rows.order_by("-year", "-serial")[: PAGE + 1])
    now = clock.now(organisation)
    shown = [_row(one, now) for one in found[:PAGE]]
    more = f"{found[PAGE - 1].year}-{found[PAGE - 1].serial}" if len(found) > PAGE else ""
    return Page(shown, more)


def _before(year: int, serial: int) -> Func:
    """Numbers below this one, as one comparison of pairs: the index begins at the key, where OR would read up to it."""
    pair = "(%(expressions)s)"
    own = Func(F("year"), F("serial"), template=pair, output_field=IntegerField())
    key = Func(Value(year), Value(serial), template=pair, output_field=IntegerField())
    return Func(own, key, template="%(expressions)s", arg_joiner=" < ", output_field=BooleanField())


def _row(one: Any, now: datetime) -> Row:
    due = one.term_due or one.due_at
    late = (one.answered_at or one.closed_at or now) > due and not one.is_annulled
    return Row(one, due, late)


def _key(after: str) -> tuple[int, int] | None:
    year, _dash, serial = after.partition("-")
    if year.isascii() and year.isdigit() and serial.isascii() and serial.isdigit() and len(after) < 16:
        return int(year), int(serial)
    return None


def with_term(rows: QuerySet[Complaint]) -> Any:
    """Each with `term_due`: the end as it is counted today, with what stopped or moved it since intake."""
    term = Term.objects.filter(
        ticket_id=OuterRef("ticket_id"), kind=Term.Kind.CONCLUSION, ended_at__isnull=True,
        value=OuterRef("term_value"), unit=OuterRef("term_unit"),
    ).order_by("-starts_at", "-id")
    return rows.annotate(term_due=Subquery(term.values("due_at")[:1]))


def _chosen(rows: QuerySet[Complaint], organisation: Organisation, chosen: Chosen) -> Any:
    rows = with_term(rows)
    running = Q(closed_at__isnull=True, annulled_at__isnull=True)
    by_state = {
        "open": running,
        "late": running & Q(answered_at__isnull=True, term_due__lt=clock.now(organisation)),
        "closed": Q(closed_at__isnull=False, annulled_at__isnull=True),
        "annulled": Q(annulled_at__isnull=False),
    }
    rows = rows.filter(by_state.get(chosen.state, Q()))
    plain = {"year": chosen.year, "severity": chosen.severity, "kind_id": chosen.kind_id,
             "responsible_id": chosen.responsible_id, "finding": chosen.finding or None}
    rows = rows.filter(**{name: value for name, value in plain.items() if value is not None})
    return rows.filter(is_safety=True) if chosen.is_safety else rows


def export_rows(person: Person, organisation: Organisation, chosen: Chosen) -> Iterator[list[str]]:
    """The register as a table, in its order: no names of customers, the ticket's number leads to them."""
    yield [_("Number"), _("Received"), _("Registered"), _("Ticket"), _("Kind"), _("Legal basis"), _("Due"),
           _("Severity"), _("Risk"), _("Safety"), _("Responsible"), _("Cause"), _("Finding"), _("Answered"),
           _("Closed"), _("Cost"), _("Annulled because")]  # fmt: skip
    cost = OfferedRemedy.objects.filter(complaint=OuterRef("pk"), state=OfferedRemedy.State.DONE).values("complaint")
    rows = _chosen(complaints_for(person).filter(organisation=organisation), organisation, chosen).annotate(
        spent=Subquery(cost.annotate(sum=Sum("cost")).values("sum")[:1])
    )
    rows = rows.select_related("ticket", "kind", "responsible__user").order_by("year", "serial")
    for one in rows[:_MOST_EXPORTED].iterator(chunk_size=2000):
        yield _exported(organisation, one)


def _exported(organisation: Organisation, one: Any) -> list[str]:
    def day(instant: datetime | None) -> str:
        return clock.local(organisation, instant).date().isoformat() if instant else ""

    return [
        one.number, day(one.received_at), day(one.registered_at), one.ticket.number, one.kind.name_in("it"),
        one.legal_basis, day(one.term_due or one.due_at), str(one.get_severity_display() or ""),
        str(one.get_risk_display() or ""), _("yes") if one.is_safety else "",
        one.responsible.user.name if one.responsible else "", str(one.get_cause_display() or ""),
        str(one.get_finding_display() or ""), day(one.answered_at), day(one.closed_at),
        euros(one.spent) if one.spent else "", one.annulled_why,
    ]  # fmt: skip


@dataclass(frozen=True)
class WaitingRemedy:
    remedy: OfferedRemedy
    #: Offered on the complaint in all, in cents: what the limit is compared with.
    together: int
    may_decide: bool


def waiting_remedies(person: Person, organisation: Organisation) -> list[WaitingRemedy]:
    """What waits for approval, oldest first, with whether this person may give it: a bounded handful."""
    place = person.place_in(organisation)
    rows = (
        OfferedRemedy.objects.filter(
            organisation=organisation, state=OfferedRemedy.State.ASKED, complaint__ticket__in=tickets_for(person)
        )
        .select_related("complaint__ticket__organisation", "offered_by__user").order_by("offered_at", "id")
    )
    found = list(rows[:100])
    live = OfferedRemedy.objects.filter(
        complaint_id__in={row.complaint_id for row in found}, state__in=("asked", "granted", "accepted", "done")
    ).exclude(sort=OfferedRemedy.Sort.COMPENSATION)
    sums = dict(live.values_list("complaint_id").annotate(sum=Sum("cost")))
    limits: dict[str, Limit] = {}
    shown = []
    for row in found:
        together = int(sums.get(row.complaint_id, 0))
        mine = place is not None and row.offered_by_id == place.membership.pk
        if place is not None and row.sort not in limits:
            limits[row.sort] = limit_of(place.membership, row.sort)
        may = not mine and row.sort in limits and limits[row.sort].suffices(together)
        shown.append(WaitingRemedy(row, together, may))
    return shown


def decided_for(person: Person, organisation: Organisation) -> list[OfferedRemedy]:
    """What this person asked for and somebody decided, newest first."""
    rows = OfferedRemedy.objects.filter(
        organisation=organisation, offered_by_id__in=sorted(person.membership_ids), decided_at__isnull=False
    ).filter(complaint__ticket__in=tickets_for(person))
    return list(rows.select_related("complaint__ticket__organisation", "decided_by__user").order_by("-decided_at")[:20])


@dataclass(frozen=True)
class OpenAction:
    action: CorrectiveAction
    is_late: bool


def open_actions(person: Person, organisation: Organisation) -> list[OpenAction]:
    """Corrective actions not done, the first due first."""
    today = clock.local(organisation, clock.now(organisation)).date()
    rows = CorrectiveAction.objects.filter(
        organisation=organisation, done_at__isnull=True, complaint__ticket__in=tickets_for(person)
    ).select_related("complaint__ticket__organisation", "owner__user").order_by("due_on", "id")
    return [OpenAction(row, row.due_on < today) for row in rows[:200]]


@dataclass(frozen=True)
class OpenInstance:
    instance: Instance
    is_late: bool


def waiting_bodies(person: Person, organisation: Organisation) -> list[OpenInstance]:
    """Bodies beyond us that have not decided, those we must answer soonest first."""
    today = clock.local(organisation, clock.now(organisation)).date()
    rows = Instance.objects.filter(
        organisation=organisation, state__in=(Instance.State.OPENED, Instance.State.HEARD),
        complaint__ticket__in=tickets_for(person),
    ).select_related("complaint__ticket__organisation").order_by(F("answer_by").asc(nulls_last=True), "id")  # fmt: skip
    return [OpenInstance(row, row.answer_by is not None and row.answer_by < today) for row in rows[:200]]


def years(organisation: Organisation) -> list[int]:
    """Years that have a register, newest first."""
    first = Complaint.objects.filter(organisation=organisation).order_by("year").values_list("year", flat=True).first()
    this = clock.local(organisation, clock.now(organisation)).year
    return list(range(this, (first or this) - 1, -1))

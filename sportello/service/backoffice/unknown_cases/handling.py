"""A case without procedure: flagged on its ticket, taken by the back office, come back as something others can use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.core.text import clean
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership, Team
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.actions.change import Change, changing
from sportello.records.tickets.models import Ticket

from ..models import UnknownCase
from . import drafts

_WITH = ("organisation", "ticket__organisation", "ticket__kind", "team", "flagged_by__user", "taken_by__user",
         "settled_by__user", "procedure__kind", "reply", "sheet")  # fmt: skip
_Result = UnknownCase.Result


@dataclass(frozen=True)
class Solution:
    """What the case becomes; `words` tell the first ticket how to go on. `name` and `body` are the draft's."""

    result: str
    words: str
    name: str = ""
    body: str = ""
    procedure: drafts.ProcedureDraft | None = None


def flag(
    ticket: Ticket, team: Team, *, by: Membership, case: str, needed: str, meanwhile: str = "",
    at: datetime | None = None,
) -> UnknownCase:
    """No procedure tells what to do here. The ticket stays where it is; the back office answers how to go on."""
    stated, wanted = clean(case), clean(needed)
    if not stated:
        raise Refusal(_("Say what the case is, and why no procedure fits."), field="case")
    if not wanted:
        raise Refusal(_("Say what you need to go on."), field="needed")
    if team.organisation_id != ticket.organisation_id or not team.is_active:
        raise Refusal(_("This team does not exist any more. Choose another."), field="team")
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        if row.is_closed:
            raise Refusal(_("This ticket is closed. Reopen it first."))
        if open_cases(row).exists():
            raise Refusal(_("The back office has this case already."))
        found = UnknownCase.objects.create(
            organisation_id=row.organisation_id, ticket=row, team=team, case=stated, needed=wanted,
            meanwhile=clean(meanwhile), flagged_by=by, flagged_at=change.at,
        )
        _tell(change, found, "unknown_case.flagged", "case_flagged", by, team_id=team.pk)
    return found


def take(case: UnknownCase, *, by: Membership, at: datetime | None = None) -> None:
    """Somebody of the back office looks at it. Stale when another was first."""
    with changing(case.ticket, person(by.user_id), at) as change:
        fresh = _open(case)
        if fresh.taken_by_id == by.pk:
            return
        if fresh.taken_by_id is not None:
            raise Stale(_("Somebody else was first: a colleague looks at it."))
        fresh.state, fresh.taken_by, fresh.taken_at = UnknownCase.State.TAKEN, by, change.at
        fresh.save()
        _tell(change, fresh, "unknown_case.taken", "case_taken", by)
    case.refresh_from_db()


def solve(case: UnknownCase, solution: Solution, *, by: Membership, at: datetime | None = None) -> None:
    """It comes back as a draft, tied to the ticket it came from; the first ticket is told how to go on."""
    words = clean(solution.words)
    if not words:
        raise Refusal(_("Say how to go on: the colleague who asked reads it."), field="words")
    if solution.result not in _Result.values:
        raise Refusal(_("Choose what it becomes."), field="result")
    with changing(case.ticket, person(by.user_id), at) as change:
        fresh = _open(case)
        organisation = change.ticket.organisation
        if solution.result == _Result.PROCEDURE and solution.procedure is not None:
            fresh.procedure = drafts.procedure(organisation, solution.procedure, change.ticket.number, change.actor)
        elif solution.result == _Result.REPLY:
            fresh.reply = drafts.saved_reply(organisation, solution.name, solution.body)
        elif solution.result == _Result.SHEET:
            fresh.sheet = drafts.service_sheet(organisation, solution.name, solution.body)
        fresh.state, fresh.result, fresh.words = UnknownCase.State.SOLVED, solution.result, words
        fresh.settled_by, fresh.settled_at = by, change.at
        fresh.save()
        _tell(change, fresh, "unknown_case.solved", "case_solved", by, reason=words, result=solution.result)
    case.refresh_from_db()


def decline(case: UnknownCase, words: str, *, by: Membership, at: datetime | None = None) -> None:
    """A procedure there is, or none is needed: says which, or why."""
    said = clean(words)
    if not said:
        raise Refusal(_("Say how to go on: the colleague who asked reads it."), field="words")
    with changing(case.ticket, person(by.user_id), at) as change:
        fresh = _open(case)
        fresh.state, fresh.words = UnknownCase.State.DECLINED, said
        fresh.settled_by, fresh.settled_at = by, change.at
        fresh.save()
        _tell(change, fresh, "unknown_case.declined", "case_declined", by, reason=said)
    case.refresh_from_db()


@transaction.atomic
def put_into_use(case: UnknownCase, *, by: Membership) -> None:
    """The drafted reply or sheet is offered from now on; a procedure is switched on on its own page, where its terms
    are confirmed."""
    draft = case.reply or case.sheet
    if draft is None:
        raise Refusal(_("There is nothing to put into use here."))
    if draft.retired_at is not None:
        draft.retired_at = None
        draft.save(update_fields=["retired_at"])
        record(
            case.organisation, "unknown_case.in_use", case, person(by.user_id), at=clock.now(case.organisation),
            result=case.result,
        )


def open_cases(ticket: Ticket) -> QuerySet[UnknownCase]:
    return UnknownCase.objects.filter(ticket=ticket, state__in=(UnknownCase.State.OPEN, UnknownCase.State.TAKEN))


def of_ticket(ticket: Ticket) -> QuerySet[UnknownCase]:
    """Of a ticket already obtained for the person, newest first."""
    return UnknownCase.objects.filter(ticket=ticket).select_related(*_WITH).order_by("-pk")


def cases_for(person: Person) -> QuerySet[UnknownCase]:
    """Open ones of the teams they belong to, and of the tickets they see, oldest first."""
    places = [place.organisation.pk for place in person.serving]
    found = UnknownCase.objects.filter(
        organisation__in=places, state__in=(UnknownCase.State.OPEN, UnknownCase.State.TAKEN),
        ticket__in=tickets_for(person),
    )
    return found.select_related(*_WITH).order_by("flagged_at", "pk")


def get_case(person: Person, slug: str, case_id: int) -> UnknownCase:
    """Http404 unless they see its ticket."""
    found = (
        UnknownCase.objects.filter(pk=case_id, organisation__slug=slug, ticket__in=tickets_for(person))
        .select_related(*_WITH)
        .first()
    )
    if found is None:
        raise Http404
    return found


def may_settle(case: UnknownCase, person: Person) -> bool:
    """The back office named on it, and supervisors."""
    place = person.place_in(case.organisation_id)
    return place is not None and (case.team_id in place.team_ids or person.supervises(place))


def _open(case: UnknownCase) -> UnknownCase:
    """As it is now; its ticket is locked already."""
    fresh = UnknownCase.objects.select_related("organisation").get(pk=case.pk)
    if not fresh.is_open:
        raise Refusal(_("This case is settled already."))
    return fresh


def _tell(
    change: Change, case: UnknownCase, verb: str, event: str, by: Membership, *, reason: str = "", **payload: object
) -> None:
    entry = change.event(event, member=by, reason=reason, case_id=case.pk)
    record(
        change.ticket.organisation, verb, case, change.actor, at=change.at, ticket_id=change.ticket.pk, **payload
    )
    change.tell("ticket.unknown_case", case_id=case.pk, entry_id=entry.pk)

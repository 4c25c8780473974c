"""A ticket enters the archive when it closes: its class by its kind, its last day counted from then.

The class says for how many years; where the ticket's own version of its procedure asks for more, those count.
"""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.journal.reader import Read
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.tickets.models import Closure, Ticket

from ..models import Archive, FileClass, Filing
from . import plan

VERBS: Final = frozenset({"ticket.closed", "ticket.reopened", "ticket.archived", "ticket.kind_changed",
                          "import.ticket_added"})  # fmt: skip
_AT_ONCE: Final = 200
_WITH: Final = ("organisation", "kind__organisation", "procedure__calendar")


def follow(event: Read) -> None:
    """A durable reaction; looks at the ticket as it is now, so that twice is once and late is right."""
    ticket_id = event.payload["ticket_id"] if event.verb == "import.ticket_added" else event.subject_id
    ticket = Ticket.objects.select_related(*_WITH).filter(pk=ticket_id).first()
    if ticket is not None:
        file(ticket)


def file(ticket: Ticket) -> Filing | None:
    """Bring the filing of `ticket` in step with it; None where it never closed."""
    with transaction.atomic():
        filing = (
            Filing.objects.select_for_update(of=("self",)).select_related("file_class").filter(ticket=ticket).first()
        )
        if filing is not None and filing.disposed_at is not None:
            return filing
        if ticket.closed_at is None:
            if filing is not None:
                filing.closed_at = filing.keep_until = None
                filing.save(update_fields=["closed_at", "keep_until"])
            return filing
        filing = filing or Filing(organisation=ticket.organisation, ticket=ticket)
        is_counted = filing.closed_at == ticket.closed_at and filing.kind_id == ticket.kind_id
        if not filing.by_hand and not is_counted:
            filing.file_class = plan.class_for(ticket.kind)
        filing.code, filing.kind, filing.outcome = filing.file_class.code, ticket.kind, _outcome(ticket)
        if not is_counted or filing.keep_until is None:
            _count(filing, ticket)
        filing.save()
    return filing


def _count(filing: Filing, ticket: Ticket) -> None:
    closed_at = ticket.closed_at
    if closed_at is None:
        return
    filing.closed_at = closed_at
    closed_on = clock.local(filing.organisation, closed_at).date()
    kept = ticket.procedure.defined.retention
    asked, own = kept.years if kept is not None else 0, filing.file_class.years
    filing.procedure_years = asked if own is not None and asked > own else 0
    filing.keep_until = plan.keep_until(own and max(own, asked), closed_on)


def _outcome(ticket: Ticket) -> str:
    return (
        Closure.objects.filter(ticket=ticket, reopened_at__isnull=True).values_list("outcome", flat=True).first() or ""
    )


def choose(ticket: Ticket, code: str, member: Membership) -> Filing:
    """A colleague chooses the class of this ticket, before or after it closes; the last day is counted anew."""
    found: FileClass = plan.with_code(ticket.organisation, code)
    with transaction.atomic():
        filing = Filing.objects.select_for_update(of=("self",)).filter(ticket=ticket).first()
        if filing is not None and filing.disposed_at is not None:
            raise Refusal(said_disposed())
        filing = filing or Filing(organisation=ticket.organisation, ticket=ticket, kind=ticket.kind)
        filing.file_class, filing.code, filing.by_hand, filing.kind = found, found.code, True, ticket.kind
        if ticket.closed_at is not None:
            filing.outcome = _outcome(ticket)
            _count(filing, ticket)
        filing.save()
        record(ticket.organisation, "ticket_filing.chosen", filing, person(member.user_id), ticket_id=ticket.pk,
               code=found.code)  # fmt: skip
    return filing


def seal(ticket: Ticket) -> str:
    """Nothing changes a ticket that was disposed of: asked by the tickets before every change of a closed one."""
    gone = Filing.objects.filter(ticket=ticket, disposed_at__isnull=False).exists()
    return said_disposed() if gone else ""


def said_disposed() -> str:
    return _("This ticket was disposed of: only what it was counts still. Open a new one.")


# ---- dates that were only proposals


def recount() -> int:
    """One batch of tickets filed under a version that nobody had confirmed when a newer took its place: their dates
    were proposals, and follow the new version. How many were looked at."""
    unsure = (FileClass.Confidence.C, FileClass.Confidence.M)
    past = FileClass.objects.filter(ended_at__isnull=False, confirmed_at__isnull=True, confidence__in=unsure)
    waiting = Filing.objects.filter(file_class__in=list(past.values_list("pk", flat=True)), disposed_at__isnull=True)
    found = list(waiting.values_list("pk", "ticket_id")[:_AT_ONCE])
    for filing_id, ticket_id in found:
        ticket = Ticket.objects.select_related(*_WITH).get(pk=ticket_id)
        with transaction.atomic():
            filing = Filing.objects.select_for_update(of=("self",)).get(pk=filing_id)
            newer = FileClass.objects.filter(organisation=ticket.organisation, code=filing.code, ended_at__isnull=True)
            filing.file_class = newer.first() or plan.class_for(ticket.kind)
            filing.code = filing.file_class.code
            _count(filing, ticket)
            filing.save()
    return len(found)


def work() -> int:
    """What the worker does for the file plan, in small batches."""
    return catch_up() + recount()


# ---- tickets that were closed before there was an archive


def catch_up() -> int:
    """One batch of what closed before the archive began, organisation by organisation; how many were looked at."""
    for organisation in Organisation.objects.exclude(pk__in=_caught_up())[:1]:
        return _batch(organisation)
    return 0


def _caught_up() -> list[int]:
    return list(Archive.objects.filter(caught_up_at__isnull=False).values_list("organisation_id", flat=True))


def _batch(organisation: Organisation) -> int:
    with transaction.atomic():
        Archive.objects.get_or_create(organisation=organisation)
        row = (
            Archive.objects.select_for_update(of=("self",), skip_locked=True).filter(organisation=organisation).first()
        )
        if row is None or row.caught_up_at is not None:
            return 0
        tickets = Ticket.objects.filter(organisation=organisation, pk__gt=row.filed_up_to).order_by("pk")
        batch = list(tickets.select_related(*_WITH)[:_AT_ONCE])
        for ticket in batch:
            if ticket.closed_at is not None:
                file(ticket)
        if batch:
            row.filed_up_to = batch[-1].pk
        else:
            row.caught_up_at = clock.now(organisation)
        row.save(update_fields=["filed_up_to", "caught_up_at"])
    return max(1, len(batch))

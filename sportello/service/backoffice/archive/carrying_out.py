"""Carrying approved lists out: ticket after ticket, each in one transaction with its tombstone.

A kill leaves every ticket either whole or gone with its tombstone; the next round goes on with what is still listed.
What was placed under hold, reopened or written to since the approval is spared, and the line says why.
"""

from __future__ import annotations

import logging
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from sportello.foundation.core.away import is_away
from sportello.foundation.files.dropping import UNTIL_BACKED_UP
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets.actions.emptying import empty_words, forget_who
from sportello.records.tickets.models import Ticket
from sportello.service.channels.emptying import Order, empty_ticket, still_leaving

from ..models import DisposalLine, DisposalList, Filing, Solution, Tombstone
from . import dossier, holds, packages, reach

log = logging.getLogger(__name__)

PORTION: Final = 20
_WITH: Final = ("organisation", "kind__organisation", "procedure__calendar", "procedure__kind", "team", "customer")
_State = DisposalLine.State


def work() -> int:
    """One portion of the oldest approved list; how many lines were settled. Safe to run twice at once."""
    disposal = (
        DisposalList.objects.filter(state=DisposalList.State.APPROVED).select_related("organisation").order_by("pk")
    ).first()
    if disposal is None:
        return 0
    listed = DisposalLine.objects.filter(disposal=disposal, state=_State.LISTED).order_by("pk")
    found = list(listed.values_list("pk", flat=True)[:PORTION])
    for line_id in found:
        with override(disposal.organisation.first_language):
            try:
                _one(line_id, disposal)
            except Exception as error:
                if is_away(error):  # the database or the store of files: again in a moment
                    raise
                log.exception("line %s of disposal list %s is spared", line_id, disposal.number)
                _spare_for_trouble(line_id, disposal)
    if not found:
        _end(disposal)
    return max(1, len(found))


def _spare_for_trouble(line_id: int, disposal: DisposalList) -> None:
    """One ticket that cannot be disposed of as it is must not keep the others."""
    with transaction.atomic():
        lines = DisposalLine.objects.filter(pk=line_id, state=_State.LISTED)
        lines.update(state=_State.SPARED, reason="trouble", done_at=clock.now(disposal.organisation))


def _end(disposal: DisposalList) -> None:
    with transaction.atomic():
        row = DisposalList.objects.select_for_update(of=("self",)).get(pk=disposal.pk)
        if row.state == DisposalList.State.APPROVED:
            row.state, row.done_at = DisposalList.State.DONE, clock.now(disposal.organisation)
            row.save(update_fields=["state", "done_at"])
            record(disposal.organisation, "disposal.done", row, SYSTEM, at=row.done_at, number=row.number)


def _one(line_id: int, disposal: DisposalList) -> None:
    with transaction.atomic():
        holds.alone(disposal.organisation)
        rows = DisposalLine.objects.select_for_update(of=("self",)).filter(pk=line_id, state=_State.LISTED)
        line = rows.first()
        if line is None:  # another worker was here
            return
        line.organisation = disposal.organisation
        # bare first, then with its relations: as every change of a ticket does
        Ticket.objects.select_for_update(no_key=True).values_list("pk").get(pk=line.ticket_id)
        ticket = Ticket.objects.select_related(*_WITH).get(pk=line.ticket_id)
        filing = Filing.objects.select_for_update(of=("self",)).select_related("file_class").get(ticket=ticket)
        why = why_spared(ticket, filing)
        line.done_at = clock.now(disposal.organisation)
        if why:
            line.state, line.reason = _State.SPARED, why
            record(disposal.organisation, "disposal.ticket_spared", disposal, SYSTEM, at=line.done_at,
                   ticket_id=ticket.pk, why=why)  # fmt: skip
        else:
            line.state = _State.DONE
            _dispose(ticket, filing, disposal)
        line.save(update_fields=["state", "reason", "done_at"])


def why_spared(ticket: Ticket, filing: Filing) -> str:
    """A code that says why it is not disposed of now; empty where nothing stands against it."""
    today = clock.local(ticket.organisation, clock.now(ticket.organisation)).date()
    if filing.disposed_at is not None:
        return "gone"
    if not ticket.is_closed or filing.closed_at is None:
        return "open"
    if filing.keep_until is None or filing.keep_until >= today or filing.file_class.is_to_confirm:
        return "not_due"
    if holds.held(ticket.organisation, [ticket.pk]):
        return "held"
    if still_leaving(ticket):
        return "leaving"
    return ""


def _dispose(ticket: Ticket, filing: Filing, disposal: DisposalList) -> None:
    now, approver = clock.now(disposal.organisation), disposal.decided_by_id
    if filing.closed_at is None or filing.keep_until is None or approver is None:
        raise ValueError(f"ticket {ticket.pk} is not to be disposed of")  # looked at before: `why_spared`, `approve`
    with_notes = dossier.digest(dossier.data_of(ticket, notes=True))
    without = dossier.digest(dossier.data_of(ticket, notes=False))
    order = order_for(disposal)
    mails = empty_ticket(ticket, order)
    papers = reach.empty(ticket, order.said, files_after=order.files_after)
    packages.let_go_with([ticket.pk])
    Solution.objects.filter(ticket=ticket).delete()
    emptied = empty_words(ticket.pk, order.said, files_after=order.files_after)
    forget_who(ticket.pk)
    filing.disposed_at = now
    filing.save(update_fields=["disposed_at"])
    Tombstone.objects.create(
        organisation=disposal.organisation, ticket=ticket, number=ticket.number, file_class=filing.file_class,
        outcome=filing.outcome, opened_at=ticket.opened_at, closed_at=filing.closed_at, keep_until=filing.keep_until,
        disposed_at=now, disposal=disposal, proposed_by_id=disposal.proposed_by_id,
        approved_by_id=approver, digest=with_notes, digest_without_notes=without,
        counts={"messages": emptied.messages, "notes": emptied.notes, "files": emptied.files + papers, "mails": mails},
    )  # fmt: skip
    record(disposal.organisation, "disposal.ticket_emptied", disposal, SYSTEM, at=now, ticket_id=ticket.pk,
           digest=with_notes)  # fmt: skip
    log.info("ticket %s disposed of by list %s", ticket.pk, disposal.number)


def order_for(disposal: DisposalList) -> Order:
    """What the channels are told: on what ground, and when bytes go (a backup begun before must still find them)."""
    said = _("[disposed of: list %(number)s]") % {"number": disposal.number}
    return Order(
        _house(disposal), disposal.decided_at or disposal.proposed_at, said, "disposed of",
        f"disposal list {disposal.number}: {disposal.ground}", disposal=disposal.number, files_after=UNTIL_BACKED_UP,
    )  # fmt: skip


def _house(disposal: DisposalList) -> Organisation:
    house: Organisation = disposal.organisation
    return house

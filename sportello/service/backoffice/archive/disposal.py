"""Disposal lists: what is due and held by nothing, proposed by one person, looked through, approved by another.

A public body needs the leave of the Soprintendenza archivistica (D.Lgs. 42/2004 art. 21(1)(d)): its number and date are
the ground an approval states.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership

from ..models import DisposalLine, DisposalList, FileClass, Filing
from . import holds

#: Tickets of one list: what a person can look through in a day.
MOST: Final = 500
_SURE: Final = (FileClass.Confidence.A, FileClass.Confidence.B, FileClass.Confidence.H)
_State = DisposalList.State
_Line = DisposalLine.State


def due(organisation: Organisation, today: date, code: str = "") -> QuerySet[Filing]:
    """Filed tickets whose last day has passed under a figure somebody answers for, held by nothing, on no list; the
    oldest date first. By the index `filing_by_date`: what is not due is not read."""
    answered = Q(file_class__confidence__in=_SURE) | Q(file_class__confirmed_at__isnull=False)
    rows = Filing.objects.filter(answered, organisation=organisation, keep_until__lt=today, disposed_at__isnull=True)
    if code:
        rows = rows.filter(Q(code=code) | Q(code__startswith=f"{code}."))
    listed = DisposalLine.objects.filter(ticket=OuterRef("ticket"), state__in=(_Line.LISTED, _Line.DONE))
    return holds.free(rows, organisation).exclude(Exists(listed)).order_by("keep_until", "id")


def unanswered(organisation: Organisation, today: date) -> list[str]:
    """Codes of classes with tickets past their proposed date whose figure nobody has confirmed: they wait for that."""
    rows = Filing.objects.filter(organisation=organisation, keep_until__lt=today, disposed_at__isnull=True)
    rows = rows.filter(file_class__confirmed_at__isnull=True).exclude(file_class__confidence__in=_SURE)
    return sorted(set(rows.values_list("code", flat=True)[:5_000]))


def propose(organisation: Organisation, member: Membership, code: str = "") -> DisposalList:
    """A new list of what is due today (of one class, or of all). Raises Refusal when nothing is."""
    now = clock.now(organisation)
    today = clock.local(organisation, now).date()
    with transaction.atomic():
        archive = holds.alone(organisation)
        found = list(due(organisation, today, code).values_list("ticket_id", flat=True)[:MOST])
        if not found:
            raise Refusal(_("Nothing is due that could be listed."), field="code")
        archive.last_disposal += 1
        archive.save(update_fields=["last_disposal"])
        made = DisposalList.objects.create(organisation=organisation, number=archive.last_disposal, due_before=today,
                                           code=code, proposed_by=member, proposed_at=now)  # fmt: skip
        DisposalLine.objects.bulk_create(
            DisposalLine(organisation=organisation, disposal=made, ticket_id=ticket_id) for ticket_id in found
        )
        record(organisation, "disposal.proposed", made, person(member.user_id), at=now, number=made.number,
               tickets=len(found))  # fmt: skip
    return made


def take_off(line: DisposalLine, reason: str, member: Membership) -> None:
    """This ticket stays, whatever the list; it may be proposed again. Twice is once. Raises Refusal."""
    stated = one_line(reason, 300)
    if not stated:
        raise Refusal(_("Say why it stays."), field="reason")
    with transaction.atomic():
        wanted = _proposed(line.disposal)
        row = DisposalLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
        if row.state != _Line.LISTED:
            return
        row.state, row.reason, row.taken_off_by = _Line.TAKEN_OFF, stated, member
        row.done_at = clock.now(wanted.organisation)
        row.save(update_fields=["state", "reason", "taken_off_by", "done_at"])
        record(wanted.organisation, "disposal.line_taken_off", wanted, person(member.user_id), at=row.done_at,
               ticket_id=row.ticket_id)  # fmt: skip


def refuse(disposal: DisposalList, reason: str, member: Membership) -> None:
    """Nothing of it is disposed of. Raises Refusal."""
    stated = one_line(reason, 300)
    if not stated:
        raise Refusal(_("Say why the list is refused."), field="ground")
    with transaction.atomic():
        row = _decide(disposal, member)
        row.state, row.ground = _State.REFUSED, stated
        row.save(update_fields=["state", "ground", "decided_by", "decided_at"])
        lines = DisposalLine.objects.filter(disposal=row, state=_Line.LISTED)
        lines.update(state=_Line.SPARED, reason="refused", done_at=row.decided_at)
        record(row.organisation, "disposal.refused", row, person(member.user_id), at=row.decided_at, number=row.number)


def approve(disposal: DisposalList, ground: str, member: Membership) -> None:
    """The worker may carry it out. Only by somebody other than who proposed it. Raises Refusal."""
    stated = one_line(ground, 300)
    if not stated:
        raise Refusal(_("Say what it rests on: the leave to dispose, with number and date."), field="ground")
    with transaction.atomic():
        row = _decide(disposal, member)
        tickets = DisposalLine.objects.filter(disposal=row, state=_Line.LISTED).count()
        if not tickets:
            raise Refusal(_("Every line was taken off: there is nothing left to approve."))
        row.state, row.ground = _State.APPROVED, stated
        row.save(update_fields=["state", "ground", "decided_by", "decided_at"])
        record(row.organisation, "disposal.approved", row, person(member.user_id), at=row.decided_at,
               number=row.number, tickets=tickets)  # fmt: skip


def _proposed(disposal: DisposalList) -> DisposalList:
    row = DisposalList.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=disposal.pk)
    if row.state != _State.PROPOSED:
        raise Stale(_("The list was decided meanwhile."))
    return row


def _decide(disposal: DisposalList, member: Membership) -> DisposalList:
    row = _proposed(disposal)
    if row.proposed_by_id == member.pk:
        raise Refusal(_("You proposed this list: somebody else must decide on it."))
    row.decided_by, row.decided_at = member, clock.now(row.organisation)
    return row

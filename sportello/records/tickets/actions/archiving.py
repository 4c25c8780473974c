"""Old mail brought in: tickets that open closed, at the date of what was written then. Nobody is told, no term runs, no
service level, no rule: the event says `archived`, which nothing that acts on new tickets hears."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.customers.models import Customer
from sportello.records.procedures.queries import procedure_for

from .. import codes
from ..models import AccessCode, Entry, Message, Ticket
from ..prepared import Prepared
from ..search_index import index
from ..words import Words
from .change import Change, changing, journal_told
from .opening import Opened, Opening, first_entry, participants, reasons_of
from .writing import put_words


def open_archived(organisation: Organisation, opening: Opening, actor: Actor, at: datetime) -> Opened:
    """A closed ticket of the words of `opening`, as of `at`."""
    procedure = procedure_for(opening.kind, clock.local(organisation, at).date())
    nonce, digest = codes.new_nonce()
    with transaction.atomic():
        ticket = Ticket(
            organisation=organisation,
            number=Prepared(organisation).number(clock.local(organisation, at).year),
            subject=one_line(opening.subject, 300) or _("(no subject)"),
            kind=opening.kind,
            procedure=procedure,
            customer=opening.customer,
            channel=opening.channel,
            language=organisation.language_for(opening.language),
            team=opening.team,
            sensitivity=opening.sensitivity,
            status=Ticket.Status.CLOSED,
            opened_at=at,
            moved_at=at,
            closed_at=at,
        )
        ticket.save()
        change = Change(ticket, at, actor)
        entry = first_entry(change, opening)
        AccessCode.objects.create(organisation=organisation, ticket=ticket, nonce=nonce, digest=digest, made_at=at)
        participants(change, opening)
        reasons_of(change, opening)
        change.because("ticket", "archive")
        change.event("archived", public=False)
        _tell_archived(change, entry)
        ticket.save()
        journal_told(change)
    return Opened(ticket, entry, codes.derive(nonce))


def file_archived(
    ticket: Ticket,
    words: Words,
    *,
    channel: str,
    customer: Customer | None,
    actor: Actor,
    reasons: Iterable[tuple[str, str, dict[str, object]]] = (),
    at: datetime,
) -> Message:
    """Old words on a ticket that is there: its state, its terms and whose turn it is stay as they are."""
    with changing(ticket, actor, at) as change:
        row = change.ticket
        last_public = row.last_public_position
        entry = put_words(change, words, channel=channel, customer=customer)
        row.last_public_position = max(last_public, row.last_public_position)
        if row.closed_at is not None and row.closed_at < at:
            row.closed_at = at
        index(row, entry, words.text, words.subject, words.sender_name, *(file.filename for file in words.files))
        for about, code, facts in reasons:
            change.because(about, code, **facts)
        _tell_archived(change, entry)
    return entry.message


def _tell_archived(change: Change, entry: Entry) -> None:
    """One event for all that happened, instead of those that would set something going."""
    change.told = [("ticket.archived", {"entry_id": entry.pk, "channel": change.ticket.channel})]

"""Contacts: a person at the counter, on the phone, by letter; with their intervals, before customer and ticket."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean
from sportello.foundation.journal import actions as journal
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.customers.models import Customer
from sportello.records.procedures.models import Kind

from ..models import Contact, ContactInterval, Entry, Ticket
from ..search_index import index
from .change import changing
from .writing import put_contact


def begin(
    organisation: Organisation, member: Membership, channel: str, *, direction: str = "in", at: datetime | None = None
) -> Contact:
    """Somebody stands there, rings or has written: the contact is being served from now."""
    if channel not in Contact.Channel.values:
        raise Refusal(_("Choose counter, phone or letter."), field="channel")
    instant = at or clock.now(organisation)
    with transaction.atomic():
        contact = Contact.objects.create(
            organisation=organisation, channel=channel, direction=direction, member=member, started_at=instant
        )
        _open_interval(contact, ContactInterval.State.SERVING, instant)
    return contact


def enter(contact: Contact, state: str, *, at: datetime | None = None) -> None:
    """The contact goes into another state (waiting, being served, on hold, wrap-up); the interval before ends now."""
    if state not in ContactInterval.State.values:
        raise Refusal(_("A contact cannot be in that state."))
    instant = at or clock.now(contact.organisation)
    with transaction.atomic():
        locked = Contact.objects.select_for_update().get(pk=contact.pk)
        if locked.ended_at is not None:
            raise Refusal(_("This contact has ended."))
        _close_interval(contact, instant)
        _open_interval(contact, state, instant)


def end(
    contact: Contact,
    outcome: str,
    *,
    kind: Kind | None = None,
    customer: Customer | None = None,
    identified: str = "",
    language: str = "",
    at: datetime | None = None,
) -> None:
    """The contact ends with an outcome. Ending twice changes nothing."""
    if outcome not in Contact.Outcome.values:
        raise Refusal(_("Choose how the contact ended."), field="outcome")
    instant = at or clock.now(contact.organisation)
    with transaction.atomic():
        row = Contact.objects.select_for_update().select_related("organisation", "member").get(pk=contact.pk)
        if row.ended_at is None:
            _close_interval(row, instant)
            row.ended_at, row.outcome = max(instant, row.started_at), outcome
            row.kind, row.customer = kind or row.kind, customer or row.customer
            row.identified, row.language = identified, language[:10]
            row.save()
            journal.record(
                row.organisation,
                "contact.counted",
                row,
                person(row.member.user_id),
                at=instant,
                channel=row.channel,
                outcome=outcome,
            )
    contact.refresh_from_db()


def count_question(
    organisation: Organisation,
    member: Membership,
    channel: str,
    *,
    kind: Kind | None = None,
    at: datetime | None = None,
) -> Contact:
    """An anonymous question answered on the spot: one key, one contact, no customer, no ticket."""
    instant = at or clock.now(organisation)
    with transaction.atomic():
        contact = begin(organisation, member, channel, at=instant)
        end(contact, Contact.Outcome.ANSWERED, kind=kind, at=instant)
    return contact


def record_on(
    ticket: Ticket, contact: Contact, summary: str, *, member: Membership, at: datetime | None = None
) -> Entry:
    """Put a contact on the timeline of a ticket it was about."""
    said = clean(summary)
    if not said:
        raise Refusal(_("Write what was said, in a few words."), field="summary")
    if contact.organisation_id != ticket.organisation_id:
        raise ValueError("a contact stays in its organisation")
    with changing(ticket, person(member.user_id), at) as change:
        entry = put_contact(change, contact, said, member)
        index(change.ticket, entry, said)
    return entry


def _open_interval(contact: Contact, state: str, instant: datetime) -> None:
    ContactInterval.objects.create(
        organisation_id=contact.organisation_id, contact=contact, state=state, began_at=instant
    )


def _close_interval(contact: Contact, instant: datetime) -> None:
    running = ContactInterval.objects.filter(contact=contact, ended_at__isnull=True).first()
    if running is not None:
        # a clock set back must not make an interval end before it began
        running.ended_at = max(instant, running.began_at)
        running.save(update_fields=["ended_at"])

"""A copy of one customer's data to hand over: JSON for machines, a page for people, in one ZIP (GDPR art. 15 and 20).

Messages between them and us, contacts, outcomes; no note, unless a supervisor decides so, and then only those about the
customer (`data_of`), never the notes of tickets.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from django.template.loader import render_to_string

from sportello.records.accounts.people import Person
from sportello.records.customers.copies import data_of
from sportello.records.customers.models import Customer
from sportello.records.customers.queries import together

from .access import public_entries, tickets_for
from .models import Closure, Contact, Message, Ticket

MOST = 5_000


def copy_of(person: Person, customer: Customer, *, notes: bool = False) -> bytes:
    """The ZIP. Holds the tickets `person` may see: what only others may see, they hand over."""
    found = data_of(customer, notes=notes)
    ids = together(customer)
    tickets = tickets_for(person).filter(customer__in=ids).select_related("kind").order_by("opened_at")[:MOST]
    found["tickets"] = [_ticket(ticket) for ticket in tickets]
    contacts = Contact.objects.filter(customer__in=ids).order_by("started_at")[:MOST]
    found["contacts"] = [
        {"channel": one.channel, "started_at": one.started_at.isoformat(), "outcome": one.outcome} for one in contacts
    ]
    page = render_to_string("tickets/copy.html", {"data": found, "organisation": customer.organisation})
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(found, ensure_ascii=False, indent=1))
        archive.writestr("data.html", page)
    return written.getvalue()


def _ticket(ticket: Ticket) -> dict[str, Any]:
    entries = public_entries(ticket).filter(kind="message").values("pk")
    messages = Message.objects.filter(entry__in=entries).select_related("entry").order_by("entry__position")[:MOST]
    closure = Closure.objects.filter(ticket=ticket).order_by("-pk").first()
    return {
        "number": ticket.number, "subject": ticket.subject, "kind": ticket.kind.slug, "channel": ticket.channel,
        "status": ticket.status, "opened_at": ticket.opened_at.isoformat(),
        "closed_at": ticket.closed_at.isoformat() if ticket.closed_at else None,
        "outcome": closure.outcome if closure else None, "reason": closure.reason if closure else None,
        "messages": [
            {"direction": one.direction, "at": one.entry.happened_at.isoformat(), "channel": one.channel,
             "subject": one.subject, "text": one.text,
             "files": [file.filename for file in one.entry.attachments.all()[:100]]}
            for one in messages
        ],
    }

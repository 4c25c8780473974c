"""A request that came by the web form becomes a ticket, once."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from sportello.foundation.core.ids import digest
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.journal import actor
from sportello.foundation.tenancy.models import Organisation
from sportello.records.customers.actions.registering import find_or_add
from sportello.records.customers.identities import normal
from sportello.records.knowledge.models import ServiceSheet
from sportello.records.procedures.models import Kind
from sportello.records.tickets.actions.opening import Opening, open_ticket
from sportello.records.tickets.models import Link, Ticket
from sportello.records.tickets.words import File, Words
from sportello.service.routing.actions import team_for

from . import drafts
from .models import FormDraft

CHANNEL = "webform"


@dataclass(frozen=True)
class FormRequest:
    """What the form says, already checked. At least one of `email` and `phone`; `privacy` is the notice they read."""

    kind: Kind
    subject: str
    text: str
    name: str
    language: str
    email: str = ""
    phone: str = ""
    sheet: ServiceSheet | None = None
    privacy: str = ""


def send(draft: FormDraft, request: FormRequest) -> Ticket:
    """Open the ticket of `draft`, or find the one its first sending opened: pressing twice opens one."""
    with transaction.atomic():
        # Lock first, read what belongs to it afterwards: joined to the lock, who waited for it would get the row as it
        # is now beside the ticket as it was before (none), and open a second one.
        locked = FormDraft.objects.select_for_update().get(pk=draft.pk)
        if locked.ticket_id is not None:
            return Ticket.objects.get(pk=locked.ticket_id)
        files = tuple(File(one.filename, one.blob) for one in locked.files.select_related("blob"))
        ticket = receive(locked.organisation, request, files, locked.follows)
        drafts.mark_sent(locked, ticket)
    return ticket


def receive(
    organisation: Organisation, request: FormRequest, files: tuple[File, ...] = (), follows: Ticket | None = None
) -> Ticket:
    """Customer, route, ticket and receipt, in one transaction. The address is what a stranger typed: not verified."""
    language = organisation.language_for(request.language)
    email = normal("email", request.email)
    identities = [pair for pair in (("email", request.email), ("phone", request.phone)) if pair[1]]
    with transaction.atomic():
        customer = find_or_add(
            organisation, name=one_line(request.name, 200), identities=identities, language=language,
            actor=actor.MACHINE,
        )
        words = Words(
            text=clean(request.text), subject=one_line(request.subject, 300), language=language,
            sender_name=one_line(request.name, 200), sender_address=email, files=files,
        )
        routed = team_for(organisation, request.kind, request.sheet)
        opening = Opening(
            kind=request.kind,
            team=routed.team,
            route=(routed.code, routed.facts),
            channel=CHANNEL,
            subject=words.subject,
            language=language,
            customer=customer,
            words=words,
            sheet=request.sheet,
            address=email,
            # which notice they acknowledged: its words may change later
            reasons=[("door", CHANNEL, {"privacy": digest(request.privacy)[:12], "files": len(files)})],
            links=[(follows, Link.Kind.FOLLOWS)] if follows else [],
        )
        return open_ticket(organisation, opening, actor.customer(customer.pk)).ticket

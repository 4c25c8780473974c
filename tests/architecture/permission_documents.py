"""Of the permission table: documents, forms and the register, what the scene has of them, and their lines."""

from __future__ import annotations

import uuid

from sportello.foundation.files.actions import keep
from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind
from sportello.records.tickets.models import Message, Ticket
from sportello.service.backoffice.documents import issuing, templates
from sportello.service.backoffice.forms import publishing
from sportello.service.backoffice.forms.definition import read
from sportello.service.backoffice.forms.filling import VERSION
from sportello.service.backoffice.models import FormVersion, ProtocolEntry, ProtocolRequest, RegisterPrint
from sportello.service.backoffice.protocol import registering, setting_up
from sportello.service.backoffice.protocol.matter import of_message
from sportello.service.channels.webform import drafts

_FIELDS = [{"code": "who", "type": "text", "labels": "Chi", "required": False}]


def organisation_kit(organisation: Organisation, member: Membership, kind: Kind) -> dict[str, str]:
    """A form in use, a draft of it on the portal and one at the desk, a template, a print, a register that is on."""
    form = publishing.begin(organisation, member, read({"code": "modulo", "kind": kind.slug, "names": "Modulo",
                                                        "pages": [{"fields": _FIELDS}, {"fields": []}]}))
    version = publishing.publish(form, member)
    asked, filling = drafts.begin(organisation, clock.server_now())
    # as the first page of the portal's request leaves it
    drafts.write(asked, {"kind": kind.slug, "subject": "Orari", "text": "Quando?", "name": "Maria Popescu",
                         "email": "maria@example.org", "phone": "", "language": "it", "privacy": "on",
                         VERSION: str(version.pk)})
    desk, at_desk = drafts.begin(organisation, clock.server_now())
    drafts.write(desk, {"channel": "counter", "name": "Ugo", "reach": "", "language": "it", VERSION: str(version.pk)})
    setting_up.change(organisation, actor.SYSTEM, is_on=True, keeper="own")
    day = clock.local(organisation, clock.now(organisation)).date()
    paper = keep(organisation, b"%PDF-1.7 " + organisation.slug.encode())
    made = RegisterPrint.objects.create(organisation=organisation, day=day, blob=paper, sha256=paper.sha256, entries=0,
                                        printed_at=clock.now(organisation))
    return {"form_row_id": str(form.pk), "filling": filling, "begun": at_desk, "page": "1", "print_id": str(made.pk),
            "template_id": str(templates.in_use(organisation)[0].pk), "template_version": "1"}


def ticket_kit(ticket: Ticket, member: Membership, word: str) -> dict[str, str]:
    """A document, a letter being written, a registered message: each with the ticket's own word."""
    draft = issuing.begin(ticket, member, None)
    issuing.save(draft, member, edits=0, title=f"Avviso {word}", recipient="Maria", text=f"Per il {word}.")
    document = issuing.issue(draft, member, registered=False)
    letter = issuing.begin(ticket, member, None)
    issuing.save(letter, member, edits=0, title=f"Bozza {word}", recipient="Maria", text=f"Bozza per il {word}.")
    message = Message.objects.filter(entry__ticket=ticket, direction="in").order_by("id")[0]
    entry = registering.register(ticket, of_message(message), member, message=message)
    assert isinstance(entry, ProtocolEntry)
    asked = ProtocolRequest.objects.create(
        organisation=ticket.organisation, key=uuid.uuid4(), direction="out", matter={"subject": f"Avviso {word}"},
        ticket=ticket, document=document, asked_by=member, asked_at=clock.now(ticket.organisation))
    following, of_step = drafts.begin(ticket.organisation, clock.server_now(), ticket)
    version = FormVersion.objects.filter(organisation=ticket.organisation, version__isnull=False).order_by("pk").first()
    drafts.write(following, {VERSION: str(version.pk)} if version else {})
    return {"of_step": of_step, "request_id": str(asked.pk), "document_id": str(document.pk), "letter_id": str(letter.pk), "letter_edits": str(letter.edits),
            "entry_id": str(entry.pk), "message_id": str(message.pk)}

"""A message of the scene as if it had come by PEC: its certified pages are asked like the rest."""

from __future__ import annotations

from sportello.foundation.files.actions import keep
from sportello.foundation.tenancy import clock
from sportello.records.tickets.models import Message
from sportello.service.channels.models import CertifiedMail, IncomingMail, Mailbox


def certify(message: Message) -> str:
    """What is certified about `message`, which came in; the id of its row."""
    organisation = message.organisation
    mailbox = Mailbox.objects.filter(organisation=organisation).order_by("pk")[0]
    raw = keep(organisation, f"Subject: Re: Mensa\r\n\r\n{message.text}".encode())
    mail = IncomingMail.objects.create(
        organisation=organisation, mailbox=mailbox, raw=raw, door="imap", state="ticketed", message=message,
        received_at=clock.now(organisation), stored_at=clock.server_now(),
    )
    row = CertifiedMail.objects.create(
        organisation=organisation, mail=mail, kind="posta-certificata", sender=message.sender_address,
        signature="not_checked",
    )
    return str(row.pk)

"""Django's own mail (new password, invitation) leaves as all mail does: by the organisation's default mailbox, to its
server or into the out-tray. Nothing of it is stored but there: it holds links that open accounts."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import translation

from sportello.foundation.core.ids import token
from sportello.foundation.files.actions import keep
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Invitation, Membership
from sportello.service.channels.collecting.sending import server_of
from sportello.service.channels.email.letters import on_the_wire
from sportello.service.channels.email.sender import hand_over
from sportello.service.channels.mailkit.compose import OutgoingMail, compose
from sportello.service.channels.mailkit.wire import BadMail
from sportello.service.channels.models import Mailbox, OutTrayMail

log = logging.getLogger("sportello.postman")


class Unsent(Exception):
    """No server took it; the text is the server's, without addresses of ours."""


@dataclass(frozen=True)
class _Written:
    raw: bytes
    rfc_id: str
    subject: str
    recipients: list[str]


class Postman(BaseEmailBackend):
    """One message at a time; raises `Unsent` unless told to fail silently."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many left."""
        return sum(self._send(message) for message in email_messages)

    def _send(self, message: EmailMessage) -> bool:
        recipients = [address.strip().lower() for address in message.recipients() if address.strip()]
        if not recipients:
            return False
        try:
            mailbox = mailbox_of(recipients[0])
            if mailbox is None:
                raise Unsent("no organisation has a mailbox to send from")
            _leave(mailbox, _write(mailbox, message, recipients))
        except (Unsent, BadMail, OSError) as error:
            log.error("a mail of ours did not leave: %s", type(error).__name__)
            if not self.fail_silently:
                raise
            return False
        return True


def mailbox_of(address: str) -> Mailbox | None:
    """The default mailbox of the organisation this person works in or is invited to; else of the first one."""
    for organisation_id in (*_places(address), *Organisation.objects.order_by("pk").values_list("pk", flat=True)[:1]):
        in_use = Mailbox.objects.filter(organisation_id=organisation_id, retired_at__isnull=True)
        found = in_use.select_related("organisation").order_by("-is_default", "pk").first()
        if found is not None:
            return found
    return None


def _places(address: str) -> list[int]:
    """Organisations the newest invitation and the oldest membership name, in this order."""
    invited = Invitation.objects.filter(email__iexact=address, accepted_at__isnull=True, withdrawn_at__isnull=True)
    works = Membership.objects.filter(user__email__iexact=address, ended_at__isnull=True)
    return [
        *invited.order_by("-pk").values_list("organisation_id", flat=True)[:1],
        *works.order_by("pk").values_list("organisation_id", flat=True)[:1],
    ]


def _write(mailbox: Mailbox, message: EmailMessage, recipients: list[str]) -> _Written:
    rfc_id = f"<account.{token()}@{mailbox.address.rpartition('@')[2]}>"
    pages = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    subject = " ".join(str(message.subject).split())
    raw = compose(
        OutgoingMail(
            from_=(mailbox.shown_name, mailbox.address),
            to=tuple(("", address) for address in recipients),
            subject=subject,
            text=str(message.body),
            html=next((str(content) for content, kind in pages if kind == "text/html"), None),
            message_id=rfc_id,
            date=clock.server_now(),
            auto_submitted="auto-generated",
            language=translation.get_language() or "",
        )
    )
    return _Written(raw, rfc_id, subject, recipients)


def _leave(mailbox: Mailbox, mail: _Written) -> None:
    if not mailbox.smtp_host:
        with transaction.atomic():
            OutTrayMail.objects.create(
                organisation=mailbox.organisation,
                rfc_id=mail.rfc_id,
                recipients=mail.recipients,
                sender=mailbox.address,
                subject=mail.subject[:500],
                raw=keep(mailbox.organisation, mail.raw),
                put_at=clock.now(mailbox.organisation),
            )
        return
    server = server_of(mailbox)
    outcome = hand_over(
        server, on_the_wire(mailbox.address), [on_the_wire(address) for address in mail.recipients], mail.raw
    )
    if outcome.what not in ("sent", "in_doubt"):
        raise Unsent(outcome.answer)

"""Django's own mail (new password, invitation) leaves as all mail of the house does (`channels/email/own.py`)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Invitation, Membership
from sportello.service.channels.email import own
from sportello.service.channels.email.own import Unsent
from sportello.service.channels.mailkit.wire import BadMail
from sportello.service.channels.models import Mailbox

log = logging.getLogger("sportello.postman")

__all__ = ["Postman", "Unsent", "mailbox_of"]


class Postman(BaseEmailBackend):
    """One message at a time; raises `Unsent` unless told to fail silently."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many left."""
        return sum(self._send(message) for message in email_messages)

    def _send(self, message: EmailMessage) -> bool:
        recipients = [address.strip().lower() for address in message.recipients() if address.strip()]
        if not recipients:
            return False
        pages = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
        html = next((str(content) for content, kind in pages if kind == "text/html"), None)
        try:
            mailbox = mailbox_of(recipients[0])
            if mailbox is None:
                raise Unsent("no organisation has a mailbox to send from")
            own.leave(mailbox, own.write(mailbox, recipients, str(message.subject), str(message.body), html=html))
        except (Unsent, BadMail, OSError) as error:
            log.error("a mail of ours did not leave: %s", type(error).__name__)
            if not self.fail_silently:
                raise
            return False
        return True


def mailbox_of(address: str) -> Mailbox | None:
    """The default mailbox of the organisation this person works in or is invited to; else of the first one."""
    for organisation_id in (*_places(address), *Organisation.objects.order_by("pk").values_list("pk", flat=True)[:1]):
        found = own.default_mailbox(organisation_id)
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

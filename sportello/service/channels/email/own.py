"""Mail of the house itself (new password, invitation, notifications): by an organisation's mailbox, to its server or
into the out-tray. Nothing of it is stored but there: it may hold links that open accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import translation

from sportello.foundation.core.ids import token
from sportello.foundation.files.actions import keep
from sportello.foundation.tenancy import clock
from sportello.service.channels.collecting.sending import server_of
from sportello.service.channels.mailkit.compose import OutgoingMail, compose
from sportello.service.channels.models import Mailbox, OutTrayMail

from .letters import on_the_wire
from .sender import hand_over


class Unsent(Exception):
    """No server took it; the text is the server's, without addresses of ours."""


@dataclass(frozen=True)
class OwnMail:
    raw: bytes
    rfc_id: str
    subject: str
    recipients: Sequence[str]


def default_mailbox(organisation_id: int) -> Mailbox | None:
    """The one its own mail leaves by; None when it has none."""
    in_use = Mailbox.objects.filter(organisation_id=organisation_id, retired_at__isnull=True)
    return in_use.select_related("organisation").order_by("-is_default", "pk").first()


def rfc_id_for(mailbox: Mailbox, sort: str) -> str:
    return f"<{sort}.{token()}@{mailbox.address.rpartition('@')[2]}>"


def write(mailbox: Mailbox, recipients: Sequence[str], subject: str, text: str, *, html: str | None = None,
          rfc_id: str = "") -> OwnMail:  # fmt: skip
    """In the language in force; marked as written by a machine (RFC 3834), so that no other machine answers.

    Raises BadMail for what cannot be written.
    """
    named = rfc_id or rfc_id_for(mailbox, "account")
    line = " ".join(subject.split())
    raw = compose(
        OutgoingMail(
            from_=(mailbox.shown_name, mailbox.address),
            to=tuple(("", address) for address in recipients),
            subject=line,
            text=text,
            html=html,
            message_id=named,
            date=clock.server_now(),
            auto_submitted="auto-generated",
            language=translation.get_language() or "",
        )
    )
    return OwnMail(raw, named, line, list(recipients))


def leave(mailbox: Mailbox, mail: OwnMail) -> None:
    """To the mailbox's server, or into the out-tray, where the same Message-ID twice is once. Raises Unsent."""
    if not mailbox.smtp_host:
        put_in_tray(mailbox, mail)
        return
    outcome = hand_over(
        server_of(mailbox), on_the_wire(mailbox.address), [on_the_wire(address) for address in mail.recipients],
        mail.raw,
    )  # fmt: skip
    if outcome.what not in ("sent", "in_doubt"):
        raise Unsent(outcome.answer)


def put_in_tray(mailbox: Mailbox, mail: OwnMail) -> None:
    with transaction.atomic():
        OutTrayMail.objects.get_or_create(
            organisation=mailbox.organisation,
            rfc_id=mail.rfc_id,
            defaults={
                "recipients": list(mail.recipients),
                "sender": mailbox.address,
                "subject": mail.subject[:500],
                "raw": keep(mailbox.organisation, mail.raw),
                "put_at": clock.now(mailbox.organisation),
            },
        )

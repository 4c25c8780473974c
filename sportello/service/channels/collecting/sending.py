"""The server a mailbox sends by, with whatever proves who we are there.

One account, one consent: a mailbox that is read by OAuth2 and has no password of its own for sending signs in with the
tokens of its collector, as the same user.
"""

from __future__ import annotations

from sportello.service.channels.email import plain, secrets
from sportello.service.channels.email.sender import NoToken, Server
from sportello.service.channels.models import Collector, Mailbox

from . import oauth
from .trouble import ServerTrouble


def server_of(mailbox: Mailbox) -> Server:
    """Raises NoPassword, when there should be one in this home and is not."""
    password = secrets.password_of(mailbox) if mailbox.smtp_user else ""
    client = None if password or not mailbox.smtp_user else _consent(mailbox)

    def token(fresh: bool) -> str:
        try:
            return oauth.access_token(client, fresh=fresh) if client is not None else ""
        except ServerTrouble as error:
            raise NoToken(plain.NO_TOKEN, f"{error.trouble.code} {error.trouble.words}") from error

    return Server(
        mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_security, mailbox.smtp_user, password,
        token if client is not None else None,
    )  # fmt: skip


def _consent(mailbox: Mailbox) -> oauth.Client | None:
    row = Collector.objects.filter(mailbox=mailbox, proof=Collector.Proof.OAUTH2).exclude(token_url="").first()
    if row is None or row.user.lower() != mailbox.smtp_user.lower():
        return None
    return oauth.Client(row.pk, row.token_url, row.client_id, row.scope)

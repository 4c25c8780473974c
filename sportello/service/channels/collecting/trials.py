"""Trying a mailbox while somebody waits: reading and sending, with the exact trouble in plain words. Nothing is
fetched, marked or changed there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sportello.service.channels.email import secrets as sending_secrets
from sportello.service.channels.email.sender import hand_over
from sportello.service.channels.models import Collector, Mailbox

from . import session
from .sending import server_of
from .trouble import SENTENCES, ServerTrouble, trouble_of

#: Somebody waits at a page.
LIMIT = 8.0


@dataclass(frozen=True)
class Tried:
    """`sentence` says how it went and what to do; `words` are the server's own."""

    went_well: bool
    sentence: str
    words: str = ""


def try_reading(collector: Collector) -> Tried:
    """Connect, sign in, open the folder, leave."""
    access = replace(session.access_of(collector), connect_limit=LIMIT, read_limit=LIMIT)
    try:
        server = session.connect(access)
    except (ServerTrouble, OSError, EOFError, UnicodeError) as error:
        trouble = trouble_of(error)
        return Tried(False, trouble.sentence, trouble.words)
    count = server.count
    server.close()
    said = ngettext("Reading works: the folder holds %(count)d message.",
                    "Reading works: the folder holds %(count)d messages.", count)  # fmt: skip
    return Tried(True, said % {"count": count})


def try_sending(mailbox: Mailbox, to: str) -> Tried:
    """A trial letter to the colleague who asks for it."""
    if not mailbox.smtp_host:
        return Tried(False, _("No server for sending is set: letters stay in the out-tray."))
    try:
        server = server_of(mailbox)
    except (FileNotFoundError, sending_secrets.NoPassword):
        return Tried(False, str(SENTENCES["no_secret"]))
    outcome = hand_over(server, mailbox.address, [to], _letter(mailbox, to))
    if outcome.what == "sent":
        return Tried(True, _("Sending works: a trial letter to %(address)s was taken.") % {"address": to})
    return Tried(False, str(SENTENCES[_code(outcome.answer)]), outcome.answer)


def _letter(mailbox: Mailbox, to: str) -> bytes:
    letter = EmailMessage()
    letter["From"], letter["To"] = f'"{mailbox.shown_name}" <{mailbox.address}>', to
    letter["Subject"] = _("Trial letter")
    letter["Date"], letter["Message-ID"] = formatdate(localtime=True), make_msgid(domain="sportello.invalid")
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(_("This letter tries whether %(address)s can send.") % {"address": mailbox.address} + "\n")
    return letter.as_bytes().replace(b"\n", b"\r\n")


#: How a broken step of `sender.hand_over` begins, and what it means.
_SIGNS = (
    ("SSLCertVerificationError", "certificate_untrusted"), ("SSL", "tls"), ("gaierror", "dns"),
    ("UnicodeError", "dns"), ("TimeoutError", "timeout"), ("ConnectionRefusedError", "refused"),
    ("SMTPServerDisconnected", "closed"), ("ConnectionResetError", "closed"), ("SMTPNotSupportedError", "tls"),
    ("OSError", "unreachable"),
)  # fmt: skip


def _code(answer: str) -> str:
    if "Hostname mismatch" in answer or "IP address mismatch" in answer:
        return "certificate_name"
    if "certificate has expired" in answer:
        return "certificate_expired"
    if answer.startswith(("535", "534", "530", "538")):
        return "wrong_password"
    return next((code for sign, code in _SIGNS if answer.startswith(sign)), "sending_refused")

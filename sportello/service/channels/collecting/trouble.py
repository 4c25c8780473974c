"""What goes wrong between us and a mail server: a code, a sentence for who sets it up, the server's own words."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sportello.foundation.core.text import one_line

_WORDS = 500

#: code → what the administrator should do.
SENTENCES: dict[str, str | Promise] = {
    "dns": _("The name of the server does not exist, or the name service cannot be reached. Check how it is written."),
    "refused": _("The server refuses the connection at this port. Check the port and the security chosen with it."),
    "unreachable": _("The server cannot be reached from here. Ask who runs the network whether it may leave."),
    "timeout": _("The server does not answer. A wrong port or a firewall usually shows like this."),
    "certificate_name": _("The certificate of the server is for another name: write the name it is for as server."),
    "certificate_expired": _("The certificate of the server has expired. Tell the provider."),
    "certificate_untrusted": _("Nobody this machine trusts vouches for the certificate of the server."),
    "tls": _("The server does not speak TLS here as chosen. Try another security, with its own port."),
    "wrong_password": _("User name or password are not accepted. Some providers want a password made for programs."),
    "token_refused": _("The provider gives no access any more. Connect the mailbox again: the consent has ended."),
    "token_server": _("The server that gives access tokens cannot be used."),
    "no_secret": _("Our file with the password is missing. Type the password again."),
    "plain_login": _("The server takes passwords over a protected connection only. Choose TLS or STARTTLS."),
    "busy": _("The server says it is busy, or that too many programs read this mailbox. We try again by ourselves."),
    "no_folder": _("There is no folder with this name on the server."),
    "no_uidl": _("This POP3 server cannot tell messages apart (no UIDL). Use IMAP for this mailbox."),
    "closed": _("The server closed the connection. We connect again by ourselves."),
    "not_spoken": _("What answers there does not speak the protocol that was chosen."),
    "sending_refused": _("The server did not take the trial letter."),
    "server": _("The server answered with an error."),
}
#: These heal by themselves.
PASSING = frozenset({"timeout", "unreachable", "busy", "closed", "refused", "dns"})


def _any(*signs: str) -> re.Pattern[str]:
    return re.compile("|".join(signs), re.IGNORECASE)


# response codes are those of RFC 5530 and RFC 3206; the words are what servers say that send none
_BUSY = _any(r"\[(?:UNAVAILABLE|LIMIT|INUSE|IN-USE|SYS/TEMP)\]", "too many", "maximum number of conn", "temporar",
             "try again")
_PLAIN = _any(r"\[PRIVACYREQUIRED\]", "plaintext", "disallowed", "LOGINDISABLED", "login is disabled",
              "encryption required")
_LOGIN = _any(r"\[(?:AUTHENTICATIONFAILED|AUTH|AUTHORIZATIONFAILED|EXPIRED)\]", "authentication", "login fail",
              "invalid cred")
_NO_FOLDER = _any(r"\[(?:NONEXISTENT|TRYCREATE)\]", "doesn't exist", "does not exist", "unknown mailbox",
                  "no such mailbox")
_GONE = _any(r"\bEOF\b", "connection (?:reset|closed|aborted)", "socket error", r"\[CLOSED\]", "unexpectedly closed",
             r"\bBYE\b")


_QUOTED = re.compile(r"""\bb(['"])(.*?)\1""")


@dataclass(frozen=True)
class Trouble:
    """`code` is a key of SENTENCES, `words` what the server or the system said, without any password."""

    code: str
    words: str = ""

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code])


class ServerTrouble(Exception):
    """A trouble we know the code of already."""

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(f"{code}: {words}")
        self.trouble = Trouble(code, one_line(words, _WORDS))


def trouble_of(error: BaseException, *, logging_in: bool = False) -> Trouble:
    """What an exception of a conversation means. `logging_in`: it was the answer to our name and password."""
    if isinstance(error, ServerTrouble):
        return error.trouble
    words = one_line(_text(error), _WORDS)
    return Trouble(_of_connection(error) or _of_words(words, error, logging_in), words)


def _text(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    parts = [one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in error.args]
    said = (" ".join(parts) or type(error).__name__) if not isinstance(error, OSError) else str(error)
    return _QUOTED.sub(r"\2", said)  # libraries make text of the server's bytes as programmers see them


def _of_connection(error: BaseException) -> str:
    """Troubles of network and TLS; empty for what a server said."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if "hostname mismatch" in str(error).lower() or "ip address mismatch" in str(error).lower():
            return "certificate_name"
        return "certificate_expired" if "expired" in str(error) else "certificate_untrusted"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return "closed"
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, socket.gaierror | UnicodeError):
        return "dns"
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, FileNotFoundError):
        return "no_secret"
    if isinstance(error, ConnectionError | EOFError | smtplib.SMTPServerDisconnected):
        return "closed"
    return "unreachable" if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException) else ""


def _of_words(words: str, error: BaseException, logging_in: bool) -> str:
    if _BUSY.search(words):
        return "busy"
    if _PLAIN.search(words):
        return "plain_login"
    if logging_in and not _GONE.search(words):
        return "wrong_password"
    for code, sign in (("closed", _GONE), ("no_folder", _NO_FOLDER), ("wrong_password", _LOGIN)):
        if sign.search(words):
            return code
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        return "sending_refused"
    return "server"

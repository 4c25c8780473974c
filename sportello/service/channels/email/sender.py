"""Handing a message to a mail server, step by step, so that what went wrong says what may be done about it.

4xx may heal, 5xx to MAIL, RCPT or DATA will not. What fails before MAIL (no connection, no TLS, wrong password) is
our own setting-up: it heals when somebody mends it, so it is retried. A connection lost after the message was
handed over leaves it in doubt: the server may have taken it.
"""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from . import plain

Result = TypeVar("Result")
What = Literal["sent", "retry", "failed", "in_doubt"]

#: Seconds for one step, and for the whole: less than the lease of `outbox.py`.
STEP = 30.0
WHOLE = 100.0
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_DOTS = re.compile(rb"(?m)^\.")
_ANSWER = 1_000
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Server:
    """A server to hand mail to. security: none; optional (STARTTLS where offered, no password without it); starttls
    (or nothing is sent); tls (from the first byte). The certificate is verified against the system's authorities, or
    those of SSL_CERT_FILE, but for `optional`, which would also go without."""

    host: str
    port: int
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    #: An access token instead of a password (XOAUTH2); asked with True when the last one was refused. Raises NoToken.
    token: Callable[[bool], str] | None = field(default=None, repr=False, compare=False)


class NoToken(Exception):
    """Whoever gives tokens gives none: a sentence of `plain`, and their words."""

    def __init__(self, sentence: str, words: str = "") -> None:
        super().__init__(plain.words(sentence, words))


@dataclass(frozen=True)
class Said:
    """What became of one recipient. `about_address`: said to RCPT, not about the message."""

    what: What
    answer: str
    status_code: str = ""
    about_address: bool = False


@dataclass(frozen=True)
class Outcome:
    """`what` became of the message as a whole, the server's words, and of each recipient it was tried for."""

    what: What
    answer: str
    recipients: dict[str, Said] = field(default_factory=dict)
    #: The SMTP reply code that decided; None where the server said nothing.
    code: int | None = None
    #: What the server said of itself (EHLO, names in lower case); empty where it got no further.
    features: dict[str, str] = field(default_factory=dict)


class _Refused(Exception):
    """The server said no, or nothing."""

    def __init__(self, what: What, answer: str, code: int | None = None) -> None:
        super().__init__(answer)
        self.outcome = Outcome(what, answer[:_ANSWER], code=code)


def hand_over(server: Server, sender: str, recipients: list[str], raw: bytes, *, utf8: bool = False) -> Outcome:
    """Give `raw` to `server` for `recipients` (ASCII domains). Never raises for what a server or network does."""
    deadline = time.monotonic() + WHOLE
    features: dict[str, str] = {}
    try:
        with _Conversation(server, deadline) as talk:
            talk.greet()
            features.update(talk.smtp.esmtp_features)
            talk.begin(sender, len(raw), utf8=utf8)
            told = {recipient: talk.recipient(recipient) for recipient in recipients}
            outcome = talk.data(raw) if any(said.what == "sent" for said in told.values()) else _nobody(told)
    except _Refused as refused:
        return replace(refused.outcome, features=features)
    return replace(outcome, recipients=_after_data(told, outcome), features=features)


def probe(server: Server) -> Outcome:
    """Greeting, TLS and login, as before a send, and nothing more: `sent` when a message could be handed over now."""
    features: dict[str, str] = {}
    try:
        with _Conversation(server, time.monotonic() + WHOLE) as talk:
            talk.greet()
            features.update(talk.smtp.esmtp_features)
    except _Refused as refused:
        return replace(refused.outcome, features=features)
    return Outcome("sent", "", features=features)


def _nobody(told: dict[str, Said]) -> Outcome:
    what: What = "retry" if any(said.what == "retry" for said in told.values()) else "failed"
    answer = next((said.answer for said in told.values() if said.what == what), "")
    return Outcome(what, answer, told, code=_code(answer))


def _after_data(told: dict[str, Said], outcome: Outcome) -> dict[str, Said]:
    """A recipient the server knows shares what became of the message."""
    status = _status(outcome.answer)
    return {
        recipient: Said(outcome.what, outcome.answer, status) if said.what == "sent" else said
        for recipient, said in told.items()
    }


class _Conversation:
    """One connection; closed politely where possible."""

    def __init__(self, server: Server, deadline: float) -> None:
        self.server, self.deadline = server, deadline
        self.smtp = self._step(self._connect, "retry")

    def __enter__(self) -> _Conversation:
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._limit()
            self.smtp.quit()
        except (OSError, smtplib.SMTPException, _Refused):
            self.smtp.close()

    def greet(self) -> None:
        """Greeting, encryption as the policy asks, login."""
        self._step(self.smtp.ehlo_or_helo_if_needed, "retry")
        security = self.server.security
        encrypted = security == "tls"
        if security == "starttls" or (security == "optional" and self.smtp.has_extn("starttls")):
            if not self.smtp.has_extn("starttls"):
                raise _Refused("retry", plain.NO_STARTTLS)
            self._step(self._starttls, "retry")
            self._step(self.smtp.ehlo_or_helo_if_needed, "retry")
            encrypted = True
        if not self.server.user:
            return
        if security == "optional" and not encrypted:
            raise _Refused("retry", plain.CLEAR_PASSWORD)
        if self.server.token is not None:
            self._sign_in_by_token(self.server.token, encrypted=encrypted)
            return
        self._step(lambda: self.smtp.login(self.server.user, self.server.password), "retry")

    def _sign_in_by_token(self, token: Callable[[bool], str], *, encrypted: bool) -> None:
        """XOAUTH2, once again with a fresh token when the server does not take the one we hold. A token opens more than
        this server: it never leaves in the clear but on our own machine."""
        if not encrypted and self.server.host not in _LOOPBACK:
            raise _Refused("retry", plain.CLEAR_PASSWORD)
        for fresh in (False, True):
            try:
                access = token(fresh)
            except NoToken as error:
                raise _Refused("retry", str(error)) from error
            said = f"user={self.server.user}\x01auth=Bearer {access}\x01\x01"
            line = base64.b64encode(said.encode()).decode("ascii")
            code, words = self._step(lambda line=line: self.smtp.docmd("AUTH", f"XOAUTH2 {line}"), "retry")  # type: ignore[misc]  # a default binds the line
            if code == 334:
                # the reason, in base64; an empty answer asks for the refusal itself
                code, words = self._step(lambda: self.smtp.docmd(""), "retry")
            if code == 235:
                return
            if not 500 <= code < 600:
                break
        raise _Refused("retry", plain.words(plain.NO_TOKEN_TAKEN, _said(code, words)), _known(code))

    def begin(self, sender: str, size: int, *, utf8: bool) -> None:
        """MAIL FROM, after what is known to be refused anyway."""
        most = self.smtp.esmtp_features.get("size", "").split(" ")[0]
        if most.isdigit() and 0 < int(most) < size:
            raise _Refused("failed", plain.words(plain.TOO_LARGE, f"{size} > SIZE {most}"))
        options = [f"SIZE={size}"] if self.smtp.has_extn("size") else []
        if utf8:
            if not self.smtp.has_extn("smtputf8"):
                raise _Refused("failed", plain.NO_SMTPUTF8)
            # RFC 6531 section 3.1: who offers SMTPUTF8 offers 8BITMIME; our bodies are 7bit, the fields need it
            options += ["SMTPUTF8", "BODY=8BITMIME"]
            self.smtp.command_encoding = "utf-8"
        code, words = self._step(lambda: self.smtp.mail(sender, options), "retry")
        if code != 250:
            answer = _said(code, words)
            raise _Refused(_by(code, answer), answer, _known(code))

    def recipient(self, address: str) -> Said:
        code, words = self._step(lambda: self.smtp.rcpt(address), "retry")
        answer = _said(code, words)
        what: What = "sent" if code in (250, 251, 252) else _by(code, answer)
        return Said(what, answer, _status(answer), about_address=True)

    def data(self, raw: bytes) -> Outcome:
        """The message itself. From its first byte on, silence is doubt."""
        code, words = self._step(lambda: self.smtp.docmd("DATA"), "retry")
        if code != 354:
            answer = _said(code, words)
            return Outcome(_by(code, answer), answer, code=_known(code))
        body = _DOTS.sub(b"..", raw)
        self._step(lambda: self.smtp.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"), "in_doubt")
        code, words = self._step(self.smtp.getreply, "in_doubt")
        if code == -1:
            return Outcome("in_doubt", plain.LOST_AFTER)
        answer = _said(code, words)
        return Outcome("sent" if code == 250 else _by(code, answer), answer, code=_known(code))

    def _connect(self) -> smtplib.SMTP:
        limit = self._remaining()
        if self.server.security == "tls":
            return smtplib.SMTP_SSL(
                self.server.host, self.server.port, timeout=limit, context=ssl.create_default_context()
            )
        return smtplib.SMTP(self.server.host, self.server.port, timeout=limit)

    def _starttls(self) -> None:
        context = ssl.create_default_context()
        if self.server.security == "optional":
            # without encryption it would be sent too: a certificate nobody signed is no reason to go without
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.smtp.starttls(context=context)

    def _step(self, step: Callable[[], Result], otherwise: What) -> Result:
        """One step within its time; `otherwise` is what a broken one leaves the message as."""
        try:
            self._limit()
            return step()
        except smtplib.SMTPAuthenticationError as error:
            said = plain.words(plain.NO_LOGIN, _said(error.smtp_code, error.smtp_error))
            raise _Refused(otherwise, said, _known(error.smtp_code)) from error
        except smtplib.SMTPResponseException as error:
            raise _Refused(otherwise, _said(error.smtp_code, error.smtp_error), _known(error.smtp_code)) from error
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            sentence = plain.LOST_AFTER if otherwise == "in_doubt" else _sentence(error)
            raise _Refused(otherwise, plain.words(sentence, f"{type(error).__name__}: {error}")) from error

    def _limit(self) -> None:
        smtp = getattr(self, "smtp", None)
        if smtp is not None and smtp.sock is not None:
            smtp.sock.settimeout(self._remaining())

    def _remaining(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the mail server was too slow")
        return min(STEP, left)


#: Providers that take so many letters a minute or a day say so by a 5xx, though later they take them: Legalmail
#: 550 "Class Of Service - Too much traffic from this sender", Google 550 5.4.5, Microsoft 5.2.0 and 5.1.90.
_TOO_FAST = re.compile(
    r"too much traffic|rate.?limit|sending (?:rate|limit|quota)|submission ?quota|message (?:rate|limit) exceeded|"
    r"too many (?:messages|e-?mails)|troppi messaggi|limite .{0,30}(?:invii|messaggi)", re.IGNORECASE
)  # fmt: skip


def _by(code: int, answer: str) -> What:
    """4xx, a closing 421 and a lost connection (-1) may heal; 5xx will not, but for one that says "too fast"."""
    return "failed" if 500 <= code < 600 and not _TOO_FAST.search(answer) else "retry"


def is_too_fast(outcome: Outcome) -> bool:
    """Whether the server takes no more of anybody's letters for now: it said so of the pace, not of this message."""
    said = [outcome.answer, *(one.answer for one in outcome.recipients.values() if one.what == "retry")]
    return outcome.what == "retry" and any(_TOO_FAST.search(answer) for answer in said)


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:_ANSWER]


def _sentence(error: Exception) -> str:
    """A failure of network or TLS in plain words; the most special first, since they are of one family."""
    known: tuple[tuple[type[Exception], str], ...] = (
        (ssl.SSLCertVerificationError, plain.BAD_CERTIFICATE),
        (ssl.SSLError, plain.NO_TLS),
        (socket.gaierror, plain.NO_NAME),
        (TimeoutError, plain.TOO_SLOW),
        (smtplib.SMTPServerDisconnected, plain.HUNG_UP),
        (ConnectionResetError, plain.HUNG_UP),
        (BrokenPipeError, plain.HUNG_UP),
        (OSError, plain.NO_CONNECTION),
    )
    return next((sentence for kind, sentence in known if isinstance(error, kind)), plain.OURS)


def _known(code: int) -> int | None:
    return code if 200 <= code < 600 else None


def _code(answer: str) -> int | None:
    return int(answer[:3]) if answer[:3].isdigit() else None


def _status(answer: str) -> str:
    found = _STATUS.search(answer)
    return found.group(1) if found else ""

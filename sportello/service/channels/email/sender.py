"""Handing a message to a mail server, step by step, so that what went wrong says what may be done about it.

4xx may heal, 5xx to MAIL, RCPT or DATA will not. What fails before MAIL (no connection, no TLS, wrong password) is
our own setting-up: it heals when somebody mends it, so it is retried. A connection lost after the message was
handed over leaves it in doubt: the server may have taken it.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

Result = TypeVar("Result")
What = Literal["sent", "retry", "failed", "in_doubt"]

#: Seconds for one step, and for the whole: less than the lease of `outbox.py`.
STEP = 30.0
WHOLE = 100.0
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_DOTS = re.compile(rb"(?m)^\.")
_ANSWER = 1_000


@dataclass(frozen=True)
class Server:
    """A server to hand mail to. security: none, starttls, tls."""

    host: str
    port: int
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)


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


class _Refused(Exception):
    """The server said no, or nothing."""

    def __init__(self, what: What, answer: str) -> None:
        super().__init__(answer)
        self.outcome = Outcome(what, answer[:_ANSWER])


def hand_over(server: Server, sender: str, recipients: list[str], raw: bytes, *, utf8: bool = False) -> Outcome:
    """Give `raw` to `server` for `recipients` (ASCII domains). Never raises for what a server or network does."""
    deadline = time.monotonic() + WHOLE
    try:
        with _Conversation(server, deadline) as talk:
            talk.begin(sender, len(raw), utf8=utf8)
            told = {recipient: talk.recipient(recipient) for recipient in recipients}
            if not any(said.what == "sent" for said in told.values()):
                return _nobody(told)
            outcome = talk.data(raw)
    except _Refused as refused:
        return refused.outcome
    return Outcome(outcome.what, outcome.answer, _after_data(told, outcome))


def _nobody(told: dict[str, Said]) -> Outcome:
    what: What = "retry" if any(said.what == "retry" for said in told.values()) else "failed"
    return Outcome(what, next(iter(told.values())).answer, told)


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

    def begin(self, sender: str, size: int, *, utf8: bool) -> None:
        """Greeting, TLS, login, MAIL FROM."""
        self._step(self.smtp.ehlo_or_helo_if_needed, "retry")
        if self.server.security == "starttls":
            self._step(lambda: self.smtp.starttls(context=ssl.create_default_context()), "retry")
            self._step(self.smtp.ehlo_or_helo_if_needed, "retry")
        if self.server.user:
            self._step(lambda: self.smtp.login(self.server.user, self.server.password), "retry")
        options = [f"SIZE={size}"] if self.smtp.has_extn("size") else []
        if utf8:
            if not self.smtp.has_extn("smtputf8"):
                raise _Refused("failed", "the mail server cannot write to addresses with these letters (SMTPUTF8)")
            options += ["SMTPUTF8", "BODY=8BITMIME"]
            self.smtp.command_encoding = "utf-8"
        code, words = self._step(lambda: self.smtp.mail(sender, options), "retry")
        if code != 250:
            raise _Refused(_by(code), _said(code, words))

    def recipient(self, address: str) -> Said:
        code, words = self._step(lambda: self.smtp.rcpt(address), "retry")
        answer = _said(code, words)
        return Said("sent" if code in (250, 251, 252) else _by(code), answer, _status(answer), about_address=True)

    def data(self, raw: bytes) -> Outcome:
        """The message itself. From its first byte on, silence is doubt."""
        code, words = self._step(lambda: self.smtp.docmd("DATA"), "retry")
        if code != 354:
            return Outcome(_by(code), _said(code, words))
        body = _DOTS.sub(b"..", raw)
        self._step(lambda: self.smtp.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"), "in_doubt")
        code, words = self._step(self.smtp.getreply, "in_doubt")
        if code == -1:
            return Outcome("in_doubt", "the connection was lost after the message was handed over")
        return Outcome("sent" if code == 250 else _by(code), _said(code, words))

    def _connect(self) -> smtplib.SMTP:
        limit = self._remaining()
        if self.server.security == "tls":
            return smtplib.SMTP_SSL(
                self.server.host, self.server.port, timeout=limit, context=ssl.create_default_context()
            )
        return smtplib.SMTP(self.server.host, self.server.port, timeout=limit)

    def _step(self, step: Callable[[], Result], otherwise: What) -> Result:
        """One step within its time; `otherwise` is what a broken one leaves the message as."""
        try:
            self._limit()
            return step()
        except smtplib.SMTPResponseException as error:
            raise _Refused(otherwise, _said(error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise _Refused(otherwise, f"{type(error).__name__}: {error}") from error

    def _limit(self) -> None:
        smtp = getattr(self, "smtp", None)
        if smtp is not None and smtp.sock is not None:
            smtp.sock.settimeout(self._remaining())

    def _remaining(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the mail server was too slow")
        return min(STEP, left)


def _by(code: int) -> What:
    """4xx, a closing 421 and a lost connection (-1) may heal; 5xx will not."""
    return "failed" if 500 <= code < 600 else "retry"


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:_ANSWER]


def _status(answer: str) -> str:
    found = _STATUS.search(answer)
    return found.group(1) if found else ""

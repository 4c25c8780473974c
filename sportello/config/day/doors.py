"""The doors a day knocks at: the mail listener by SMTP, the portal's form by HTTP. Nothing is put in behind them."""

from __future__ import annotations

import http.client
import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TypeVar

from sportello.config.day.answered import Answered
from sportello.config.day.browser import Answer, Browser, Form

#: A form sent sooner than a person could fill it in is asked to wait (the webform's own rule).
_READING = 3.2
#: Seconds between two knocks at a door that does not open: the first, and the most.
_PAUSE, _LONGEST_PAUSE = 0.3, 3.0
Result = TypeVar("Result")


class NotNow(RuntimeError):
    """The door says that it cannot at this moment: whoever stands before it comes again."""


def again(knock: Callable[[], Result], patience: float) -> Result:
    """`knock` until it is answered, as mail servers and people do; after `patience` seconds what went wrong is
    raised."""
    deadline, pause = time.monotonic() + patience, _PAUSE
    while True:
        try:
            return knock()
        except (OSError, http.client.HTTPException, smtplib.SMTPException, NotNow) as error:
            if time.monotonic() + pause > deadline or _for_good(error):
                raise
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _for_good(error: Exception) -> bool:
    """A refusal that another try would only hear again (RFC 5321 section 4.2.1: 5yz)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code >= 500 for code, _words in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


@dataclass(frozen=True)
class Letter:
    """A mail as a customer writes it."""

    sender_name: str
    sender: str
    to: str
    subject: str
    text: str
    date: datetime
    message_id: str
    in_reply_to: str = ""
    attachment: tuple[str, bytes] | None = None


class MailDoor:
    """One SMTP conversation per letter, as from the outside, until it is answered 250."""

    def __init__(self, host: str, port: int, answered: Answered | None = None, patience: float = 0.0) -> None:
        self.host, self.port, self.patience = host, port, patience
        self.answered = answered or Answered()

    def send(self, letter: Letter) -> None:
        message = EmailMessage()
        message["From"] = f'"{letter.sender_name}" <{letter.sender}>'
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(letter.date)
        message["Message-ID"] = letter.message_id
        if letter.in_reply_to:
            message["In-Reply-To"] = message["References"] = letter.in_reply_to
        message.set_content(letter.text)
        if letter.attachment:
            name, content = letter.attachment
            message.add_attachment(content, maintype="image", subtype="png", filename=name)
        again(lambda: self._hand_over(message, letter), self.patience)
        self.answered.mail(letter.message_id)

    def _hand_over(self, message: EmailMessage, letter: Letter) -> None:
        smtp = smtplib.SMTP(self.host, self.port, timeout=60)
        try:
            smtp.send_message(message, from_addr=letter.sender, to_addrs=[letter.to])
        finally:
            smtp.close()  # what was answered 250 is theirs, whether or not they hear us say goodbye


@dataclass
class OpenForm:
    """A form fetched and not yet sent."""

    browser: Browser
    form: Form
    since: float


class FormDoor:
    """The portal's request form. Pages are opened ahead, so that nobody has to wait the seconds a person reads.

    A page that does not come, or says "not now", is asked for again; the last button is pressed again on the page it
    stands on, as a person does who got no answer.
    """

    def __init__(self, base: str, answered: Answered | None = None, patience: float = 0.0) -> None:
        self.base, self.answered, self.patience = base, answered or Answered(), patience
        self._open: dict[tuple[str, str], list[OpenForm]] = {}
        self._callers = 0

    def open(self, slug: str, language: str) -> OpenForm:
        self._callers += 1
        source = f"127.0.{1 + self._callers // 200 % 200}.{1 + self._callers % 200}"
        browser = Browser(self.base, source, language)
        page = again(lambda: self._there(browser.get(f"/o/{slug}/request/")), self.patience)
        return OpenForm(browser, page.form("subject"), time.monotonic())

    def prepare(self, slug: str, language: str, many: int) -> None:
        waiting = self._open.setdefault((slug, language), [])
        waiting += [self.open(slug, language) for _ in range(many)]

    def send(self, slug: str, values: dict[str, str], attachment: tuple[str, bytes] | None = None) -> str:
        """Fill in, read the summary, confirm; returns the receipt page. RuntimeError with what the page said."""
        language = values["language"]
        waiting = self._open.get((slug, language)) or [self.open(slug, language)]
        opened = waiting.pop()
        time.sleep(max(0.0, _READING - (time.monotonic() - opened.since)))
        files = {opened.form.files[0]: attachment} if attachment and opened.form.files else None
        values = {
            name: value for name, value in values.items() if name in opened.form.fields or name in opened.form.choices
        }
        summary = self._submit(opened.browser, opened.form, {**values, "privacy": "on"}, files)
        if "/summary/" not in summary.url:
            raise RuntimeError(f"the form was not taken (status {summary.status}) at {summary.url}")
        confirm = next(form for form in summary.forms() if form.method.lower() == "post" and "/summary/" in form.action)
        receipt = self._submit(opened.browser, confirm, {})
        if "/receipt/" not in receipt.url:
            raise RuntimeError(f"the request was not sent (status {receipt.status}) at {receipt.url}")
        self.answered.form(slug, receipt.text)
        return receipt.text

    def _submit(
        self, browser: Browser, form: Form, values: dict[str, str], files: dict[str, tuple[str, bytes]] | None = None
    ) -> Answer:
        return again(lambda: self._there(browser.submit(form, values, files)), self.patience)

    def _there(self, answer: Answer) -> Answer:
        """The answer, unless it says that something went wrong over there."""
        if answer.status >= 500:
            self.answered.trouble(answer.status, answer.url)
            raise NotNow(f"{answer.status} at {answer.url}")
        return answer

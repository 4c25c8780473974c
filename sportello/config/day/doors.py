"""The doors a day knocks at: the mail listener by SMTP, the portal's form by HTTP. Nothing is put in behind them."""

from __future__ import annotations

import smtplib
import time
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from sportello.config.day.browser import Browser, Form

#: A form sent sooner than a person could fill it in is asked to wait (the webform's own rule).
_READING = 3.2


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
    """One SMTP conversation per letter, as from the outside; `source` as in `Browser`."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port

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
        with smtplib.SMTP(self.host, self.port, timeout=60) as smtp:
            smtp.send_message(message, from_addr=letter.sender, to_addrs=[letter.to])


@dataclass
class OpenForm:
    """A form fetched and not yet sent."""

    browser: Browser
    form: Form
    since: float


class FormDoor:
    """The portal's request form. Pages are opened ahead, so that nobody has to wait the seconds a person reads."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._open: dict[tuple[str, str], list[OpenForm]] = {}
        self._callers = 0

    def open(self, slug: str, language: str) -> OpenForm:
        self._callers += 1
        source = f"127.0.{1 + self._callers // 200 % 200}.{1 + self._callers % 200}"
        browser = Browser(self.base, source, language)
        return OpenForm(browser, browser.get(f"/o/{slug}/request/").form("subject"), time.monotonic())

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
        summary = opened.browser.submit(opened.form, {**values, "privacy": "on"}, files)
        if "/summary/" not in summary.url:
            raise RuntimeError(f"the form was not taken (status {summary.status}) at {summary.url}")
        confirm = next(form for form in summary.forms() if form.method.lower() == "post" and "/summary/" in form.action)
        receipt = opened.browser.submit(confirm, {})
        if "/receipt/" not in receipt.url:
            raise RuntimeError(f"the request was not sent (status {receipt.status}) at {receipt.url}")
        return receipt.text

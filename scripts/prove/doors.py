"""The two doors a customer uses, from outside: a real e-mail by SMTP, and the portal's form."""

from __future__ import annotations

import re
import smtplib
import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from page import Browser, Form, Page

NUMBER = re.compile(r"\b20\d\d-\d{7}\b")
T = TypeVar("T")


def number_on(page: Page) -> str:
    """The ticket's number a receipt shows."""
    found = NUMBER.search(page.text())
    if found is None:
        raise AssertionError(f"no number on {page.address}")
    return found[0]


def send_mail(port: int, mailbox: str, customer: str, subject: str) -> None:
    """A person writes to the office; raises when the server does not say 250."""
    message = EmailMessage()
    message["From"] = f"Maria Popescu <{customer}>"
    message["To"] = mailbox
    message["Subject"] = subject
    message["Message-ID"] = f"<{subject.replace(' ', '.')}@example.org>"
    message.set_content("Buongiorno,\nil lampione di via Garibaldi 12 è spento da una settimana.\nGrazie\nMaria\n")
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as server:
        server.send_message(message)


def fill_in_form(base: str, slug: str, customer: str, subject: str) -> Page:
    """Fill in the request form, read the summary, send. Returns the page with the receipt.

    Knows as little as possible of the form: whatever must be filled in is, by its kind and name.
    """
    browser = Browser()
    page = browser.open(f"{base}/o/{slug}/request/")
    files = {"files": b"Una riga di prova.\n"}
    for _ in range(4):
        form = _posting(page)
        page = browser.send(page, form, _values(form, customer, subject), files)
        if page.status < 400:
            break
        # asked to read once more (a form that comes back within seconds looks like a program)
        files = {}
        time.sleep(4)
    if page.status >= 400:
        raise AssertionError(f"the form was refused ({page.status}): {page.text()[:1500]}")
    form = _posting(page)
    page = browser.send(page, form, _values(form, customer, subject), {})
    if page.status >= 400 or not NUMBER.search(page.text()):
        raise AssertionError(f"no receipt after sending ({page.status}): {page.text()[:1500]}")
    return page


def _posting(page: Page) -> Form:
    """The page's own form: the one that posts to the page itself (another changes the language)."""
    here = urlsplit(page.address).path
    for form in page.forms():
        if form.method == "post" and urlsplit(urljoin(page.address, form.action)).path in (here, ""):
            return form
    raise AssertionError(f"no form on {page.address} ({page.status}): {page.text()[:800]}")


def _values(form: Form, customer: str, subject: str) -> list[tuple[str, str]]:
    """What Maria writes into it. A field that people do not see stays empty: it is a trap for programs."""
    words = {
        "subject": subject,
        "text": "Il lampione davanti al numero 12 è spento da una settimana.",
        "name": "Maria Popescu",
        "email": customer,
        "phone": "",
    }
    values: list[tuple[str, str]] = []
    chosen: set[str] = set()
    for one in form.inputs:
        if one.kind in ("file", "submit", "button", "image"):
            continue
        if one.kind in ("radio", "checkbox"):
            first = one.kind == "radio" and one.name not in chosen
            if (one.kind == "checkbox" and one.name in ("privacy",)) or (first and one.value):
                chosen.add(one.name)
                values.append((one.name, one.value or "on"))
        elif one.kind == "select":
            choices = [option for option in one.options if option]
            values.append((one.name, one.value or (choices[0] if one.required and choices else "")))
        else:
            values.append((one.name, words.get(one.name, one.value)))
    return values


def receipt_by_mail(base: str, customer: str, subject: str, patience: float = 60) -> Page:
    """The receipt as it would lie in the customer's mailbox: the demo shows its outgoing mail on a page."""
    browser = Browser()

    def found() -> Page | None:
        listed = browser.open(f"{base}/demo/mail/?to={customer}")
        if listed.status != 200:
            raise AssertionError(f"the page of outgoing mail answers {listed.status}")
        for link in listed.links():
            if re.search(r"/demo/mail/\d+/$", link):
                page = browser.open(link)
                if subject in page.text() and NUMBER.search(page.text()):
                    return page
        return None

    return until(found, f"no receipt with a number for {customer}", patience)


def until(ask: Callable[[], T | None], otherwise: str, patience: float) -> T:
    """The first answer that is something; AssertionError with `otherwise` when none comes in time."""
    deadline = time.monotonic() + patience
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(otherwise)
        time.sleep(0.3)

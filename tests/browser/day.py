"""What a day at the desk needs: the product as it runs around the pages (mail door, worker, stream), customers, and people
whose hands never leave the keyboard."""

from __future__ import annotations

import email
import email.policy
import os
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from sportello.service.channels.models import Mailbox
from tests.cast import PASSWORD, Cast
from tests.flows.live_process import HOST, Running, database_url, running
from tests.flows.test_email_process import answers
from tests.ports import free_port
from tests.scripted_smtp import Scripted, scripted
from tests.waiting import LIMIT, wait_until

#: Where pictures go when somebody wants to look.
SHOTS = os.environ.get("SPORTELLO_SHOTS", "")
#: What no hand on a keyboard does. A click that a key makes has no count of its own (`detail` 0).
GUARD = """(() => {
  const cry = (event) => event.isTrusted && (event.type !== "click" || event.detail > 0)
    && console.error(`pointer: ${event.type} on ${event.target?.outerHTML?.slice(0, 80)}`);
  for (const type of ["pointerdown", "mousedown", "touchstart", "click"]) addEventListener(type, cry, true);
  addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
})()"""
#: A refusal is an answer; the browser calls it an error all the same.
_ANSWERS = ("status of 409", "status of 422")


def _is_meant(line: ConsoleMessage) -> bool:
    """A refusal is an answer; and a stream whose machine is busy tells whoever comes to come again."""
    return any(one in line.text for one in _ANSWERS) or ("status of 503" in line.text and "/stream" in line.location["url"])


@dataclass
class House:
    """The installation: its pages' address, its mail door, and the world's mail server, which keeps what it takes."""

    url: str
    mail_port: int
    world: Scripted
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def write(self, sender: str, name: str, subject: str, text: str, *, to: str = "urp@borgo.test", reply_to: str = "") -> None:
        """A customer's letter, through the door as their provider hands it over."""
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = f"{name} <{sender}>", to, subject
        letter["Message-ID"] = f"<{sender}.{abs(hash((subject, text)))}@example.org>"
        if reply_to:
            letter["In-Reply-To"] = letter["References"] = reply_to
        letter.set_content(text)
        with smtplib.SMTP(HOST, self.mail_port, timeout=60) as client:
            assert client.send_message(letter, sender, [to]) == {}


@contextmanager
def house(live_server: Any) -> Iterator[House]:
    """Around the test's pages: `sportello stream`, `sportello worker`, `sportello listen`, on the same database."""
    page_port = int(live_server.url.rsplit(":", 1)[1])
    with ExitStack() as stack:
        world = stack.enter_context(scripted())
        Mailbox.objects.update(smtp_host=HOST, smtp_port=world.port, smtp_security="none")
        here = House(live_server.url, free_port(), world)
        for name in ("worker", "listen"):
            stack.enter_context(_process(here, name, page_port))
        stream = stack.enter_context(running(page_port))
        stack.enter_context(_settings(stream))
        wait_until(lambda: answers(here.mail_port), say="the mail door did not open")
        yield here


@contextmanager
def _process(here: House, name: str, page_port: int) -> Iterator[None]:
    env = {
        **os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "sportello.config.settings",
        "SPORTELLO_HOME": str(settings.HOME), "SPORTELLO_PORT": str(page_port), "SPORTELLO_SECRET_KEY": settings.SECRET_KEY,
        "SPORTELLO_MAIL_PORT": str(here.mail_port), "SPORTELLO_PUBLIC_URL": here.url,
    }
    with (Path(settings.HOME) / f"{name}-{page_port}.log").open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "sportello", name], env=env, stdout=out, stderr=out,
                                   start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(8)
        process.kill()
        process.wait()


@contextmanager
def _settings(stream: Running) -> Iterator[None]:
    """The pages say where the stream is, and sign in with the cookie it knows."""
    from django.test import override_settings

    with override_settings(STREAM_PORT=stream.port, SESSION_COOKIE_NAME=stream.cookie_name, PORT=stream.page_port):
        yield


@dataclass
class Hands:
    """Somebody at a keyboard. `keys` counts what they press, `signs` what they write."""

    name: str
    context: BrowserContext
    page: Page
    url: str
    wrong: list[str]
    keys: int = 0
    signs: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.signs += len(text)

    def tab_to(self, selector: str, most: int = 60, key: str = "Tab") -> None:
        """Tab until the focus is there: what cannot be reached so cannot be reached."""
        for _step in range(most):
            if self.page.evaluate("(one) => Boolean(document.activeElement?.matches(one))", selector):
                return
            self.press(key)
        self.shoot("not-reached")
        raise AssertionError(f"{self.name} does not reach {selector} with the {key} key")

    def ready(self) -> None:
        """The page's scripts hear keys."""
        self.page.wait_for_function("() => customElements.get('command-palette') !== undefined && document.readyState === 'complete'")

    def away(self) -> None:
        """Out of the field, so that keys have their meaning again: on a page whose words are there its scripts may not be yet."""
        self.ready()
        if self.page.evaluate("Boolean(document.activeElement?.matches('input, textarea, select'))"):
            self.press("Escape")
        self.page.wait_for_function("() => !document.activeElement?.matches('input:not([type=checkbox]), textarea, select')")

    def sign_in(self, address: str) -> None:
        self.page.goto(f"{self.url}/desk/")
        self.tab_to("#id_login")
        self.write(address)
        self.press("Tab")
        self.write(PASSWORD)
        self.press("Enter")
        self.page.wait_for_url(lambda url: urlsplit(url).path.startswith("/desk/"))  # the sign-in page names it as the next
        self.ready()

    def to_list(self, keys: str, name: str) -> None:
        self.away()
        self.press(*keys.split())
        self.page.wait_for_url(f"**/lists/{name}/**")
        self.ready()

    def take_all(self, name: str) -> None:
        """What is nobody's yet, as many at once as the list shows."""
        self.to_list("g u", name)
        several = self.page.locator(".row-link").count()
        assert several
        for _row in range(several):
            self.press("j", "Space")
        self.press("Shift+T")
        self.page.wait_for_url("**/many/take/**")
        self.ready()
        self.press("Control+Enter")
        expect(self.page.locator("#many [role=status]")).to_contain_text(f"{several} di {several} fatte")

    def open(self, words: str, subject: str) -> None:
        """A ticket by words of it, from the palette."""
        self.away()
        self.press("Control+k")
        self.page.wait_for_function("() => document.activeElement?.matches('.palette-input')")
        self.write(words)
        found = self.page.locator(".palette-option[aria-selected=true]", has_text=subject)
        expect(found).to_be_visible()
        self.press("Enter")
        expect(self.page.locator(".ticket-subject")).to_have_text(subject)
        self.ready()

    def verb(self, key: str, field: str) -> Locator:
        """A verb by its key: its form is there, and the focus is in it."""
        self.away()
        self.press(key)
        self.page.wait_for_function(
            "(one) => document.querySelector('#verb[open] .dialog-body')?.contains(document.activeElement) && Boolean(document.querySelector(one))",
            arg=f"#verb-body {field}")
        return self.page.locator("#verb")

    def done(self) -> None:
        self.press("Control+Enter")
        expect(self.page.locator("#verb")).not_to_be_visible()

    def reply(self, text: str = "") -> None:
        self.away()
        self.press("r")
        self.page.wait_for_function("() => document.activeElement?.id === 'reply-text'")
        if text:
            self.write(text)

    def note(self, text: str) -> None:
        self.away()
        self.press("n")
        self.page.wait_for_function("() => document.activeElement?.id === 'note-text'")
        self.write(text)

    def send(self, says: str) -> None:
        self.press("Control+Enter")
        expect(self.page.locator("#timeline")).to_contain_text(says)
        # their words are there a moment before they are out of the field: a key in between would be one more of its letters
        self.page.wait_for_function("() => !document.activeElement?.closest('#composer') && document.activeElement !== document.body")

    def shoot(self, name: str) -> None:
        if SHOTS:
            self.page.wait_for_timeout(300)
            self.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def hands(browser: Browser, here: House, name: str, size: tuple[int, int] = (1440, 900)) -> Hands:
    """A browser of their own, watched: errors, the policy, and a hand that takes the mouse."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="it-IT")
    context.add_init_script(GUARD)
    page, wrong = context.new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(f"{name}: {error}"))
    page.on("console", lambda line: wrong.append(f"{name}: {line.text}") if line.type == "error" and not _is_meant(line) else None)
    page.on("dialog", lambda dialog: dialog.accept())
    return Hands(name, context, page, here.url, wrong)


def operators(browser: Browser, here: House, cast: Cast, *names: str) -> list[Hands]:
    found = []
    for name in names:
        one = hands(browser, here, name)
        one.sign_in(cast.users[name.split()[0]].email)
        found.append(one)
    return found


# ---- counting, past the product's own queries


def ask(sql: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def until(what: Callable[[], object], wanted: object, seconds: float = LIMIT) -> None:
    found: list[object] = [None]

    def there() -> bool:
        found[0] = what()
        return found[0] == wanted

    try:
        wait_until(there, seconds)
    except AssertionError:
        raise AssertionError(f"wanted {wanted!r}, found {found[0]!r}") from None


@dataclass(frozen=True)
class Left:
    """A letter as the world's server took it: to whom, in words and as bytes with every transfer encoding undone."""

    to: tuple[str, ...]
    subject: str
    text: str
    everything: bytes
    message_id: str


def left(world: Scripted) -> list[Left]:
    found = []
    for _sender, recipients, raw in list(world.taken):
        letter = email.message_from_bytes(raw, policy=email.policy.default)
        parts = [part for part in letter.walk() if not part.is_multipart()]
        decoded = b"\n".join(part.get_payload(decode=True) or b"" for part in parts)
        body = letter.get_body(("plain",))
        text = str(body.get_content()) if body is not None else ""
        found.append(Left(tuple(recipients), str(letter["Subject"]), text, raw + decoded, str(letter["Message-ID"])))
    return found

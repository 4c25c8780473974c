"""What a hostile browser sends, made from the product's own pages: forms with their fields, and values to put into them."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.test import Client

from .permission_addresses import addresses
from .permission_asking import FIRST, body_of
from .permission_scene import WORDS, Kit, Scene, address_of
from .permissions import EVERYBODY, HOLDS_CODE, LINES, STAFF, TICKETS, Line

#: Whom to ask with first: rights enough to pass the guard, so that the view itself meets what is sent.
FORWARD = ("Carla", "Elena", "Bruno", "Anna", "Irene", "Hugo", "Maria", "John", "Root")
#: Not a number, not a word, not a length anybody meant.
VALUES = ("-1", str(2**63), "0", "9" * 5000, "\x00", "²", "１２", "' OR 1=1 --", "../../etc/passwd", "\ud7ff\U0010ffff‮", "")
#: The same for one step of an address.
STEPS = (str(2**63), "0", "9" * 300, "²", "‮%2e%2e", "x" * 3000)
ELSEWHERE = ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "https:evil.example")
#: Names under which a page is told where to go on.
NEXT = ("next", "back", "return", "return_to", "after", "from")
#: As htmx would send them, from another page.
HTMX = {"HX-Request": "true", "HX-Current-URL": "https://evil.example/\x7f?\"<script>", "HX-Target": "\"><b>", "HX-Trigger": "x\x7f",
        "HX-Prompt": "9" * 3000, "HX-Boosted": "maybe", "Referer": "https://evil.example/desk/"}
#: What only the shop has, and only the town; Hugo works in both.
OF_ONE = {"borgo": ("Comune di Borgo Lieto", "maria@example.org", "nino.borgo@example.org"),
          "bottega": ("Bottega Chiara", "john@example.org", "nino.bottega@example.org")}
IN_BOTH = ("Hugo",)
#: Runs the installation: which organisations there are is theirs to know, nothing of what is in them.
RUNS_ALL, NAMES_OF_ALL = "Root", ("Comune di Borgo Lieto", "Bottega Chiara")


@dataclass
class Form:
    action: str
    #: name → what stands in it; for a choice its first
    fields: dict[str, str] = field(default_factory=dict)
    #: fields that are chosen or carried along, not typed
    chosen: set[str] = field(default_factory=set)


class _Forms(HTMLParser):
    """The forms of a page that are posted."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.forms = here, list[Form]()
        self._open: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(urlsplit(of.get("action") or self.here).path)
            if of.get("method", "get").lower() == "post":
                self.forms.append(self._open)
        if self._open is None or not of.get("name"):
            if tag == "option" and self._open is not None and self._select and of.get("value"):
                self._open.fields[self._select] = self._open.fields[self._select] or of["value"]
            return
        if tag == "select":
            self._select = of["name"]
        if tag in ("input", "select", "textarea", "button") and of["name"] != "csrfmiddlewaretoken":
            self._open.fields.setdefault(of["name"], of.get("value", ""))
            if tag in ("select", "button") or of.get("type") in ("hidden", "radio", "checkbox"):
                self._open.chosen.add(of["name"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "select":
            self._select = ""


@dataclass
class Pages:
    """What the product's pages offer: fields by the path a form goes to."""

    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    chosen: dict[str, set[str]] = field(default_factory=dict)

    def read(self, path: str, response: HttpResponse) -> None:
        if response.status_code != 200 or not response.get("Content-Type", "").startswith("text/html"):
            return
        found = _Forms(path)
        found.feed(body_of(response).decode())
        for form in found.forms:
            self.fields.setdefault(form.action, {}).update(form.fields)
            self.chosen.setdefault(form.action, set()).update(form.chosen)


def asker(line: Line, slug: str = "borgo") -> str:
    """Who gets in at this line, with most rights; for what is nobody's, whoever comes first."""
    inside = set(line.right.inside(slug))
    if line.right is EVERYBODY:
        return "Anna" if not line.name.startswith("portal:") else "Maria"
    if line.right is HOLDS_CODE:
        return "Maria" if slug == "borgo" else "John"
    if line.right.by_ticket:
        inside &= TICKETS[FIRST[slug]]
    return next((one for one in FORWARD if one in inside), "Carla")


def read_pages(scene: Scene) -> Pages:
    """Every page of the table that opens, looked through once."""
    pages = Pages()
    for line in LINES:
        if "GET" in line.methods:
            with scene.question():
                kit = scene.kit("borgo")
                pages.read(address_of(line, kit).split("?")[0], scene.ask(asker(line), line, kit, "GET"))
    return pages


class Prober:
    """Asks, and keeps what should not have been: failures of ours, foreign words, ways out of the house."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.wrong: list[str] = []
        self.asked = 0
        self._failed = ""
        scene.client = Client(raise_request_exception=False)
        got_request_exception.connect(self._keep, weak=False, dispatch_uid="hostile")

    def close(self) -> None:
        got_request_exception.disconnect(dispatch_uid="hostile")
        self.scene.client = Client()

    def _keep(self, sender: object, request: HttpRequest, **more: object) -> None:
        lines = traceback.format_exc().strip().splitlines()
        ours = [one.strip() for one in lines if "/sportello/" in one]
        self._failed = f"{lines[-1][:200]} in {ours[-1].split('/sportello/')[-1] if ours else '?'}"

    def send(self, person: str, line: Line, kit: Kit, method: str, said: str, *, path: str = "", slug: str = "borgo",
             data: object = None, hidden: tuple[str, ...] = (), follow: bool = False, **more: object) -> HttpResponse:
        """One request in a savepoint; `hidden`: words that must not show."""
        client = self.scene.client
        with self.scene.question():
            client.cookies = self.scene.cookies[person].copy()
            self._failed, self.asked = "", self.asked + 1
            address = path or address_of(line, kit)
            response = getattr(client, method.lower())(address, data or {}, **more)
            self.look(person, f"{method} {address[:160]} ({line.name}) {said}", response, slug, hidden)
            to = response.get("Location", "")
            if follow and response.status_code == 302 and to.startswith("/desk/"):
                self._failed = ""
                self.look(person, f"after {method} {line.name} {said}: {to[:120]}", client.get(to), slug, hidden)
        return response

    def look(self, person: str, said: str, response: HttpResponse, slug: str, hidden: tuple[str, ...] = ()) -> None:
        if response.status_code >= 500 or self._failed:
            self.wrong.append(f"{person}, {said[:300]!r}: {response.status_code} {self._failed}")
            return
        body = body_of(response)
        shown = [word for word in (*foreign_words(person, slug), *hidden) if word.encode() in body]
        if shown:
            self.wrong.append(f"{person}, {said[:300]!r}: shows {shown}")
        for header in ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url"):
            to = urlsplit(response.get(header, "").replace("\\", "/"))
            if to.netloc not in ("", "testserver") or to.scheme not in ("", "http", "https"):
                self.wrong.append(f"{person}, {said[:300]!r}: leads out of the house, {header}: {response[header][:80]}")


def foreign_words(person: str, slug: str) -> tuple[str, ...]:
    """Of the other organisation and of tickets this person may not read; the portal's visitors read their own."""
    if person in IN_BOTH:
        return ()
    other = "bottega" if slug == "borgo" else "borgo"
    unread = [WORDS[about] for about, people in TICKETS.items() if person in STAFF and person not in people]
    words = (*OF_ONE[other], *unread)
    return tuple(word for word in words if word not in NAMES_OF_ALL) if person == RUNS_ALL else words


#: A field of a form → the value of the scene that is its sort.
SORTS = (
    ("team", "team_id"), ("member", "member_id"), ("owner", "member_id"), ("responsible", "member_id"), ("by", "member_id"),
    ("named", "member_id"), ("kind", "kind_id"), ("mailbox", "mailbox_id"), ("template", "template_id"),
    ("customer", "customer_id"), ("other", "other_customer_id"), ("person", "customer_id"), ("attachment", "attachment_id"),
    ("file", "attachment_id"), ("office", "office_id"), ("document", "document_id"), ("branch", "branch_id"),
    ("message", "message_id"), ("ticket", "number"), ("number", "number"), ("into", "number"), ("procedure", "procedure_id"),
    ("contact", "contact_id"), ("identity", "identity_id"), ("form", "form_row_id"), ("class", "class_id"), ("to", "identity_id"),
    ("reply", "reply"), ("article", "article"), ("sheet", "sheet"), ("letter", "letter_id"), ("entry", "entry_id"),
    ("position", "position"), ("approval", "approval_id"), ("fault", "fault_id"), ("recall", "recall_id"), ("who", "member_id"),
)


def forged(name: str, kit: Kit) -> list[str]:
    """Values of others' things that a field of this name may be made to hold."""
    found = [kit[key] for part, key in SORTS if part in name.lower() and key in kit]
    return found or [kit["member_id"], kit["team_id"]]


def steps_of(line: Line, kit: Kit, turn: int) -> Iterator[tuple[str, Kit]]:
    """Each argument of the address with a NUL, and with one in turn of what nobody has."""
    for at, name in enumerate(addresses()[line.name]):
        for step in ("a\x00b", STEPS[(turn + at) % len(STEPS)]):
            yield f"{name}={step[:20]!r}", {**kit, name: step}

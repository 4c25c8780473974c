"""A customer's browser, as far as the proof needs one: cookies, redirects, forms. Standard library only."""

from __future__ import annotations

import http.client
import http.cookiejar
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener


@dataclass
class Input:
    """One thing to fill in."""

    name: str
    kind: str
    value: str = ""
    checked: bool = False
    required: bool = False
    options: list[str] = field(default_factory=list)


@dataclass
class Form:
    """One form of a page."""

    action: str
    method: str
    multipart: bool
    inputs: list[Input] = field(default_factory=list)

    def named(self, name: str) -> list[Input]:
        """Its inputs of that name."""
        return [one for one in self.inputs if one.name == name]


@dataclass
class Page:
    """What came back: where we are after redirects, the status, the text."""

    address: str
    status: int
    html: str

    def forms(self) -> list[Form]:
        """The page's forms."""
        reader = _Reader()
        reader.feed(self.html)
        return reader.forms

    def links(self) -> list[str]:
        """Where the page's links lead."""
        reader = _Reader()
        reader.feed(self.html)
        return [urljoin(self.address, link) for link in reader.links]

    def text(self) -> str:
        """What a person reads."""
        reader = _Reader()
        reader.feed(self.html)
        return " ".join(" ".join(reader.words).split())


class Browser:
    """Keeps cookies from page to page."""

    def __init__(self) -> None:
        self._opener = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def open(self, address: str, body: bytes | None = None, kind: str = "", referer: str = "") -> Page:
        """Fetch a page; a refusal (4xx, 5xx) is a page, too."""
        headers = {"Accept-Language": "it", **({"Content-Type": kind} if kind else {})}
        if referer:
            headers["Referer"] = referer
        try:
            with self._opener.open(Request(address, body, headers), timeout=30) as answer:
                return Page(answer.url, answer.status, answer.read().decode())
        except HTTPError as error:
            return Page(error.url or address, error.code, error.read().decode(errors="replace"))
        except http.client.RemoteDisconnected as error:
            raise ConnectionError(f"{address}: {error}") from None

    def send(self, page: Page, form: Form, values: list[tuple[str, str]], files: dict[str, bytes]) -> Page:
        """Submit a form of `page`, as multipart (which carries files)."""
        mark = uuid.uuid4().hex
        parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in values]
        for name, content in files.items():
            head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="prova.txt"\r\n'
            parts.append(f"{head}Content-Type: text/plain\r\n\r\n".encode() + content + b"\r\n")
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        address = urljoin(page.address, form.action)
        return self.open(address, body, f"multipart/form-data; boundary={mark}", page.address)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._writing: Input | None = None
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("script", "style"):
            self._hidden += 1
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            multipart = given.get("enctype") == "multipart/form-data"
            self._form = Form(given.get("action", ""), given.get("method", "get").lower(), multipart)
            self.forms.append(self._form)
        if self._form is None:
            return
        if tag in ("input", "textarea", "select", "button") and given.get("name"):
            kind = given.get("type", "text") if tag == "input" else tag
            required = "required" in given or given.get("aria-required") == "true"
            made = Input(given["name"], kind, given.get("value", ""), "checked" in given, required)
            self._form.inputs.append(made)
            if tag in ("textarea", "select"):
                self._writing = made
        if tag == "option" and self._writing is not None:
            self._writing.options.append(given.get("value", ""))
            if "selected" in given:
                self._writing.value = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden -= 1
        if tag == "form":
            self._form = None
        if tag in ("textarea", "select"):
            self._writing = None

    def handle_data(self, data: str) -> None:
        if self._writing is not None and self._writing.kind == "textarea":
            self._writing.value += data.removeprefix("\n")
        elif not self._hidden:
            self.words.append(data)

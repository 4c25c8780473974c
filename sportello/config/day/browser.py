"""A customer's browser, without scripts: pages, cookies and forms over HTTP, as far as a web form needs them."""

from __future__ import annotations

import http.client
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

_REDIRECTS = 5


@dataclass
class Form:
    """A form of a page: where it goes and what it would send."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    id: str = ""


@dataclass(frozen=True)
class Answer:
    status: int
    url: str
    text: str
    content: bytes

    def forms(self) -> list[Form]:
        reader = _Forms(self.url)
        reader.feed(self.text)
        return reader.forms

    def form(self, with_field: str) -> Form:
        """The form of the page that has a field of this name; LookupError when there is none."""
        for form in self.forms():
            if with_field in form.fields or with_field in form.choices:
                return form
        raise LookupError(f"no form with {with_field} at {self.url} (status {self.status})")


class Browser:
    """Keeps its cookies; follows redirects. `source` is the loopback address it comes from, so that many customers
    are not one."""

    def __init__(self, base: str, source: str = "127.0.0.1", language: str = "it") -> None:
        self.base, self.source, self.language = base, source, language
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._follow("GET", urljoin(self.base, path), None, "")

    def submit(self, form: Form, values: dict[str, str], files: dict[str, tuple[str, bytes]] | None = None) -> Answer:
        """Send `form` with `values` over what it already holds; `files` are name → (file name, bytes)."""
        fields = {**form.fields, **{name: [value] for name, value in values.items()}}
        if form.files:
            body, kind = _multipart(fields, files or {})
        else:
            body, kind = urlencode(fields, doseq=True).encode(), "application/x-www-form-urlencoded"
        return self._follow(form.method.upper(), urljoin(self.base, form.action), body, kind)

    def _follow(self, method: str, url: str, body: bytes | None, kind: str) -> Answer:
        for _ in range(_REDIRECTS):
            status, location, content = self._once(method, url, body, kind)
            if status not in (301, 302, 303, 307) or not location:
                return Answer(status, url, content.decode("utf-8", "replace"), content)
            method, url, body, kind = "GET", urljoin(url, location), None, ""
        raise RuntimeError(f"more than {_REDIRECTS} redirects at {url}")

    def _once(self, method: str, url: str, body: bytes | None, kind: str) -> tuple[int, str, bytes]:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(
            parts.hostname or "127.0.0.1", parts.port or 80, timeout=60, source_address=(self.source, 0)
        )
        headers = {
            "Accept-Language": self.language,
            "Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items()),
            "Referer": url,
        }
        if kind:
            headers["Content-Type"] = kind
        try:
            connection.request(method, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", body, headers)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self._cookies[key] = rest.split(";", 1)[0]
            return answer.status, answer.getheader("Location") or "", answer.read()
        finally:
            connection.close()


def _multipart(fields: dict[str, list[str]], files: dict[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    boundary = uuid.uuid4().hex
    parts: list[bytes] = []
    for name, values in fields.items():
        parts += [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for value in values
        ]
    for name, (filename, content) in files.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


class _Forms(HTMLParser):
    """Reads the forms of a page with what each would send untouched."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(
                urljoin(self.url, told.get("action", "") or self.url), told.get("method", "get"), id=told.get("id", "")
            )
            self.forms.append(self._form)
        if self._form is None:
            return
        name = told.get("name", "")
        if tag == "input" and name:
            self._input(self._form, name, told)
        elif tag == "textarea" and name:
            self._area = name
            self._form.fields[name] = [""]
        elif tag == "select" and name:
            self._select = name
            self._form.fields.setdefault(name, [])
        elif tag == "option" and self._select:
            self._form.choices.setdefault(self._select, []).append(told.get("value", ""))
            if "selected" in told or not self._form.fields[self._select]:
                self._form.fields[self._select] = [told.get("value", "")]

    @staticmethod
    def _input(form: Form, name: str, told: dict[str, str]) -> None:
        kind = told.get("type", "text")
        if kind == "file":
            form.files.append(name)
        elif kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(told.get("value", "on"))
            if "checked" in told:
                form.fields.setdefault(name, []).append(told.get("value", "on"))
        elif kind not in ("submit", "button", "image"):
            form.fields.setdefault(name, []).append(told.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.fields[self._area] = [(self._form.fields[self._area][0] + data).lstrip("\n")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""

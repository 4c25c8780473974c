"""Pages that follow the stream, small enough to count every request they make: what the desk marks, and no more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from playwright.sync_api import Response

from tests.ports import free_port

from .live_process import HOST

_KINDS = {"js": "text/javascript", "css": "text/css"}


@dataclass
class Pages:
    """`/bell` draws the bell, `/list/<name>` a list, `/ticket/<organisation>/<number>` a ticket with a composer; `asked` keeps every
    request that is not a static file."""

    port: int
    stream_port: int
    #: ticket → version the server would draw now
    versions: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    #: What the browser's stream that was answered last tells of.
    streamed: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def streams(self, response: Response) -> None:
        """An answer the browser had: was it of the stream?"""
        asked = parse_qs(urlsplit(response.url).query).get("topics")
        if asked and response.ok:
            self.streamed = set(asked[0].split(","))

    def fragments(self) -> list[str]:
        return [path for path in self.asked if "fragment=" in path]

    def answer(self, path: str) -> tuple[str, bytes] | None:
        parts = urlsplit(path)
        if parts.path.startswith("/static/"):
            found = finders.find(parts.path.removeprefix("/static/"))
            kind = _KINDS.get(path.rsplit(".", 1)[-1], "text/plain")
            return (kind, open(found, "rb").read()) if found else None
        self.asked.append(path)
        part = parse_qs(parts.query).get("fragment", [""])[0]
        if parts.path == "/bell":
            return "text/html", self.page('<div data-live-bell><a href="/notifications/">Bell</a></div>').encode()
        if parts.path.startswith("/list/"):
            name = parts.path.removeprefix("/list/")
            return "text/html", (self.rows(name) if part else self.page(self.listing(name))).encode()
        if parts.path.startswith("/ticket/"):
            name = parts.path.removeprefix("/ticket/")
            return "text/html", (self.head(name, ' hx-swap-oob="true"') if part else self.page(self.ticket(name))).encode()
        return None

    def page(self, body: str) -> str:
        address = f"http://{HOST}:{self.stream_port}/stream"
        head = render_to_string("live/_head.html", {"stream_url": address})
        rail = "".join(f'<a class="rail-entry" href="/lists/{name}/">{name}<span class="count">5</span></a>'
                       for name in ("mine", "unassigned", "waiting"))
        return (
            f'<!doctype html><html lang="en"><head><title>t</title>{head}'
            '<script src="/static/django_htmx/htmx-2.min.js" defer></script></head>'
            f'<body><div class="rail-list">{rail}</div><div id="announcements" role="status"></div><main>{body}</main></body></html>'
        )

    def listing(self, name: str) -> str:
        return f'<span data-live-news="{name}"><p role="status"></p></span>{self.rows(name)}'

    def rows(self, name: str) -> str:
        rows = "".join(
            f'<li data-live-row="{ticket}" data-version="{version}"><a href="/ticket/{ticket}">{ticket}</a></li>'
            for ticket, version in self.versions.items()
        )
        return f'<div id="list-rows" data-live-list="{name}" data-refresh="/list/{name}"><ul>{rows}</ul></div>'

    def head(self, name: str, extra: str = "") -> str:
        version = self.versions[name]
        return (
            f'<header id="ticket-head" data-live-ticket="{name}" data-version="{version}"'
            f' data-refresh="/ticket/{name}?fragment=live"{extra}>Version {version} <input id="within"></header>'
        )

    def ticket(self, name: str) -> str:
        return f'{self.head(name)}<textarea id="composer" aria-label="Reply"></textarea>'


@contextmanager
def serving(stream_port: int, port: int | None = None) -> Iterator[Pages]:
    pages = Pages(port or free_port(), stream_port)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = pages.answer(self.path)
            kind, body = found or ("text/plain", b"nothing")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((HOST, pages.port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield pages
    finally:
        server.shutdown()
        server.server_close()

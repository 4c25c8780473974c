"""The product behind a browser's router: pages come from the test client, so that all lies in one transaction."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.db import DEFAULT_DB_ALIAS, connections
from django.test import Client
from playwright.sync_api import Route

NAME = "desk.test"
ADDRESS = f"http://{NAME}"


@cache
def _file(path: str) -> tuple[bytes, str]:
    found = finders.find(path)
    assert isinstance(found, str), path
    return Path(found).read_bytes(), mimetypes.guess_type(path)[0] or "text/plain"


class House:
    """For one person at a time; what a page would send is not taken."""

    def __init__(self, cookies: Mapping[str, SimpleCookie]) -> None:
        self.cookies, self.person = cookies, "anonymous"
        # Playwright's loop runs in this thread: where it runs, Django looks for a connection of its own
        self.connection = connections[DEFAULT_DB_ALIAS]
        self.ready: dict[str, Any] = {}
        self.client = Client(headers={"host": NAME, "accept-language": "it"})

    def keep_the_transaction(self) -> None:
        connections[DEFAULT_DB_ALIAS] = self.connection

    def has_page(self, address: str) -> bool:
        """Whether a whole page stands there, no file, fragment or way on; the browser then gets this very answer."""
        self.client.cookies = self.cookies[self.person].copy()
        response = self.client.get(address)
        shown = response.status_code == 200 and not response.streaming and b"<html" in response.content[:400].lower()
        self.ready = {address: response} if shown else {}
        return shown

    def answer(self, route: Route) -> None:
        self.keep_the_transaction()
        at = urlsplit(route.request.url)
        if at.netloc != NAME or route.request.method != "GET":
            route.abort()
            return
        if at.path.startswith("/static/"):
            body, sort = _file(at.path.removeprefix("/static/"))
            route.fulfill(body=body, content_type=sort)
            return
        self.client.cookies = self.cookies[self.person].copy()
        address = f"{at.path}?{at.query}" if at.query else at.path
        headers: Any = {name: value for name, value in route.request.headers.items() if name.startswith("hx-")}
        response = self.ready.pop(address, None) or self.client.get(address, headers=headers)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        route.fulfill(status=response.status_code, headers=dict(response.items()), body=body)


def cookies_of(user: Any) -> SimpleCookie:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies

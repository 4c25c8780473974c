"""Who may open a stream: the browser of a signed-in person, on a page of ours.

The stream has a port of its own, so it is another origin for the browser (though the same site: the session cookie
comes along). The answer names the page's origin and no other, and the cookie alone is never enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.http import parse_cookie
from django.http.request import validate_host
from django.utils.crypto import constant_time_compare

from sportello.foundation.journal.reader import Position

from .positions import parse

#: What one browser asks for at most: more tickets than a person has open.
TOPICS = 60
_NAME_LENGTH = 120
#: A page older than this begins from what is remembered (`hub.REMEMBERED`).
_AGO = 60.0

Headers = dict[str, str]


@dataclass(frozen=True)
class Asked:
    """What a browser asks for. `since` None: from `ago` seconds before now."""

    topics: tuple[str, ...]
    since: Position | None
    ago: float
    #: One answer as soon as there is something, for proxies that would keep a stream back.
    polls: bool


def headers_of(scope: dict[str, Any]) -> Headers:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def read(scope: dict[str, Any], headers: Headers) -> Asked | None:
    """The question in the address; None when it asks for nothing or for too much."""
    query: str = scope["query_string"].decode("latin-1")
    try:
        given = parse_qs(query, max_num_fields=10)
    except ValueError:
        return None

    def first(name: str) -> str:
        return given.get(name, [""])[0]

    names = tuple(dict.fromkeys(name for name in first("topics").split(",") if name))
    if not names or len(names) > TOPICS or any(len(name) > _NAME_LENGTH for name in names):
        return None
    # a browser that lost the connection sends the last id it has; that is newer than the one in its address
    since = parse(headers.get("last-event-id", "")) or parse(first("since"))
    ago = first("ago")
    seconds = min(int(ago) / 1000, _AGO) if ago.isascii() and ago.isdigit() and len(ago) < 12 else 0.0
    return Asked(names, since, seconds, first("poll") == "1")


def origin_for(headers: Headers) -> str | None:
    """What to answer as allowed origin: the asking page's when it is ours, "" when none asked, None to refuse."""
    host = headers.get("host", "")
    if not validate_host(_without_port(host), settings.ALLOWED_HOSTS):
        return None
    origin = headers.get("origin", "")
    if not origin:
        # not asked by a script of another origin; a foreign page could still try an <img>
        return None if headers.get("sec-fetch-site", "none") in ("cross-site",) else ""
    try:
        page, here, public = urlsplit(origin), urlsplit(f"//{host}"), urlsplit(settings.PUBLIC_URL)
        ours = (page.scheme, page.hostname, page.port) == (public.scheme, public.hostname, public.port)
        same = page.hostname == here.hostname and _port(page) in (settings.PORT, _port(here, page.scheme))
    except ValueError:
        return None
    scheme = "https" if settings.BEHIND_TLS else "http"
    return origin if ours or (same and page.scheme == scheme) else None


def _without_port(host: str) -> str:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    return f"[{name}]" if ":" in name else name


def _port(address: SplitResult, scheme: str = "") -> int:
    return address.port or (443 if (scheme or address.scheme) == "https" else 80)


@dataclass(frozen=True)
class Visitor:
    user: Any
    session_key: str


def visitor(headers: Headers) -> Visitor | None:
    """Who is signed in in this browser; None for nobody. Asks the database, and never changes the session."""
    key = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME, "")
    if not key:
        return None
    session = SessionStore(key)
    user_id, proof = session.get(SESSION_KEY), session.get(HASH_SESSION_KEY, "")
    if not user_id:
        return None
    user = get_user_model()._default_manager.filter(pk=user_id, is_active=True).first()
    # the proof dies with the password it was made of
    if user is None or not constant_time_compare(proof, user.get_session_auth_hash()):
        return None
    return Visitor(user, key)

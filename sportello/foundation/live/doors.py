"""Who may open a stream: the browser of a signed-in person, on a page of ours.

The stream has a port of its own, so it is another origin for the browser (though the same site: the session cookie
comes along). The answer names the page's origin and no other, and the cookie alone is never enough.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import parse_cookie
from django.http.request import validate_host
from django.utils.crypto import constant_time_compare

from sportello.foundation.journal.reader import Position
from sportello.foundation.tenancy.clock import server_now

from .positions import parse

#: What one browser asks for at most: more tickets than a person has open.
TOPICS = 60
_NAME_LENGTH = 120
_KEY_LENGTH = 40
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


def session_key(headers: Headers) -> str:
    """The session the browser says it has; "" for none."""
    key: str = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME, "")
    return key if len(key) <= _KEY_LENGTH else ""


def visitors(keys: Collection[str]) -> dict[str, Visitor]:
    """Who is signed in in these sessions, and nobody who is not; two queries, and no session is changed."""
    sessions = Session.objects.filter(session_key__in=[key for key in set(keys) if key], expire_date__gt=server_now())
    read = SessionStore()
    held = {key: read.decode(data) for key, data in sessions.values_list("session_key", "session_data")}
    user_ids = {session.get(SESSION_KEY) for session in held.values()}
    found = get_user_model()._default_manager.filter(pk__in=[pk for pk in user_ids if pk], is_active=True)
    users = {str(user.pk): user for user in found}
    proofs = {pk: user.get_session_auth_hash() for pk, user in users.items()}
    return {
        key: Visitor(users[pk], key)
        for key, session in held.items()
        # the proof dies with the password it was made of
        if (pk := session.get(SESSION_KEY)) in users
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), proofs[pk])
    }

"""Access tokens (RFC 6749): from a refresh token (section 6) or, without one, by client credentials (section 4.4).

A token is used until a minute before its end and never leaves this process; a refresh token the server replaces
(section 6: "the authorization server MAY issue a new refresh token") is on disk before the new access token is used.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from . import secrets
from .trouble import ServerTrouble

LIMIT = 20.0
_ANSWER = 64 * 1024
_EARLY = 60.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Client:
    """Who asks: the settings of a collector. `collector_id` names its secrets."""

    collector_id: int
    token_url: str
    client_id: str
    scope: str = ""


@dataclass
class _Held:
    token: str
    ends: float


_held: dict[int, _Held] = {}
_one_at_a_time = threading.Lock()


def access_token(client: Client, *, fresh: bool = False) -> str:
    """A token that is good now. `fresh`: the server refused the last one. ServerTrouble: token_refused when the
    consent has ended, token_server when its server cannot be used, no_secret when there is none to ask with."""
    with _one_at_a_time:
        held = _held.get(client.collector_id)
        if held is not None and not fresh and time.monotonic() < held.ends - _EARLY:
            return held.token
        answer = _ask(client)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise ServerTrouble("token_server", "the answer holds no access_token")
        replaced = answer.get("refresh_token")
        if isinstance(replaced, str) and replaced and secrets.is_there(client.collector_id, "refresh_token"):
            secrets.keep(client.collector_id, "refresh_token", replaced)
        _held[client.collector_id] = _Held(token, time.monotonic() + _seconds(answer.get("expires_in")))
        return token


def forget(collector_id: int) -> None:
    """The settings changed: ask anew."""
    _held.pop(collector_id, None)


def _ask(client: Client) -> dict[str, object]:
    parts = urlsplit(client.token_url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ServerTrouble("token_server", "the address of the token server must begin with https://")
    asked = {"client_id": client.client_id}
    if client.scope:
        asked["scope"] = client.scope
    if secrets.is_there(client.collector_id, "client_secret"):
        asked["client_secret"] = secrets.secret(client.collector_id, "client_secret")
    if secrets.is_there(client.collector_id, "refresh_token"):
        asked |= {
            "grant_type": "refresh_token",
            "refresh_token": secrets.secret(client.collector_id, "refresh_token"),
        }
    elif "client_secret" in asked:
        asked["grant_type"] = "client_credentials"
    else:
        raise ServerTrouble("no_secret")
    request = urllib.request.Request(  # noqa: S310 - https, or our own machine: checked above
        client.token_url, data=urlencode(asked).encode(), headers={"Accept": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=LIMIT) as answer:  # noqa: S310 - as above
            return _read(answer.read(_ANSWER))
    except urllib.error.HTTPError as error:
        raise _refusal(error) from error
    except (OSError, ValueError) as error:
        raise ServerTrouble("token_server", str(error)) from error


def _refusal(error: urllib.error.HTTPError) -> ServerTrouble:
    """RFC 6749 section 5.2: `error` says whether to come again or to ask a person."""
    try:
        said = _read(error.read(_ANSWER))
    except (OSError, ValueError, ServerTrouble):
        said = {}
    code = str(said.get("error", ""))
    words = f"{error.code} {code} {said.get('error_description', '')}".strip()
    refused = code in ("invalid_grant", "invalid_client", "unauthorized_client", "interaction_required")
    return ServerTrouble("token_refused" if refused else "token_server", words)


def _read(answer: bytes) -> dict[str, object]:
    found = json.loads(answer)
    if not isinstance(found, dict):
        raise ServerTrouble("token_server", "the answer is not an object")
    return found


def _seconds(given: object) -> float:
    """`expires_in`; five minutes where the server does not say."""
    try:
        return max(0.0, min(float(str(given)), 86_400.0))
    except ValueError:
        return 300.0

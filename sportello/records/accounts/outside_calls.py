"""How a sign-in asks the service of an organisation: as every address somebody wrote into a form is asked
(`core/calling.py`). allauth would follow redirects, and any address the service names, into the house.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final
from urllib.parse import urlencode

from requests import ConnectionError as NoConnection
from requests import HTTPError, Session

from sportello.foundation.core.calling import Answer, CallFailure, call

from .actions.outside import HOSTS, MOST_BYTES, SECONDS, may_call
from .models import OutsideProvider

_guarded: Final[ContextVar[bool]] = ContextVar("outside_calls_guarded", default=False)


@contextmanager
def calls_for(code: str) -> Iterator[None]:
    """Within it, what allauth asks is asked with care where an organisation set the provider up; one of the
    installation was written by who runs it, and may lie anywhere."""
    token = _guarded.set(OutsideProvider.objects.filter(code=code).exists())
    try:
        yield
    finally:
        _guarded.reset(token)


def session(usual: Session) -> Any:
    """What allauth asks with."""
    return _Guarded() if _guarded.get() else usual


class _Guarded:
    """As much of a `requests.Session` as allauth uses. Raises requests' own exceptions, which it expects."""

    def __enter__(self) -> _Guarded:
        return self

    def __exit__(self, *_raised: object) -> None: ...

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> _Answered:
        return self.request("GET", url, headers=headers)

    def request(
        self, method: str, url: str, *, params: Mapping[str, str] | None = None, data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None, auth: Any = None,
    ) -> _Answered:  # fmt: skip
        sent = {"Accept": "application/json", **(headers or {})}
        if auth is not None:
            pair = f"{auth.username}:{auth.password}".encode()
            sent["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        if data is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        if params:
            url += ("&" if "?" in url else "?") + urlencode(params)
        if not may_call(url):
            raise NoConnection("address")
        try:
            answer = call(method, url, sent, urlencode(data).encode() if data is not None else None, allowed=HOSTS,
                          seconds=SECONDS, most_bytes=MOST_BYTES)  # fmt: skip
        except CallFailure as failure:
            raise NoConnection(failure.code) from failure
        return _Answered(answer)


class _Answered:
    """As much of a `requests.Response`."""

    def __init__(self, answer: Answer) -> None:
        self.status_code, self.content = answer.status, answer.content
        self.headers = {"content-type": "", **answer.headers}

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def raise_for_status(self) -> None:
        if self.status_code >= 300:
            raise HTTPError(str(self.status_code))

    def json(self) -> Any:
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise NoConnection("not_understood") from error

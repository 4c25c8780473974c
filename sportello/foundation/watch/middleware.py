"""Every request is measured, named and told in one line of the log."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from . import current, keeping, meters, slow

log = logging.getLogger("sportello.request")

HEADER: Final = "X-Request-ID"
#: What a proxy may give: numbers and signs, so that nobody's name gets into our log with it.
_GIVEN: Final = re.compile(r"[0-9A-Fa-f][0-9A-Fa-f:_-]{7,63}")
_NUMBER: Final = re.compile(r"\d{4}-\d{4,9}")
_METHODS: Final = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE"})
#: Asked every few seconds by machines: counted, not told.
_PROBES: Final = frozenset({"healthz", "readyz", "metrics"})


class Watched:
    """Middleware; the outermost, so that what the others take is in the time, and their answers carry the id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        keeping.called("web", unless_named=True)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        named = given if _GIVEN.fullmatch(given) else os.urandom(8).hex()
        request.META[current.REQUEST_KEY] = named
        work = current.Work({"request": named})
        token = current.begin(work)
        began, cpu = time.perf_counter(), time.thread_time()
        try:
            response = self.get_response(request)
            response.headers[HEADER] = named
            self._tell(request, response, work, time.perf_counter() - began, time.thread_time() - cpu)
            return response
        finally:
            current.end(token)

    def _tell(
        self, request: HttpRequest, response: HttpResponseBase, work: current.Work, took: float, cpu: float
    ) -> None:
        view, status = _view_of(request), response.status_code
        method = request.method if request.method in _METHODS else "other"
        _count(view, str(method), status, work, took, cpu)
        if view == "static" or (view in _PROBES and status < 400):
            return
        slow.page(view, took)
        ids = work.ids
        ids["view"] = view
        number = request.resolver_match.kwargs.get("number") if request.resolver_match else None
        if isinstance(number, str) and _NUMBER.fullmatch(number):
            ids["number"] = number
        facts = {"method": method, "status": status, "ms": round(took * 1000, 1), "queries": work.statements}
        log.log(logging.WARNING if status >= 500 else logging.INFO, "%s %s", method, view, extra={"facts": facts})


def _view_of(request: HttpRequest) -> str:
    """The name of the view, never the address: an address may hold a code or what was searched."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or "unnamed"
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"


def _count(view: str, method: str, status: int, work: current.Work, took: float, cpu: float) -> None:
    meters.add(meters.REQUESTS, view, method, f"{status // 100}xx")
    meters.measure(meters.REQUEST_SECONDS, took, view)
    meters.add(meters.REQUEST_CPU, view, by=cpu)
    if view == "static":
        return
    meters.measure(meters.REQUEST_QUERIES, work.statements)
    if work.statements:
        meters.add(meters.REQUEST_STATEMENTS, view, by=work.statements)
        meters.add(meters.REQUEST_STATEMENT_SECONDS, view, by=work.seconds)
    if status == 429:
        refused("too_many")
    elif view == "account_login" and method == "POST" and status == 200:
        refused("sign_in")  # the form came back


def refused(why: str) -> None:
    """Count a request that was turned away for a reason of security (`sign_in`, `csrf`, `too_many`, `metrics`)."""
    meters.add(meters.REFUSED, why)
    slow.saw("refused", why)


def request_id() -> str:
    """Of the request under way, for the page that says something went wrong; empty outside of one."""
    work = current.current()
    return str(work.ids.get("request", "")) if work is not None else ""

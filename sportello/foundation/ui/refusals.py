"""What a person sees when something cannot be done: a refusal they can mend, or a failure of ours.

A `Refusal` raised in a view becomes a page, or for htmx a fragment in the page's polite region; a form that was
typed stays where it is. The handlers below are named in the root URL configuration (`handler404 = …`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.watch.middleware import refused, request_id

log = logging.getLogger("sportello.ui")


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asked for a part of a page (a boosted link or a restored history entry wants a page)."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def say(request: HttpRequest, sentence: str | Promise, status: int, *, title: str = "") -> HttpResponse:
    """`sentence` with `status`: a plain page, or for htmx a notice in the polite region of the page that asked."""
    context = {"sentence": sentence, "status": status, "error_title": title or _title(status)}
    if is_fragment(request):
        response = render(request, "ui/_refusal.html", context, status=status)
        response["HX-Retarget"] = "#announcements"
        response["HX-Reswap"] = "innerHTML"
        return response
    return render(request, "ui/error.html", context, status=status)


def _title(status: int) -> str:
    if status == 409:
        return _("Something changed in the meantime")
    if status == 403:
        return _("You may not do this")
    if status == 429:
        return _("Too many requests")
    if status >= 500:
        return _("We could not do it")
    return _("This cannot be done")


class RefusalPages:
    """Middleware: refusals become answers; a database that is away becomes a 503 that says to try again.

    A NUL in an address is in no row, and PostgreSQL takes none as text: it stops here, before any view asks with it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info:
            return not_found(request)
        if "%00" in request.META.get("QUERY_STRING", ""):
            return bad_request(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return say(request, exception.sentence, exception.status)
        if isinstance(exception, OperationalError):
            log.exception("the database is away")
            return unavailable(request)
        return None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return say(request, _("The request was not complete. Go back, reload the page and try again."), 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return say(request, _("Your account does not allow this. Ask your supervisor if you need it."), 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Named by CSRF_FAILURE_VIEW; mostly a page left open until its session ended."""
    refused("csrf")
    sentence = _("This page was open for too long. Reload it and send again: what you typed is still in the page "
                 "if you go back.")
    return say(request, sentence, 403, title=_("The page has expired"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    sentence = _("There is nothing at this address, or it is not yours to see. Check the address or start again.")
    return say(request, sentence, 404, title=_("Page not found"))


def unavailable(request: HttpRequest) -> HttpResponse:
    """503, from templates that touch no database and no session."""
    sentence = _("The service is starting again. Wait a minute and try again: nothing has been lost.")
    return _bare(sentence, 503)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; rendered without the request's context, which may be what failed."""
    sentence = _("Something went wrong on our side and has been recorded. Try again; if it happens again, tell us "
                 "what you were doing.")
    return _bare(sentence, 500)


def _bare(sentence: str, status: int) -> HttpResponse:
    context = {"sentence": sentence, "status": status, "error_title": _title(status), "request_id": request_id()}
    try:
        body: str = render_to_string("ui/error.html", context)
    except (DatabaseError, ValueError, LookupError):
        log.exception("error page failed")
        body = f"<!doctype html><title>{status}</title><p>{sentence}</p>"
    response = HttpResponse(body, status=status)
    if status == 503:
        response["Retry-After"] = "30"
    return response

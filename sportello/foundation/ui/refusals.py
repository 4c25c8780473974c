"""What a person sees when something cannot be done: a refusal they can mend, or a failure of ours.

A `Refusal` raised in a view becomes a page, or for htmx a fragment in the page's polite region; a form that was
typed stays where it is. The handlers below are named in the root URL configuration (`handler404 = …`).
"""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Callable
from typing import NamedTuple

from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from sportello.foundation.core.away import is_away
from sportello.foundation.core.errors import Refusal, StoreAway
from sportello.foundation.watch.middleware import refused, request_id

log = logging.getLogger("sportello.ui")

#: The disk has no room, or its account may not use more (POSIX).
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
#: PostgreSQL's code for the same (disk_full).
_DATABASE_FULL = "53100"


class Again(NamedTuple):
    """A form that could not be taken, to be sent once more: where it goes, what was typed, whether files were chosen
    (a page cannot hold those)."""

    address: str
    fields: list[tuple[str, str]]
    had_files: bool


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
    if status >= 500:
        return _("We could not do it")
    return _("This cannot be done")


class RefusalPages:
    """Middleware: refusals become answers; a database or a store that is away becomes a 503 that says to try again.

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
        if isinstance(exception, StoreAway):
            log.warning("the store of files is away")
            return say(request, _("Files can be neither read nor stored at this moment. Wait a minute and try again: "
                                  "nothing has been lost."), 503)  # fmt: skip
        return not_now(request, exception)


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


def not_now(request: HttpRequest, exception: BaseException | None) -> HttpResponse | None:
    """503 for what mends itself or is mended without the one who asks: the database is away, a disk is full. None for
    anything else."""
    if _is_no_room(exception):
        log.error("no room: %s", type(exception).__name__)
        sentence = _("There is no room to store anything at this moment. Whoever looks after the service is told: try "
                     "again in a while. Nothing that was stored before has been lost.")
        return _bare(sentence, 503, _again(request))
    if exception is not None and is_away(exception):
        # a restarting database is no fault of the page: its name is enough
        log.warning("the database is away: %s", type(exception).__name__)
        return unavailable(request)
    return None


def _is_no_room(exception: BaseException | None) -> bool:
    if isinstance(exception, DatabaseError):
        return getattr(exception.__cause__, "sqlstate", None) == _DATABASE_FULL
    return isinstance(exception, OSError) and exception.errno in _NO_ROOM


def unavailable(request: HttpRequest) -> HttpResponse:
    """503, from templates that touch no database and no session."""
    sentence = _("The service is starting again. Wait a minute and try again: nothing has been lost.")
    return _bare(sentence, 503, _again(request))


def _again(request: HttpRequest) -> Again | None:
    """What was typed into the form that could not be taken; None where there is nothing, or nothing that may be written
    into a page (passwords and codes)."""
    if request.method != "POST":
        return None
    try:
        fields = [(name, str(value)) for name, values in request.POST.lists() for value in values]
        had_files = bool(request.FILES)
    except (OSError, SuspiciousOperation, MultiPartParserError):
        return None
    if not fields or any(word in name.lower() for name, _value in fields for word in ("password", "code", "secret")):
        return None
    return Again(request.get_full_path(), fields, had_files)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; rendered without the request's context, which may be what failed. What mends itself is no such failure, also
    where it was met before or after the view (the session, the person's language)."""
    temporary = not_now(request, sys.exc_info()[1])
    if temporary is not None:
        return temporary
    sentence = _("Something went wrong on our side and has been recorded. Try again; if it happens again, tell us "
                 "what you were doing.")
    return _bare(sentence, 500)


def _bare(sentence: str, status: int, again: Again | None = None) -> HttpResponse:
    title, number = _title(status), request_id()
    context = {"sentence": sentence, "status": status, "error_title": title, "again": again, "request_id": number}
    try:
        body: str = render_to_string("ui/error.html", context)
    except (DatabaseError, ValueError, LookupError):
        log.exception("error page failed")
        body = f"<!doctype html><title>{status}</title><p>{sentence}</p>"
    response = HttpResponse(body, status=status)
    if status == 503:
        response["Retry-After"] = "30"
        response["Cache-Control"] = "no-store"
    return response

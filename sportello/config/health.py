"""`/healthz`: whether this process lives, `/readyz`: whether this machine can serve. They say nothing of any
organisation: anybody may ask."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from sportello import __version__
from sportello.foundation.journal.reader import behind_seconds
from sportello.service.watching.checks import ALL, FAILED, PAGES, Checks

#: An open writer that holds the journal's readers back for so long deserves an eye.
SLOW_SECONDS = 15.0


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 `{status: ok|slow, version, database, journal_behind_seconds}`; 503 when the database is away."""
    try:
        connection.ensure_connection()
        if not connection.is_usable():  # it is lost, or its server is a standby by now: at once by another
            connection.close()
            connection.ensure_connection()
        behind = behind_seconds()
    except DatabaseError:
        connection.close()
        answer = {"status": "down", "version": __version__, "database": "away"}
        return _fresh(JsonResponse(answer, status=503))
    status = "slow" if behind > SLOW_SECONDS else "ok"
    answer = {"status": status, "version": __version__, "database": "up"}
    return _fresh(JsonResponse({**answer, "journal_behind_seconds": round(behind, 1)}))


#: Asked by every proxy in front of this process: one set of answers for all of them.
_CHECKS = Checks()


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 `{status: ready, version, checks}` or 503 `{status: not ready, …}`; each check ok, late or failed.

    `for=pages` asks only what pages need: a proxy that took the pages away because no mail is taken would make one
    trouble two.
    """
    said = _CHECKS.ask(PAGES if request.GET.get("for") == "pages" else ALL)
    ready = FAILED not in said.values()
    answer = {"status": "ready" if ready else "not ready", "version": __version__, "checks": said}
    return _fresh(JsonResponse(answer, status=200 if ready else 503))


def _fresh(response: JsonResponse) -> JsonResponse:
    response["Cache-Control"] = "no-store"
    return response

"""A refusal reaches the person as a sentence: a page, or a notice in the page that asked."""

from __future__ import annotations

import errno

import psycopg
import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from sportello.foundation.core.errors import NotAllowed, Refusal, Stale
from sportello.foundation.ui import refusals

PAGE, FRAGMENT = {}, {"HX-Request": "true"}


def refused(error: Exception, headers: dict[str, str]) -> HttpResponse | None:
    middleware = refusals.RefusalPages(lambda request: HttpResponse())
    return middleware.process_exception(RequestFactory().get("/x", headers=headers), error)


@pytest.mark.parametrize(("error", "status"), [
    (Refusal("Scriva un motivo."), 422), (Stale("È cambiata."), 409), (NotAllowed("Non può."), 403),
])
def test_a_refusal_is_a_page_with_its_sentence_and_status(error: Refusal, status: int) -> None:
    response = refused(error, PAGE)
    assert response is not None and response.status_code == status
    body = response.content.decode()
    assert str(error.sentence) in body and "<!doctype html>" in body


def test_to_htmx_it_is_a_notice_in_the_polite_region_and_the_form_stays() -> None:
    response = refused(Stale("È arrivato un messaggio: lo legga prima."), FRAGMENT)
    assert response is not None and response.status_code == 409
    assert response["HX-Retarget"] == "#announcements" and response["HX-Reswap"] == "innerHTML"
    assert "<!doctype" not in response.content.decode()


def test_a_sentence_is_text_never_markup() -> None:
    response = refused(Refusal("<script>alert(1)</script>"), FRAGMENT)
    assert response is not None and "<script" not in response.content.decode()


def test_a_boosted_link_wants_a_page() -> None:
    response = refused(Refusal("No."), {**FRAGMENT, "HX-Boosted": "true"})
    assert response is not None and "<!doctype html>" in response.content.decode()


def test_without_a_database_people_are_told_to_wait() -> None:
    response = refused(OperationalError("gone"), PAGE)
    assert response is not None and response.status_code == 503 and response["Retry-After"] == "30"


def test_our_own_failures_are_not_taken_for_refusals() -> None:
    assert refused(KeyError("x"), PAGE) is None


@pytest.mark.parametrize(("handler", "status"), [
    (refusals.bad_request, 400), (refusals.forbidden, 403), (refusals.not_found, 404),
    (refusals.csrf_failure, 403), (refusals.server_error, 500),
])
@pytest.mark.parametrize("language", ["it", "en"])
def test_error_pages_speak_both_languages(handler: object, status: int, language: str) -> None:
    from django.utils import translation

    with translation.override(language):
        response = handler(RequestFactory().get("/"))  # type: ignore[operator]
    body = response.content.decode()
    assert response.status_code == status and f'<html lang="{language}"' in body


def posted(error: Exception, **typed: str) -> str:
    middleware = refusals.RefusalPages(lambda request: HttpResponse())
    response = middleware.process_exception(RequestFactory().post("/o/borgo/request/?draft=x", typed), error)
    assert response is not None and (response.status_code, response["Cache-Control"]) == (503, "no-store")
    return response.content.decode()


def test_what_was_typed_stays_in_the_page_that_says_not_now() -> None:
    body = posted(OperationalError("gone"), text='Buca "profonda" <qui>\nin via Roma', csrfmiddlewaretoken="t")
    assert 'action="/o/borgo/request/?draft=x"' in body
    assert 'name="text" value="Buca &quot;profonda&quot; &lt;qui&gt;\nin via Roma"' in body
    assert 'name="csrfmiddlewaretoken" value="t"' in body


def test_a_password_is_written_into_no_page() -> None:
    assert "Segreto-1" not in posted(OperationalError("gone"), login="anna@borgo.test", password="Segreto-1")


def test_a_full_disk_is_not_now_and_says_so() -> None:
    full = OperationalError("could not extend file")
    full.__cause__ = psycopg.errors.DiskFull()
    for error in (OSError(errno.ENOSPC, "No space left on device"), full):
        body = posted(error, text="parole mie")
        assert "non c&#x27;è spazio" in body and "parole mie" in body
    assert refused(OSError(errno.ENOENT, "No such file"), PAGE) is None


def test_a_database_that_is_away_before_any_view_is_no_fault_of_the_page() -> None:
    """The session of who signed in is read by middleware, where no view's exception is looked at."""
    try:
        raise OperationalError("gone")
    except OperationalError:
        response = refusals.server_error(RequestFactory().get("/desk/"))
    assert (response.status_code, response["Retry-After"]) == (503, "30")

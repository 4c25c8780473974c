"""What a page may load, and what the HTML of a mail may not."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from sportello.foundation.ui import policy


def answer(request: HttpRequest, own: str = "") -> HttpResponse:
    def view(_request: HttpRequest) -> HttpResponse:
        response = HttpResponse("ok")
        if own:
            response.content_policy = own  # type: ignore[attr-defined]  # the documented way
        return response

    return policy.ContentSecurityPolicy(view)(request)  # type: ignore[return-value]  # a plain answer


def directives(response: HttpResponse) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: value for name, _space, value in parts}


@pytest.fixture(autouse=True)
def ports(settings: object) -> None:
    settings.STREAM_URL, settings.STREAM_PORT = "", 8123  # type: ignore[attr-defined]


def test_a_page_loads_only_from_here_and_listens_only_to_its_stream() -> None:
    found = directives(answer(RequestFactory().get("/", headers={"host": "localhost:8000"})))
    assert found["default-src"] == found["script-src"] == found["style-src"] == "'self'"
    assert found["connect-src"] == "'self' http://localhost:8123"
    assert found["frame-ancestors"] == found["object-src"] == found["base-uri"] == "'none'"
    assert found["form-action"] == "'self'"
    assert "unsafe" not in " ".join(found.values())


def test_the_stream_has_the_host_the_browser_used_or_its_cookie_stays_home() -> None:
    for host, origin in (("127.0.0.1:8000", "http://127.0.0.1:8123"), ("[::1]:8000", "http://[::1]:8123")):
        request = RequestFactory().get("/", headers={"host": host})
        assert policy.stream_url(request) == origin + policy.STREAM_PATH


def test_behind_a_proxy_the_stream_is_where_the_settings_say(settings: object) -> None:
    settings.STREAM_URL = "/stream"  # type: ignore[attr-defined]
    request = RequestFactory().get("/")
    assert policy.stream_url(request) == "/stream"
    assert directives(answer(request))["connect-src"] == "'self'"


def test_a_host_that_is_not_ours_gets_no_stream_and_still_a_policy(settings: object) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]  # type: ignore[attr-defined]
    request = RequestFactory().get("/", headers={"host": "evil.example"})
    assert policy.stream_url(request) == ""
    assert directives(answer(request))["connect-src"] == "'self'"


def test_the_html_of_a_mail_runs_nothing_and_fetches_nothing() -> None:
    found = directives(answer(RequestFactory().get("/"), policy.MAIL_FRAME_POLICY))
    assert found["default-src"] == found["form-action"] == "'none'"
    assert "allow-scripts" not in found["sandbox"] and "allow-same-origin" not in found["sandbox"]
    assert found["img-src"] == "'self' data:" and "script-src" not in found


def test_cameras_and_places_are_nobody_s_business() -> None:
    assert "camera=()" in answer(RequestFactory().get("/"))["Permissions-Policy"]

"""What the pages' server is given: a whole page at once, and what is sent piece by piece as it comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from sportello.config import wsgi


def _given(monkeypatch: pytest.MonkeyPatch, response: Any) -> Any:
    monkeypatch.setattr(wsgi, "_django", lambda environ, start: response)
    return wsgi.application({}, lambda *said: None)


@pytest.mark.django_db  # the end of a request gives old connections back
def test_a_whole_page_is_one_piece_and_its_request_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    response = HttpResponse("ciao")
    assert _given(monkeypatch, response) == [b"ciao"]
    assert response.closed


def test_a_stream_is_left_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"a"
        yield b"b"

    response = StreamingHttpResponse(pieces())
    given = _given(monkeypatch, response)
    assert given is response and not response.closed and b"".join(given) == b"ab"

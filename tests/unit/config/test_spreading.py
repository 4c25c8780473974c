"""Who has more connections than a share of the work lets some go; who has few keeps all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sportello.config import spreading


@pytest.mark.parametrize(
    ("at_once", "chance", "closed"), [(1, 0.0, 0), (2, 0.0, 1), (2, 0.1, 0), (3, 0.1, 1), (4, 0.1, 2), (4, 0.9, 0)]
)
def test_the_more_are_answered_at_once_the_more_connections_are_given_up(
    monkeypatch: pytest.MonkeyPatch, at_once: int, chance: float, closed: int
) -> None:
    monkeypatch.setattr(spreading.random, "random", lambda: chance)
    headers: list[list[tuple[str, str]]] = []
    waiting = at_once

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        nonlocal waiting
        waiting -= 1
        if waiting:
            pages(environ, lambda _status, sent: headers.append(sent))
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"."]

    pages = spreading.spread(application)
    pages({}, lambda _status, sent: headers.append(sent))
    assert len(headers) == at_once
    assert sum(("Connection", "close") in sent for sent in headers) == closed


def test_one_that_failed_is_under_way_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreading.random, "random", lambda: 0.0)

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        if environ:
            raise ValueError
        start("200 OK", [])
        return []

    pages = spreading.spread(application)
    for _ in range(5):
        with pytest.raises(ValueError):
            pages({"fails": True}, lambda *_: None)
    sent: list[Any] = []
    pages({}, lambda _status, headers: sent.extend(headers))
    assert sent == []

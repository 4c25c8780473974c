"""Who is let in by the door of the stream, and what an address may ask."""

from __future__ import annotations

import pytest

from sportello.foundation.live import doors


def scope(query: str) -> dict[str, object]:
    return {"query_string": query.encode(), "headers": []}


HERE = "127.0.0.1:8001"


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"host": HERE, "origin": "http://127.0.0.1:8000"}, "http://127.0.0.1:8000"),
        ({"host": "localhost:8001", "origin": "http://localhost:8000"}, "http://localhost:8000"),
        ({"host": "[::1]:8001", "origin": "http://[::1]:8000"}, "http://[::1]:8000"),
        ({"host": HERE, "origin": "http://127.0.0.1:8001"}, "http://127.0.0.1:8001"),
        ({"host": HERE}, ""),
        ({"host": HERE, "sec-fetch-site": "same-site"}, ""),
        ({"host": HERE, "sec-fetch-site": "cross-site"}, None),
        ({"host": "localhost:8001", "origin": "http://127.0.0.1:9000"}, None),
        ({"host": HERE, "origin": "http://127.0.0.1:9000"}, None),
        ({"host": HERE, "origin": "https://127.0.0.1:8000"}, None),
        ({"host": HERE, "origin": "http://evil.test:8000"}, None),
        ({"host": HERE, "origin": "http://127.0.0.1.evil.test:8000"}, None),
        ({"host": HERE, "origin": "null"}, None),
        ({"host": HERE, "origin": "http://127.0.0.1:port"}, None),
        ({"host": "evil.test:8001", "origin": "http://evil.test:8000"}, None),
        ({}, None),
    ],
)
def test_only_the_pages_own_origin_is_answered(settings, headers: dict[str, str], answer: str | None) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
    settings.PORT, settings.PUBLIC_URL, settings.BEHIND_TLS = 8000, "http://127.0.0.1:8000", False
    assert doors.origin_for(headers) == answer


def test_behind_a_proxy_the_stream_has_the_pages_origin(settings) -> None:
    settings.ALLOWED_HOSTS, settings.BEHIND_TLS = ["desk.example"], True
    settings.PUBLIC_URL = "https://desk.example"
    assert doors.origin_for({"host": "desk.example", "origin": "https://desk.example"}) == "https://desk.example"
    assert doors.origin_for({"host": "desk.example", "origin": "http://desk.example"}) is None


def test_an_address_asks_for_topics_from_a_place() -> None:
    asked = doors.read(scope("topics=lists,ticket:borgo/1,lists&since=1:7:9&ago=500"), {})
    assert asked is not None
    assert asked.topics == ("lists", "ticket:borgo/1")
    assert asked.since is not None
    assert (asked.since.xid, asked.since.event_id, asked.ago) == ("7", 9, 0.5)


def test_what_the_browser_heard_last_is_newer_than_its_address() -> None:
    asked = doors.read(scope("topics=lists&since=1:7:9"), {"last-event-id": "1:8:12"})
    assert asked is not None
    assert asked.since is not None
    assert asked.since.event_id == 12


@pytest.mark.parametrize("query", ["", "topics=", "topics=,", "topics=" + "x" * 200, "&".join(f"a{n}=1" for n in range(99)),
                                   "topics=" + ",".join(str(n) for n in range(99))])
def test_too_little_or_too_much_is_refused(query: str) -> None:
    assert doors.read(scope(query), {}) is None


@pytest.mark.parametrize("since", ["", "x", "1:2", "1:2:3:4", "-1:2:3", "1:99999999999999999999:1", "1:²:3", "9999999999:1:1"])
def test_a_place_that_is_none_is_no_place(since: str) -> None:
    asked = doors.read(scope(f"topics=lists&since={since}"), {})
    assert asked is not None
    assert asked.since is None

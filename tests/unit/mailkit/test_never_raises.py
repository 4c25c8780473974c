"""Whatever arrives, there is a record, and every text in it can be stored and shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.service.channels.mailkit.parse import parse
from tests.mail import fuzz


def assert_sound(raw: bytes) -> None:
    assert fuzz.check(raw) == ""


@settings(deadline=None)  # the first message of all loads the language model
@given(st.binary(max_size=2_000))
def test_any_bytes(raw: bytes) -> None:
    assert_sound(raw)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["text/plain", "text/html", "multipart/mixed; boundary=x", "message/rfc822", "image/png"]),
    st.sampled_from(["", "base64", "quoted-printable", "x-uuencode", "8bit"]),
    st.sampled_from(["", "utf-8", "utf-7", "utf-16", "iso-2022-jp", "gb2312", "hz", "zlib", "idna", "\x00", "cp1252"]),
    st.binary(max_size=400),
)
def test_any_body_under_any_declaration(kind: str, encoding: str, charset: str, body: bytes) -> None:
    head = f"From: a@example.it\nContent-Type: {kind}; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n"
    assert_sound(head.encode("latin-1") + body)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_in_headers(name: str, value: str) -> None:
    assert_sound(f"From: {name}\nTo: {value}\nSubject: {value}\nReferences: {name}\n\n".encode("utf-8", "replace"))


def test_three_thousand_mutations_of_the_golden_messages() -> None:
    """The first of those that `make fuzz` tries: hypothesis seldom gets past the boundaries of a multipart."""
    seen = fuzz.run(3_000, seed=20261103, processes=1, seconds=120)
    assert seen.failures == []
    assert seen.count == 3_000


def test_the_fuzzer_tells_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A net that catches nothing would pass everything: break the parser and look."""
    monkeypatch.setattr("sportello.service.channels.mailkit.charsets.clean", lambda text: text + "\x00")
    seen = fuzz.run(20, seed=1, processes=1, seconds=60)
    assert len(seen.failures) == 20
    assert "no database takes" in seen.failures[0][1]


def test_a_bug_costs_a_defect_and_not_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("sportello.service.channels.mailkit.bodies.find", fail)
    record = parse(b"From: Maria <maria@example.ro>\nSubject: Orari\n\nbuongiorno\n")
    assert "parser_error" in record.defects
    assert record.sender.address == "maria@example.ro"
    assert "buongiorno" in record.text

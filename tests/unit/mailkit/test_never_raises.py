"""Whatever arrives, there is a record, and every text in it can be stored and shown."""

from __future__ import annotations

import random
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.service.channels.mailkit import show
from sportello.service.channels.mailkit.parse import parse
from tests.mail import build

SEEDS = list(build.messages().values())
SNIPPETS = [
    b"\r\n", b"\n\n", b"--limite", b"=?utf-8?B?", b"?=", b"\x00", b"\xff\xfe", b"<", b">", b'"', b"(", b";", b":", b"@",
    b"\nContent-Type: multipart/mixed; boundary=limite\n", b"charset=utf-7", b"charset=utf-16", b"charset=idna",
    b"\nContent-Transfer-Encoding: x-uuencode\n", b"begin 644 a\n", b"\x1b$B", b"+AGE-", b"+2AA-", b"<pre>", b"> ",
    b"\nContent-Type: message/delivery-status\n", b"<blockquote>", b"ha scritto:\n", b"\nDate: 99999999999999999999\n",
    b"name*0*=utf-8''%", b"\xed\xa0\x80", b"\nContent-Transfer-Encoding: base64\n", b"&#55296;", b"&#0;",
]  # fmt: skip


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)


def assert_sound(raw: bytes) -> None:
    record = parse(raw)
    assert "parser_error" not in record.defects, "the last net is no part of the design"
    assert record.size == len(raw)
    for text in texts(show.as_json(record)):
        assert "\x00" not in text
        text.encode("utf-8")  # a lone surrogate raises here, as it would in the database
    assert record.date is None or record.date.tzinfo is not None


@given(st.binary(max_size=2_000))
def test_any_bytes(raw: bytes) -> None:
    assert_sound(raw)


@settings(max_examples=150)
@given(
    st.sampled_from(["text/plain", "text/html", "multipart/mixed; boundary=x", "message/rfc822", "image/png"]),
    st.sampled_from(["", "base64", "quoted-printable", "x-uuencode", "8bit"]),
    st.sampled_from(["", "utf-8", "utf-7", "utf-16", "iso-2022-jp", "gb2312", "hz", "zlib", "idna", "\x00", "cp1252"]),
    st.binary(max_size=400),
)
def test_any_body_under_any_declaration(kind: str, encoding: str, charset: str, body: bytes) -> None:
    head = f"From: a@example.it\nContent-Type: {kind}; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n"
    assert_sound(head.encode("latin-1") + body)


@settings(max_examples=150)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_in_headers(name: str, value: str) -> None:
    assert_sound(f"From: {name}\nTo: {value}\nSubject: {value}\nReferences: {name}\n\n".encode("utf-8", "replace"))


def test_three_thousand_mutations_of_the_golden_messages() -> None:
    """A mutation fuzzer with a fixed seed: hypothesis seldom gets past the boundaries of a multipart."""
    chance = random.Random(20261103)
    for _ in range(3_000):
        raw = bytearray(chance.choice(SEEDS))
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(raw) + 1)
            what = chance.random()
            if what < 0.3 and raw:
                raw[min(at, len(raw) - 1)] = chance.randrange(256)
            elif what < 0.6:
                raw[at:at] = chance.choice(SNIPPETS)
            elif what < 0.8:
                del raw[at : at + chance.randrange(40)]
            else:
                again = chance.randrange(len(raw) + 1)
                raw[at:at] = raw[again : again + chance.randrange(200)]
        assert_sound(bytes(raw))


def test_a_bug_costs_a_defect_and_not_a_message(monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("sportello.service.channels.mailkit.bodies.find", fail)
    record = parse(b"From: Maria <maria@example.ro>\nSubject: Orari\n\nbuongiorno\n")
    assert "parser_error" in record.defects
    assert record.sender.address == "maria@example.ro"
    assert "buongiorno" in record.text

"""Messages made to take time and memory. Each would take minutes, or gigabytes, if a limit were missing."""

from __future__ import annotations

import base64
import time
import tracemalloc

import pytest

from sportello.service.channels.mailkit import limits
from sportello.service.channels.mailkit.parse import parse

HEAD = b"From: a@example.it\nTo: urp@comune.example.it\nSubject: x\n"
HTML = HEAD + b"Content-Type: text/html\n\n"


def test_fifty_thousand_parts_are_walked_up_to_the_limit() -> None:
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\nContent-Type: image/png\n\nx\n" * 50_000
    record = parse(raw)
    assert len(record.attachments) <= limits.PARTS
    assert "parts_cut" in record.defects


def test_multiparts_inside_multiparts_end_at_the_limit() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(5_000))
    record = parse(HEAD + nested + b"Content-Type: text/plain\n\nciao\n")
    assert "too_deep" in record.defects
    assert b"ciao" in record.attachments[0].content, "what was not walked is still there, as a file"


def test_ten_thousand_recipients_are_all_read() -> None:
    people = b", ".join(b'"Utente, %d" <u%d@example.it>' % (i, i) for i in range(10_000))
    record = parse(b"From: a@example.it\nTo: " + people + b"\n\nciao\n")
    assert len(record.to) == 10_000
    assert record.to[-1].address == "u9999@example.it"


@pytest.mark.parametrize(
    "value",
    [b'\\"' * 200_000, b"(" * 400_000, b"<" * 400_000, b":" * 400_000, b"," * 400_000,
     b"=?utf-8?q?a" * 40_000, b'"' * 400_000],
    ids=["quotes", "comments", "angles", "colons", "commas", "words", "bare-quotes"],
)  # fmt: skip
def test_hostile_address_fields(value: bytes) -> None:
    record = parse(b"From: a@example.it\nTo: " + value + b"\nSubject: " + value + b"\n\nciao\n")
    assert record.text == "ciao"
    assert len(record.to) <= limits.ADDRESSES
    assert len(record.subject) <= limits.SUBJECT


@pytest.mark.parametrize("line", [b"zzz\n", b"X: y\n", b" fold\n", b"Subject\n"])
def test_header_blocks_without_end(line: bytes) -> None:
    record = parse(b"From: a@example.it\n" + line * 300_000 + b"\nciao\n")
    assert "headers_cut" in record.defects or "bad_header_line" in record.defects
    assert record.sender.address == "a@example.it"


@pytest.mark.parametrize(
    "html",
    [b"<div>" * 200_000, b"<ul><li>x" * 100_000, b"<blockquote>x" * 70_000, b"&" * 1_000_000, b"<" * 1_000_000,
     b"<p a='" + b"<b>" * 300_000, b"<table><b>" * 90_000],
    ids=["div", "list", "quote", "ampersand", "angle", "attribute", "table"],
)  # fmt: skip
def test_html_that_never_closes(html: bytes) -> None:
    record = parse(HTML + html + b"fine")
    assert len(record.html) <= limits.SAFE_HTML
    assert len(record.text) <= limits.TEXT


def test_many_html_parts_share_one_budget() -> None:
    part = b"--x\nContent-Type: text/html\n\n" + b"<div>" * 15_000 + b"\n"
    record = parse(HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + part * 50 + b"--x--\n")
    assert record.html.count("<div>") <= limits.HTML_TAGS
    assert "html_cut" in record.defects


def test_words_beyond_the_sanitisers_budget_are_kept_as_text() -> None:
    record = parse(HTML + b"<i>a</i>" * (limits.HTML_TAGS + 1) + b"<p>ultime parole</p>")
    assert "ultime parole" in record.text


def test_twenty_megabytes_of_base64_do_not_explode() -> None:
    content = b"%PDF-" + bytes(range(256)) * 58_600
    raw = HEAD + b"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(content)
    tracemalloc.start()
    record = parse(raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert record.attachments[0].content == content
    assert peak < 2 * len(raw)


@pytest.mark.parametrize("junk", [b"QQ==\n" * 1_000_000, b"*\nQUJD\n" * 500_000, b"=" * 3_000_000])
def test_damaged_base64(junk: bytes) -> None:
    record = parse(HEAD + b"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n" + junk)
    assert len(record.attachments) == 1


@pytest.mark.parametrize(
    "text",
    [b"Il 3 nov 2026 10:15\n" * 50_000, b"Da: a@b.it\n" * 100_000, b"> " * 500_000, b"> a\n" * 300_000,
     b"-" * 1_000_000,
     b" " * 1_000_000, b"-- \n" * 300_000, b"ciao " * 1_000_000, b"a\n" * 1_000_000],
    ids=["attribution", "labels", "angles", "quotes", "hyphens", "spaces", "delimiters", "one-line", "lines"],
)  # fmt: skip
def test_texts_against_the_splitter(text: bytes) -> None:
    record = parse(HEAD + b"\n" + text)
    assert len(record.text) <= limits.TEXT
    kept = len(record.reply_text) + len(record.quoted_text) + len(record.signature)
    assert kept <= len(record.text) + 2


def test_reports_with_too_many_recipients() -> None:
    group = b"Final-Recipient: rfc822; a@b.it\nAction: failed\n\n"
    raw = (
        HEAD + b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n"
        b"Content-Type: message/delivery-status\n\n" + group * 60_000 + b"\n--x--\n"
    )
    bounce = parse(raw).bounce
    assert bounce is not None
    assert len(bounce.recipients) == limits.REPORT_RECIPIENTS


def test_thousands_of_references_keep_the_first_and_the_newest() -> None:
    raw = HEAD + b"References: " + b" ".join(b"<r%d@example.it>" % i for i in range(20_000)) + b"\n\nciao\n"
    record = parse(raw)
    assert len(record.references) == limits.REFERENCES
    assert record.references[0] == "<r0@example.it>"
    assert record.references[-1] == "<r19999@example.it>"


@pytest.mark.parametrize(
    "charset", ["zlib", "bz2", "hex", "idna", "punycode", "unicode_escape", "rot13", "undefined", "x" * 9_000]
)
def test_codecs_that_are_no_charsets_are_never_used(charset: str) -> None:
    head = f"Content-Type: text/plain; charset={charset}\n\n"
    record = parse(HEAD + head.encode() + b"\\u0041 ciao")
    assert record.text == "\\u0041 ciao"
    assert "charset_unknown" in record.defects


@pytest.mark.parametrize(
    "text",
    [b"-----BEGIN PGP SIGNED MESSAGE-----\n\n" * 30_000, b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: a\n" + b"A: b\n" * 100_000,
     b"-----BEGIN PGP SIGNED MESSAGE-----\n\nciao\n-----BEGIN PGP SIGNATURE-----\n" * 10_000],
    ids=["marks", "fields", "signatures"],
)  # fmt: skip
def test_armour_without_end(text: bytes) -> None:
    """Found by the fuzzer: the pattern that first read the armour took exponential time on unfinished ones."""
    began = time.process_time()
    record = parse(HEAD + b"\n" + text)
    assert time.process_time() - began < 5
    assert record.size == len(HEAD) + 1 + len(text)

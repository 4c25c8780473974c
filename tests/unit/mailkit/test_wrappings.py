"""winmail.dat, p7m, calendars and reports against second opinions, and against those made to take time."""

from __future__ import annotations

import base64
import struct
import time

import pytest
from asn1crypto import cms
from flufl.bounce import all_failures
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tnefparse import TNEF

from sportello.service.channels.mailkit import invitations, limits, rtf, smime, tnef
from sportello.service.channels.mailkit.defects import Defects
from sportello.service.channels.mailkit.parse import parse
from tests.mail import build, build_reports, build_wrappings
from tests.mail.build_wrappings import attribute, mapi, wide, wrapped_file

HEAD = b"From: a@example.it\nTo: urp@comune.example.it\nSubject: x\n"


def wrapped(kind: str, content: bytes) -> bytes:
    return HEAD + f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n".encode() + base64.encodebytes(content)


def test_another_reader_finds_the_same_files_in_winmail_dat() -> None:
    content = build_wrappings.tnef(wrapped_file("uno.pdf", build.PDF), wrapped_file("due.png", build.PNG))
    theirs = [(file.long_filename().strip("\0"), file.data) for file in TNEF(content).attachments]
    assert [(file.name, file.content) for file in tnef.read(content, Defects()).files] == theirs
    assert len(theirs) == 2


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_damage_to_winmail_dat_leaves_a_record(data: st.DataObject) -> None:
    content = bytearray(build_wrappings.tnef(
        attribute(0x9003, 6, mapi((0x1F, 0x1000, wide("Buongiorno")), (0x102, 0x1009, build_wrappings.packed(build_wrappings.RTF)))),
        wrapped_file("uno.pdf", build.PDF),
    ))  # fmt: skip
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    record = parse(wrapped("application/ms-tnef", bytes(content)))
    assert "parser_error" not in record.defects
    assert record.attachments[0].content == bytes(content), "the wrapping itself is always kept"


@example("Â¡")  # valid UTF-8, and yet two letters
@given(st.text(alphabet=st.characters(codec="cp1252", exclude_categories=["C"], exclude_characters="\\{}\x7f\xa0"), min_size=1))
def test_rich_text_packed_and_unpacked_says_what_it_said(words: str) -> None:
    source = rb"{\rtf1\ansi\ansicpg1252 " + "".join(f"\\'{byte:02x}" for byte in words.encode("cp1252")).encode() + b"}"
    packed = build_wrappings.packed(source)
    assert rtf.unpacked(packed, Defects()) == source
    assert rtf.to_text(source) == words


def test_references_of_packed_rich_text_reach_back_into_the_first_window() -> None:
    # "{\rtf1\ansi" stands at the window's beginning: one reference of eleven letters, then the mark of the end.
    token = struct.pack(">H", 0 << 4 | (11 - 2)) + struct.pack(">H", (207 + 11) << 4)
    packed = struct.pack("<IIII", 17, 11, 0x75465A4C, 0) + b"\x03" + token
    assert rtf.unpacked(packed, Defects()) == b"{\\rtf1\\ansi"


BOMBS = {
    "tnef-empty-attributes": ("application/ms-tnef", build_wrappings.tnef(attribute(0x8005, 3, b"") * 300_000)),
    "tnef-files": ("application/ms-tnef", build_wrappings.tnef(wrapped_file("a", b"x") * 5_000)),
    "tnef-promised-properties": (
        "application/ms-tnef", build_wrappings.tnef(attribute(0x9003, 6, struct.pack("<I", 0xFFFFFFFF) + bytes(1_000_000)))),
    "rtf-inflates": (
        "application/ms-tnef",
        build_wrappings.tnef(attribute(0x9003, 6, mapi((
            0x102, 0x1009, struct.pack("<IIII", 1, 0x7FFFFFFF, 0x75465A4C, 0) + b"\xff" + b"\x00\x0f" * 2_000_000)))),
    ),
    "rtf-groups": ("application/ms-tnef", build_wrappings.tnef(attribute(0x9003, 6, mapi((
        0x102, 0x1009, struct.pack("<IIII", 1, 900_000, 0x414C454D, 0) + b"{\\rtf1" + b"{" * 900_000))))),
    "p7m-nested-der": ("application/pkcs7-mime", b"\x30\x80" * 500_000),
    "p7m-lies": ("application/pkcs7-mime", bytes.fromhex("3084ffffffff06092a864886f70d010702") + bytes(1_000_000)),
    "calendar-lines": ("text/calendar", b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n" * 50_000),
    "calendar-fold": ("text/calendar", b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\n" + b" y\n" * 300_000),
    "calendar-quotes": ("text/calendar", b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + b'A;B="' * 40_000),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_wrappings_made_to_take_time(name: str) -> None:
    kind, content = BOMBS[name]
    began = time.process_time()
    record = parse(wrapped(kind, content))
    assert time.process_time() - began < 10
    assert "parser_error" not in record.defects
    assert record.attachments[0].content == content


def test_envelopes_inside_envelopes_end_at_the_limit() -> None:
    inside = b"Content-Type: text/plain\n\nciao\n"
    for _ in range(limits.WRAPPINGS + 5):
        head = b'Content-Type: application/pkcs7-mime; name="smime.p7m"\nContent-Transfer-Encoding: base64\n\n'
        inside = head + base64.encodebytes(build_wrappings.signed_data(inside))
    record = parse(HEAD + inside)
    assert "wrappings_cut" in record.defects
    assert len(record.attachments) == limits.WRAPPINGS + 1


def test_parts_beyond_the_limit_are_kept_in_one_piece() -> None:
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\nContent-Type: image/png\n\nx\n" * 50_000
    raw += b"--x\n\nultime parole\n--x--\n"
    record = parse(raw)
    assert "parts_cut" in record.defects
    assert b"ultime parole" in record.attachments[-1].content


def test_a_hundred_megabytes_of_base64_are_read_in_time() -> None:
    raw = HEAD + b"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n" + b"JVBERi0xLjQK" * 8_750_000
    began = time.process_time()
    record = parse(raw)
    assert time.process_time() - began < 30
    assert record.attachments[0].size == 78_750_000


def test_a_signed_document_that_looks_like_a_mail_is_still_a_document() -> None:
    content = build_wrappings.signed_data(b"Subject: questo e il testo del documento\n")
    raw = wrapped('application/pkcs7-mime; name="nota.txt.p7m"', content)
    record = parse(raw)
    assert [file.filename for file in record.attachments] == ["nota.txt.p7m", "nota.txt"]
    assert record.signature_state == ""


def test_what_is_no_signature_is_no_signature() -> None:
    assert smime.open_p7m(b"", Defects()) is None
    assert smime.open_p7m(cms.ContentInfo({"content_type": "data", "content": b"x"}).dump(), Defects()) is None


@given(st.text(max_size=300))
def test_any_calendar(text: str) -> None:
    for event in invitations.events(f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{text}\nEND:VEVENT\nEND:VCALENDAR"):
        invitations.words(event)


@pytest.mark.parametrize("name", sorted({**build_reports.by_the_standard(), **build_reports.in_their_own_words()}))
def test_every_lasting_failure_another_reader_sees_is_seen(name: str) -> None:
    """flufl.bounce as a second opinion: it knows addresses only, neither reasons nor whether they last."""
    import email

    raw = build_reports.messages()[name]
    bounce = parse(raw).bounce
    seen = {who.address.encode() for who in bounce.recipients} if bounce else set()
    theirs = {address for address in all_failures(email.message_from_bytes(raw))[1] if isinstance(address, bytes)}
    if name == "dsn-original-hidden-by-alias":
        theirs = set()  # it names the address behind the alias, of which our letter knows nothing
    assert theirs <= seen

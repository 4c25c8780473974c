"""Small pieces that the golden messages touch only once."""

from __future__ import annotations

import threading

import pytest

from sportello.service.channels.mailkit import addresses, charsets, dates, encoded_words, ids, language, params, sniff
from sportello.service.channels.mailkit.defects import Defects
from sportello.service.channels.mailkit.parse import parse
from tests.waiting import LIMIT


def people(value: str) -> list[tuple[str, str]]:
    return [(person.name, person.address) for person in addresses.parse(value, Defects())]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("maria@example.ro", [("", "maria@example.ro")]),
        ('"Rossi, Mario" <m@e.it>', [("Rossi, Mario", "m@e.it")]),
        ('"Mario \\"Il Rosso\\" Rossi" <m@e.it>', [('Mario "Il Rosso" Rossi', "m@e.it")]),
        ("m@e.it (Mario Rossi)", [("Mario Rossi", "m@e.it")]),
        ("m@e.it (Mario (il rosso) Rossi)", [("Mario (il rosso) Rossi", "m@e.it")]),
        ("a@b.it; c@d.it", [("", "a@b.it"), ("", "c@d.it")]),
        ("Colleghi: a@b.it, Anna <c@d.it>;, e@f.it", [("", "a@b.it"), ("Anna", "c@d.it"), ("", "e@f.it")]),
        ("undisclosed-recipients:;", []),
        ("", []),
        ("URP: Comune <urp@e.it>", [("URP: Comune", "urp@e.it")]),
        ("'Mario Rossi' <'m@e.it'>", [("Mario Rossi", "m@e.it")]),
        ("Ufficio <urp> <urp@e.it>", [("Ufficio", "urp@e.it")]),
        ("Mario <m@e.it", [("Mario", "m@e.it")]),
        ("Mario m@e.it", [("Mario", "m@e.it")]),
        ("<mailto:m@e.it>", [("", "m@e.it")]),
        ("m@e.it <m@e.it>", [("m@e.it", "m@e.it")]),
        ("=?utf-8?B?TWFyaWEgPG1AZS5pdD4=?= <x@y.it>", [("Maria <m@e.it>", "x@y.it")]),
        ("Niccolò <niccolò@città.it>", [("Niccolò", "niccolò@città.it")]),
        ("<>", []),
        ("Mario Rossi", [("Mario Rossi", "")]),
    ],
)
def test_addresses(value: str, wanted: list[tuple[str, str]]) -> None:
    assert people(value) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
        ("x=?utf-8?q?=C3=A0?=y", "xày"),
        ("=?utf-8*it?Q?citt=C3=A0?=", "città"),
        ("=?utf-8?B?w6A?=", "à"),
        ("=?ISO-8859-1?Q?=E0_=E8?=", "à è"),
        ("=?none-such?Q?abc?=", "abc"),
        ("=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        ("=?utf-7?Q?+2AA-?=", "\ufffd"),
        ("2 =? 3", "2 =? 3"),
    ],
)
def test_encoded_words(value: str, wanted: str) -> None:
    assert encoded_words.decode(value, Defects()) == wanted


def test_parameters_keep_their_backslashes_and_their_order() -> None:
    value = 'attachment; filename="C:\\docs\\a.pdf"; x*1=b; x*0=a; y*=iso-8859-1\'\'citt%E0; z="a;b"; broken; =; q = 1'
    main, found = params.parse(value, Defects())
    assert main == "attachment"
    assert found == {"filename": "C:\\docs\\a.pdf", "x": "ab", "y": "città", "z": "a;b", "q": "1"}


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("Tue, 3 Nov 2026 10:15:00 +0100", "2026-11-03T10:15:00+01:00"),
        ("3 Nov 26 10:15 GMT", "2026-11-03T10:15:00+00:00"),
        ("2026-11-03T10:15:00+01:00", "2026-11-03T10:15:00+01:00"),
        ("Tue, 3 Nov 2026 10:15:00 (CET)", "2026-11-03T10:15:00+00:00"),
    ],
)
def test_dates(value: str, wanted: str) -> None:
    found = dates.parse(value, Defects())
    assert found is not None
    assert found.isoformat() == wanted


@pytest.mark.parametrize("value", ["", "ieri", "Tue, 99 Nov 2026 10:15", "1 Jan 1900 00:00:00 +0000",
                                   "3 Nov 2026 10:15:00 +9999999",
                                   "9" * 300])  # fmt: skip
def test_dates_that_are_none(value: str) -> None:
    assert dates.parse(value, Defects()) is None


def test_long_ids_that_differ_at_their_end_stay_different() -> None:
    one, other = (ids.own(f"<{'x' * 2_000}{end}@e.it>", Defects()) for end in "ab")
    assert one != other
    assert len(one) < 300


@pytest.mark.parametrize(
    ("content", "declared", "wanted"),
    [
        (b"%PDF-1.7", "image/png", "application/pdf"),
        (b"MZ\x90\x00\x03", "application/pdf", "application/vnd.microsoft.portable-executable"),
        (b"<svg onload=alert(1)>", "image/png", "image/svg+xml"),
        (b"<!doctype html><p>", "text/plain", "text/html"),
        (b"not a picture", "image/jpeg", "application/octet-stream"),
        (b"a,b\n1,2\n", "text/csv", "text/csv"),
        (b"a,b\n1,2\n", "application/octet-stream", "text/plain"),
        (b"\x00\x01\x02", "text/plain", "application/octet-stream"),
        (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.textPK", "application/zip",
         "application/vnd.oasis.opendocument.text"),
        (b"PK\x03\x04..[Content_Types].xml..word/document.xml", "application/octet-stream",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04..a.txt", "application/pdf", "application/zip"),
        (b"\x30\x82\x01\x00", "application/pkcs7-mime", "application/pkcs7-mime"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword", "application/msword"),
        (b"", "application/pdf", "application/pdf"),
        (b"\x00\x01", "nonsense", "application/octet-stream"),
    ],
)  # fmt: skip
def test_content_decides_the_type(content: bytes, declared: str, wanted: str) -> None:
    assert sniff.content_type(content, declared) == wanted


def test_charsets_that_lie() -> None:
    noted = Defects()
    assert charsets.decode("è".encode(), "iso-8859-1", noted) == "è"
    assert charsets.decode(b"\xe8", "utf-8", noted) == "è"
    assert charsets.decode(b"\x80", "latin1", noted) == "€"
    assert noted.codes() == ("charset_wrong",)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Buongiorno, vorrei sapere quando apre lo sportello.", "it"),
        ("Good morning, I would like to know the opening hours.", "en"),
        ("Bună ziua, aș dori să știu programul ghișeului.", "ro"),
        ("Добрий день, я хотіла б дізнатися години роботи.", "uk"),
        ("您好，请问办事处几点开门？", "zh"),
        ("Ok", ""),
        ("12345 67890 https://www.example.com/very/long/address", ""),
        ("", ""),
    ],
)
def test_languages(text: str, wanted: str) -> None:
    assert language.detect(text) == wanted


@pytest.mark.parametrize(
    ("status", "diagnostic", "reason", "hard"),
    [
        ("5.1.1", "550 user unknown", "bad_address", True),
        ("5.2.2", "552 over quota", "mailbox_full", False),
        ("5.3.4", "552 too big", "size", False),
        ("5.7.1", "554 blocked", "policy", False),
        ("5.7.1", "550 5.7.1 no such user", "bad_address", True),
        ("4.4.1", "timed out", "temporary", False),
        ("5.0.0", "550 5.1.1 unknown", "bad_address", True),
        ("5.4.4", "host not found", "bad_address", True),
        ("5.0.0", "no reason given", "other", True),
    ],
)
def test_why_a_message_came_back(status: str, diagnostic: str, reason: str, hard: bool) -> None:
    raw = (
        "From: MAILER-DAEMON@x.it\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\n\nBack\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
        f"Final-Recipient: rfc822; a@b.it\nAction: failed\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {diagnostic}\n\n--b--\n"
    )
    bounce = parse(raw.encode()).bounce
    assert bounce is not None
    assert [(who.address, who.reason, who.hard) for who in bounce.recipients] == [("a@b.it", reason, hard)]
    assert bounce.hard is hard


def test_an_attached_message_keeps_every_byte() -> None:
    inner = b"From: x@y.it\r\nSubject:  two  spaces\r\nX-Long: " + b"a" * 500 + b"\r\n\r\n.\r\nFrom here\r\n\x80\xff"
    raw = (
        b"From: a@b.it\r\nContent-Type: multipart/mixed; boundary=z\r\n\r\n--z\r\nContent-Type: message/rfc822\r\n\r\n"
    )
    assert parse(raw + inner + b"\r\n--z--\r\n").attachments[0].content == inner


class Clock:
    """A time that stands still until it is told to pass."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.may_pass = threading.Event()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert self.may_pass.wait(LIMIT)
        self.now += seconds


def test_the_model_of_languages_is_let_go_of_when_nobody_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(language, "time", clock)
    monkeypatch.setattr(language, "_loaded", [])
    words = "Buongiorno, il lampione davanti a casa mia è spento da una settimana e nessuno risponde."
    others = set(threading.enumerate())
    assert language.detect(words) == "it"
    assert language._loaded
    clock.now += language.LET_GO / 2
    assert language.detect(words) == "it"
    (keeper,) = [thread for thread in threading.enumerate() if thread.name == "language" and thread not in others]
    clock.may_pass.set()
    keeper.join(LIMIT)
    assert not keeper.is_alive()
    assert not language._loaded
    assert clock.now >= 1_000.0 + language.LET_GO * 1.5, "a minute after the last message, not after the first"
    assert language.detect(words) == "it"

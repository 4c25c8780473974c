"""Authentication-Results (RFC 8601): one host is believed, and nobody can speak in its name from below."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.service.channels.mailkit import show
from sportello.service.channels.mailkit.authenticity import Authenticity, Checked, believed, from_json, read
from sportello.service.channels.mailkit.parse import parse

HOST = "mx.ente.example"


def test_a_field_is_read_with_its_comments_quotes_and_versions() -> None:
    host, results = read(
        'mx.Ente.example 1; dkim=pass (2048-bit key; "x") header.d=example.org header.i=@example.org;\r\n'
        " spf/1 = softfail (a (nested; spf=pass) one) smtp.mailfrom=\"maria;x\"@example.org; dmarc=fail"
        " (p=REJECT) header.from=example.org; arc=pass; iprev=pass policy.iprev=192.0.2.1"
    )
    assert host == HOST
    assert results == [
        ("dkim", Checked("pass", "example.org")),
        ("spf", Checked("softfail", "example.org")),
        ("dmarc", Checked("fail", "example.org")),
    ]
    assert [one.said for _method, one in results] == ["passed", "failed", "failed"]


@pytest.mark.parametrize("word", ["none", "neutral", "temperror", "permerror", "bestguesspass", "skipped"])
def test_a_word_that_answers_nothing_says_nothing(word: str) -> None:
    assert read(f"{HOST}; dmarc={word} header.from=example.org")[1][0][1].said == "not_said"


def test_who_does_not_give_a_name_is_nobody() -> None:
    assert read("spf=pass smtp.mailfrom=example.org; dmarc=pass header.from=example.org")[0] == ""
    assert believed([(0, "spf=pass smtp.mailfrom=x.example")], HOST) == Authenticity()
    assert read("mx.ente.example; none") == (HOST, [])


def message(*top: str) -> bytes:
    lines = [*top, "From: Banca <info@banca.example>", "To: urp@borgo.test", "Subject: Conto", "Message-ID: <1@b>"]
    return ("\r\n".join(lines) + "\r\n\r\nClicchi qui.\r\n").encode()


RECEIVED = "Received: from evil.example by mx.ente.example with ESMTP id 1; Tue, 3 Nov 2026 10:15:00 +0100"
FORGED = "Authentication-Results: mx.ente.example; dkim=pass header.d=banca.example; dmarc=pass header.from=banca.example"


def test_forged_fields_of_other_hosts_are_not_believed() -> None:
    record = parse(message(FORGED.replace(HOST, "mx.altro.example"), RECEIVED))
    assert believed(record.authentication, HOST) == Authenticity()
    assert believed(record.authentication, "") == Authenticity()


def test_a_field_in_the_hosts_name_below_its_own_is_the_senders() -> None:
    """Where the host says nothing of DMARC, the letter cannot say it for the host."""
    own = "Authentication-Results: mx.ente.example; dkim=fail header.d=banca.example"
    record = parse(message(own, "Authentication-Results: mx.ente.example; spf=none", RECEIVED, FORGED))
    found = believed(record.authentication, HOST)
    assert (found.dkim.said, found.spf.said, found.verdict) == ("failed", "not_said", "not_said")
    # and of two that stand together the upper one holds
    both = believed(parse(message(own, FORGED)).authentication, HOST)
    assert both.dmarc.said == "passed"  # the host keeps its name to itself, or it must not be named: RFC 8601 section 5


def test_one_good_signature_of_several_is_enough() -> None:
    value = f"{HOST}; dkim=fail header.d=list.example; dkim=pass header.d=example.org; dkim=none"
    assert believed([(1, value)], HOST.upper()).dkim == Checked("pass", "example.org")


def test_what_is_kept_comes_back_the_same() -> None:
    found = believed([(0, f"{HOST}; spf=pass smtp.helo=mail.example.org; dmarc=pass header.from=example.org")], HOST)
    assert from_json(json.loads(json.dumps(found.as_json()))) == found
    assert from_json({}) == from_json(None) == Authenticity()
    assert from_json({"by": "x", "dkim": 3}) == Authenticity("x")
    assert Authenticity().as_json() == {}


def test_mail_show_tells_what_is_written_and_believes_nobody() -> None:
    raw = base64.b64encode(message(RECEIVED, FORGED)).decode()
    answer = show.answer(json.dumps({"id": 1, "kind": "mail", "raw": raw}))
    assert answer["authentication"] == [
        {
            "host": HOST,
            "results": [
                {"method": "dkim", "result": "pass", "domain": "banca.example", "said": "passed"},
                {"method": "dmarc", "result": "pass", "domain": "banca.example", "said": "passed"},
            ],
        }
    ]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='dkimspfarc=pass;()"\\ ./@\x00é\r\n', max_size=300))
def test_nothing_written_there_raises(value: str) -> None:
    host, results = read(value)
    assert isinstance(host, str)
    assert all(one.said in ("passed", "failed", "not_said") for _method, one in results)


def test_a_bomb_of_fields_costs_little() -> None:
    raw = message(*[f"Authentication-Results: h{number}.example; dkim=pass {'(' * 3_000}" for number in range(900)])
    assert len(parse(raw).authentication) == 20

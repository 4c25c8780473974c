"""Sender Policy Framework (RFC 7208) over a zone of our own."""

from __future__ import annotations

import pytest

from sportello.service.channels.mailkit import spf
from tests.zone import Zone

ZONE = Zone(
    txt={
        "plain.example": ["v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"],
        "soft.example": ["google-site-verification=x", "v=spf1 a mx/28 ~all"],
        "other.example": ["v=spf1 include:plain.example ?all"],
        "moved.example": ["v=spf1 redirect=plain.example"],
        "macro.example": ["v=spf1 exists:%{ir}.%{v}.%{l1r-}.%{d2} -all"],
        "twice.example": ["v=spf1 -all", "v=spf1 +all"],
        "round.example": ["v=spf1 include:round.example -all"],
        "broken.example": ["v=spf1 ip4:300.1.2.3 -all"],
        "nobody.example": ["v=spf1 include:nothing.example -all"],
        "empty.example": ["v=spf1 a:a.empty.example a:b.empty.example a:c.empty.example -all"],
        "quiet.example": [],
    },
    hosts={
        "soft.example": ["198.51.100.7"],
        "mx.soft.example": ["203.0.113.17", "2001:db8:1::1"],
        "5.2.0.192.in-addr.maria.macro.example": ["127.0.0.2"],
    },
    mx={"soft.example": ["mx.soft.example"]},
)


@pytest.mark.parametrize(
    ("address", "sender", "result"),
    [
        ("192.0.2.9", "maria@plain.example", "pass"),
        ("::ffff:192.0.2.9", "maria@plain.example", "pass"),
        ("2001:db8::5", "maria@plain.example", "pass"),
        ("198.51.100.1", "maria@plain.example", "fail"),
        ("198.51.100.7", "maria@soft.example", "pass"),
        ("203.0.113.20", "maria@soft.example", "pass"),
        ("203.0.113.99", "maria@soft.example", "softfail"),
        ("192.0.2.9", "maria@other.example", "pass"),
        ("198.51.100.1", "maria@other.example", "neutral"),
        ("198.51.100.1", "maria@moved.example", "fail"),
        ("192.0.2.5", "maria@macro.example", "pass"),
        ("192.0.2.6", "maria@macro.example", "fail"),
        ("192.0.2.5", "maria@quiet.example", "none"),
        ("192.0.2.5", "maria@localhost", "none"),
        ("no address", "maria@plain.example", "none"),
        ("192.0.2.5", "maria@twice.example", "permerror"),
        ("192.0.2.5", "maria@round.example", "permerror"),
        ("192.0.2.5", "maria@broken.example", "permerror"),
        ("192.0.2.5", "maria@nobody.example", "permerror"),
        ("192.0.2.5", "maria@empty.example", "permerror"),
    ],
)
def test_what_a_domain_says_of_an_address(address: str, sender: str, result: str) -> None:
    assert spf.check(ZONE, address, sender, "mail.example") == (result, sender.partition("@")[2])


def test_a_report_is_asked_by_the_name_of_its_server() -> None:
    assert spf.check(ZONE, "192.0.2.9", "", "plain.example") == ("pass", "plain.example")


def test_silence_of_the_dns_is_said_and_the_questions_are_bounded() -> None:
    assert spf.check(Zone(silent=True), "192.0.2.9", "a@plain.example", "x")[0] == "temperror"
    zone = Zone(txt={f"n{n}.example": [f"v=spf1 include:n{n + 1}.example -all"] for n in range(50)})
    assert spf.check(zone, "192.0.2.9", "a@n0.example", "x")[0] == "permerror"
    assert zone.asked <= 12

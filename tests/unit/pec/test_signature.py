"""Is a certified message whole, and who signed it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sportello.service.channels.mailkit.pec_signature import certificates, check
from tests.mail.pec import build
from tests.pec_provider import Provider, signer

AT = datetime(2026, 11, 3, 9, 15, tzinfo=UTC)
RAW = Provider().envelope(build.THEIRS, build.FIRM, [build.BOX], at=AT)
TRUSTED = certificates(signer().authority_pem)


def test_valid_by_a_trusted_authority() -> None:
    found = check(RAW, TRUSTED, AT)
    assert (found.state, found.code) == ("valid", "")
    assert found.signer == "CN=Posta certificata di prova"


def test_valid_when_the_certificate_itself_is_trusted_and_when_line_ends_were_lost() -> None:
    assert check(RAW, [signer().certificate], AT).state == "valid"
    assert check(RAW.replace(b"\r\n", b"\n"), TRUSTED, AT).state == "valid"


def test_not_checked_without_trusted_certificates() -> None:
    assert check(RAW, [], AT).state == "not_checked"


@pytest.mark.parametrize(
    "state,code,raw,trusted,at",
    [
        ("broken", "changed", RAW.replace(b"pianta", b"piantx"), TRUSTED, AT),
        ("broken", "changed", RAW.replace(b"<giorno>03/11", b"<giorno>01/11"), TRUSTED, AT),
        ("untrusted", "no_chain", RAW, certificates(signer("Altra").authority_pem), AT),
        ("untrusted", "out_of_date", RAW, TRUSTED, AT + timedelta(days=4000)),
        ("missing", "not_signed", build.THEIRS, TRUSTED, AT),
        ("broken", "unreadable", RAW[: RAW.rindex(b"smime.p7s") + 20] + b"\r\n\r\nAAAA\r\n", TRUSTED, AT),
    ],
)
def test_what_is_not_valid_says_why(state: str, code: str, raw: bytes, trusted: list, at: datetime) -> None:
    found = check(raw, trusted, at)
    assert (found.state, found.code) == (state, code)


def test_a_changed_message_is_broken_also_without_trusted_certificates() -> None:
    assert check(RAW.replace(b"pianta", b"piantx"), [], AT).state == "broken"


def test_the_golden_messages_are_whole() -> None:
    states = {path.stem: check(path.read_bytes(), [], AT).state for path in build.HERE.glob("*.eml")}
    assert states.pop("ricevuta-nuda") == "missing"
    assert set(states.values()) == {"not_checked"}


def test_files_that_hold_no_certificate_hold_none() -> None:
    assert certificates(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") == []
    assert certificates(b"ciao") == []

"""Each certified message of tests/mail/pec with its expected reading beside it: every kind, and odd ways."""

from __future__ import annotations

import json
import random

import pytest

from sportello.service.channels.mailkit import pec, pec_data
from sportello.service.channels.mailkit.parse import parse
from tests.mail.pec import build

NAMES = sorted(path.stem for path in build.HERE.glob("*.eml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_certified_message_is_read_as_expected(name: str) -> None:
    wanted = json.loads((build.HERE / f"{name}.json").read_text(encoding="utf-8"))
    assert build.expected((build.HERE / f"{name}.eml").read_bytes()) == wanted


def test_every_kind_there_is_has_a_file_and_so_has_one_nobody_knows() -> None:
    kinds = {parse((build.HERE / f"{name}.eml").read_bytes()).pec for name in NAMES}
    assert kinds >= pec.KINDS
    assert kinds - pec.KINDS == {"ricevuta-mai-vista"}


def test_whatever_is_cut_or_changed_nothing_raises_and_the_message_stays() -> None:
    """Five hundred mutations from a fixed seed: the record is always there, and says what of the data is missing."""
    chance = random.Random(27)
    files = [(build.HERE / f"{name}.eml").read_bytes() for name in NAMES]
    for _turn in range(500):
        raw = bytearray(chance.choice(files))
        for _change in range(chance.randint(1, 8)):
            at = chance.randrange(len(raw))
            if chance.random() < 0.5:
                raw[at] = chance.randrange(256)
            else:
                del raw[at : at + chance.randint(1, 200)]
        record = parse(bytes(raw))
        assert "parser_error" not in record.defects
        assert (record.pec is None) == (record.certified is None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a/>",
        b"<postacert",
        b"\xff\xfe\x00",
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><postacert tipo='x'><dati><msgid>&b;</msgid></dati></postacert>",
        b"<postacert tipo='accettazione'>" + b"<a>" * 200_000,
    ],
)
def test_what_is_no_daticert_is_nothing(content: bytes) -> None:
    assert pec_data.read(content) is None


@pytest.mark.parametrize(
    "data,expected",
    [
        ("<data zona='+0200'><giorno>03/07/2026</giorno><ora>10:15:00</ora></data>", "2026-07-03T10:15:00+02:00"),
        ("<data zona='+02:00'><giorno>03/07/2026</giorno><ora>10:15</ora></data>", "2026-07-03T10:15:00+02:00"),
        ("<data><giorno>03/07/2026</giorno><ora>10:15:00</ora></data>", "2026-07-03T10:15:00+02:00"),
        ("<data zona='+9900'><giorno>03/11/2026</giorno><ora>10:15:00</ora></data>", "2026-11-03T10:15:00+01:00"),
        ("<data><giorno>31/02/2026</giorno><ora>10:15:00</ora></data>", None),
        ("<data/>", None),
        ("", None),
    ],
)
def test_the_certified_instant(data: str, expected: str | None) -> None:
    read = pec_data.read(f"<postacert tipo='accettazione'><dati>{data}</dati></postacert>".encode())
    assert read is not None
    assert (read.at.isoformat() if read.at else None) == expected


def test_recipients_with_their_sort_each_once() -> None:
    read = pec_data.read(
        b"<postacert><intestazione><destinatari tipo='certificato'>A@pec.it</destinatari>"
        b"<destinatari tipo='esterno'> b@x.it </destinatari><destinatari tipo='certificato'>a@pec.it</destinatari>"
        b"</intestazione></postacert>"
    )
    assert read is not None
    assert [(one.address, one.sort) for one in read.recipients] == [("A@pec.it", "certificato"), ("b@x.it", "esterno")]

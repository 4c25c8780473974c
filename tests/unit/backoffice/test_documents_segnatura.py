"""The mark of another office's protocol: read as it is written, nothing of a hostile file believed."""

from __future__ import annotations

import pytest

from sportello.service.backoffice.documents.segnatura import LARGEST, Segnatura, read

MARK = """<?xml version="1.0" encoding="UTF-8"?>
<p:SegnaturaInformatica xmlns:p="http://www.agid.gov.it/protocollo/" p:versione="3.0.0"><p:Intestazione>
<p:Identificatore><p:CodiceAmministrazione>c_x999</p:CodiceAmministrazione><p:CodiceAOO>AOO-1</p:CodiceAOO>
<p:CodiceRegistro>REG</p:CodiceRegistro><p:NumeroRegistrazione>0000042</p:NumeroRegistrazione>
<p:DataRegistrazione>2026-11-23</p:DataRegistrazione></p:Identificatore>
<p:Oggetto>Richiesta  di
atti</p:Oggetto></p:Intestazione></p:SegnaturaInformatica>"""


def test_a_mark_is_read() -> None:
    told = Segnatura("c_x999", "AOO-1", "REG", "0000042", "2026-11-23", "Richiesta di atti", "3.0.0")
    assert read(MARK.encode()) == told


def test_a_code_that_is_none_is_left_out() -> None:
    told = read(MARK.replace("AOO-1", "an office with a long name").encode())
    assert told is not None
    assert told.office == ""
    assert told.number == "0000042"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff<",
        b"<SegnaturaInformatica/>",
        MARK.replace("0000042", "42").encode(),
        MARK.replace("?>", '?><!DOCTYPE a [<!ENTITY e "0000042">]>', 1).replace(">0000042<", ">&e;<").encode(),
        MARK.encode() + b" " * LARGEST,
    ],
    ids=["empty", "noise", "other", "short number", "entity", "too large"],
)
def test_what_is_no_mark_is_none(data: bytes) -> None:
    assert read(data) is None


def test_the_older_mark_is_read_too() -> None:
    older = """<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE Segnatura SYSTEM "Segnatura.dtd">
<Segnatura><Intestazione><Identificatore><CodiceAmministrazione>c_x999</CodiceAmministrazione><CodiceAOO>AOO</CodiceAOO>
<NumeroRegistrazione>0001234</NumeroRegistrazione><DataRegistrazione>2026-11-20</DataRegistrazione></Identificatore>
<Oggetto>Perch\xe9 no</Oggetto></Intestazione></Segnatura>"""
    told = read(older.encode("latin-1"))
    assert told is not None
    assert (told.number, told.registered_on, told.office, told.subject) == ("0001234", "2026-11-20", "AOO", "Perché no")

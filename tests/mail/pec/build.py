"""Write the golden certified messages beside this file: `python -m tests.mail.pec.build`.

One file a kind, and the odd ways providers and programs have. They are signed with keys made for the occasion and thrown
away, so the files are written once; what the parser says of each (`NAME.json`) is read by a person and compared ever after.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sportello.service.channels.mailkit import show
from sportello.service.channels.mailkit.parse import parse
from tests.pec_provider import Provider

HERE = Path(__file__).parent
AT = datetime(2026, 11, 3, 9, 15, tzinfo=UTC)
FIRM, BOX = "ditta@pec.example.it", "protocollo@pec.borgo.test"
TOKEN = "abcdefghijklmnopqrstuvwx"
HOUR = timedelta(hours=1)

THEIRS = (
    b"From: Ditta Bianchi <ditta@pec.example.it>\r\nTo: protocollo@pec.borgo.test\r\n"
    b"Subject: =?utf-8?q?Istanza_di_agibilit=C3=A0?=\r\nDate: Tue, 3 Nov 2026 10:14:00 +0100\r\n"
    b"Message-ID: <istanza-1@ditta.example.it>\r\nReply-To: altro@example.org\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="dentro"\r\n\r\n--dentro\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
    b"Buongiorno,\r\nchiediamo l'agibilita'.\r\nDitta Bianchi\r\n--dentro\r\n"
    b'Content-Type: application/pdf; name="pianta.pdf"\r\nContent-Disposition: attachment; filename="pianta.pdf"\r\n\r\n'
    b"%PDF-1.4 pianta\r\n--dentro--\r\n"
)
OURS = (
    "From: Protocollo Borgo Lieto <protocollo@pec.borgo.test>\r\nTo: Ditta Bianchi <ditta@pec.example.it>\r\n"
    f"Subject: Re: Istanza [2026-0000001]\r\nMessage-ID: <sp.{TOKEN}@pec.borgo.test>\r\n"
    "Date: Tue, 3 Nov 2026 10:15:00 +0100\r\n\r\nLe rispondiamo.\r\n"
).encode()


def messages() -> dict[str, bytes]:
    """Every golden message by name."""
    return {**_envelopes(), **_receipts(), **_odd()}


def _envelopes() -> dict[str, bytes]:
    by = Provider()
    return {
        "posta-certificata": by.envelope(THEIRS, FIRM, [BOX, "sindaco@pec.borgo.test"], at=AT),
        "anomalia": by.anomaly(THEIRS, "ditta@example.it", BOX, at=AT),
        "busta-senza-daticert": by.envelope(THEIRS, FIRM, [BOX], at=AT, daticert=None),
        "busta-daticert-rotto": by.envelope(THEIRS, FIRM, [BOX], at=AT, daticert=b"<postacert tipo='posta-certificata'><int"),
        "busta-in-busta": by.envelope(by.envelope(THEIRS, FIRM, [BOX], at=AT), FIRM, [BOX], at=AT),
    }


def _receipts() -> dict[str, bytes]:
    by = Provider()
    both = [(FIRM, "certificato"), ("maria@example.org", "esterno")]
    warned = {"recipient": FIRM, "error": "altro"}
    return {
        "accettazione": by.receipt("accettazione", OURS, at=AT, recipients=both),
        "non-accettazione": by.receipt("non-accettazione", OURS, at=AT, error="altro", error_text="Superata la dimensione massima"),
        "non-accettazione-virus": by.receipt("non-accettazione", OURS, at=AT, error="virus", error_text="Eicar-Test-Signature"),
        "presa-in-carico": by.receipt("presa-in-carico", OURS, at=AT, recipient=FIRM),
        "consegna-completa": by.receipt("avvenuta-consegna", OURS, at=AT, recipient=FIRM, form="completa"),
        "consegna-breve": by.receipt("avvenuta-consegna", OURS, at=AT, recipient=FIRM, form="breve"),
        "consegna-sintetica": by.receipt("avvenuta-consegna", OURS, at=AT, recipient=FIRM, form="sintetica"),
        "preavviso-12-ore": by.receipt("preavviso-errore-consegna", OURS, at=AT + 12 * HOUR, error_text="Entro 12 ore", **warned),
        "preavviso-24-ore": by.receipt("preavviso-errore-consegna", OURS, at=AT + 24 * HOUR, error_text="Entro 24 ore", **warned),
        "errore-consegna-no-dest": by.receipt("errore-consegna", OURS, at=AT, recipient=FIRM, error="no-dest", error_text="5.1.1 - indirizzo non valido"),
        "errore-consegna-no-dominio": by.receipt("errore-consegna", OURS, at=AT, recipient=FIRM, error="no-dominio"),
        "errore-consegna-virus": by.receipt("errore-consegna", OURS, at=AT, recipient=FIRM, error="virus"),
        "rilevazione-virus": by.receipt("rilevazione-virus", OURS, at=AT, recipient=FIRM, error="virus"),
        "mai-vista": by.receipt("ricevuta-mai-vista", OURS, at=AT, recipient=FIRM),
    }  # fmt: skip


def _odd() -> dict[str, bytes]:
    """Ways of providers and programs: names without case, escaped twice, old charsets, kinds misnamed."""
    by = Provider()
    data = by.daticert("avvenuta-consegna", BOX, [(FIRM, "certificato")], "Però", at=AT, identifier="n1@gestore",
                       msgid=f"<sp.{TOKEN}@pec.borgo.test>", about=FIRM, form="completa")
    bomb = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><postacert tipo="&b;"/>'
    return {
        "mancata-consegna": by.receipt("mancata-consegna", OURS, at=AT, recipient=FIRM, error="no-dest"),
        "daticert-latin1": by.receipt("avvenuta-consegna", OURS, at=AT, daticert=data.decode().replace("UTF-8", "ISO-8859-1").encode("latin-1")),
        "daticert-bugia": by.receipt("avvenuta-consegna", OURS, at=AT, daticert=data.decode().encode("latin-1")),
        "daticert-msgid-doppio": by.receipt("avvenuta-consegna", OURS, at=AT, daticert=data.replace(b"&lt;", b"&amp;lt;").replace(b"&gt;", b"&amp;gt;")),
        "daticert-maiuscole": by.receipt("Avvenuta-Consegna", OURS, at=AT, daticert=data.replace(b"intestazione", b"Intestazione")),
        "daticert-senza-zona": by.receipt("avvenuta-consegna", OURS, at=AT, daticert=data.replace(b' zona="+0100"', b"")),
        "daticert-bomba": by.receipt("avvenuta-consegna", OURS, at=AT, daticert=bomb),
        "ricevuta-nuda": b"X-RICEVUTA: accettazione\r\nX-Riferimento-Message-ID: <sp." + TOKEN.encode() + b"@pec.borgo.test>\r\nFrom: posta-certificata@pec.gestore.test\r\nSubject: ACCETTAZIONE: x\r\nMessage-ID: <nuda@gestore>\r\n\r\nAccettato.\r\n",
    }  # fmt: skip


def expected(raw: bytes) -> dict[str, Any]:
    """What is compared: the answer of `mail show`, without what the envelope's own numbers change."""
    record = parse(raw)
    said = show.as_json(record)
    kept = ("from", "subject", "text", "auto_submitted", "message_id", "pec")
    return {
        **{name: said[name] for name in kept},
        "attachments": [one["filename"] for one in said["attachments"]],
        "certified_at": record.certified.at.isoformat() if record.certified and record.certified.at else None,
        "about": record.certified.about if record.certified else "",
        "form": record.certified.receipt_form if record.certified else "",
        "header_msgid": record.certified.header_msgid if record.certified else "",
        "machine": record.machine.code if record.machine else None,
        "kind": record.pec,
    }


def main() -> None:
    """Write messages and what the parser says of them: to be read before it is kept."""
    for name, raw in messages().items():
        (HERE / f"{name}.eml").write_bytes(raw)
        (HERE / f"{name}.json").write_text(json.dumps(expected(raw), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

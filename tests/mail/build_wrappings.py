"""Golden messages whose words and files are wrapped: winmail.dat, S/MIME and PGP, calendars, drawings."""

from __future__ import annotations

import struct

from asn1crypto import algos, cms, core

from .build import ASK, HTML, PDF, PLAIN, PNG, b64, entity, mail, nested, parts

GUID = bytes(range(16))
MESSAGE_INTERFACE = bytes.fromhex("0703020000000000c000000000000046")
RTF = (
    rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Calibri;}}{\colortbl;\red0\green0\blue0;}{\*\generator Riched20;}"
    rb"\pard\f0\fs22 Buongiorno,\par la citt\'e0 \u232? bella \{sempre\}.\par\tab Costa 5 \u8364?\line "
    rb"\u55357?\u56832? {\b Maria}\par}"
)


# winmail.dat ------------------------------


def attribute(identifier: int, sort: int, data: bytes, level: int = 1) -> bytes:
    return struct.pack("<BHHI", level, identifier, sort, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def mapi(*properties: tuple[int, int, bytes]) -> bytes:
    """(type, number, value) each; strings and objects get their lengths and padding here."""
    out = struct.pack("<I", len(properties))
    for sort, number, value in properties:
        out += struct.pack("<HH", sort, number)
        if number >= 0x8000:
            out += GUID + struct.pack("<II", 0, 1)
        if sort in (0x1E, 0x1F, 0x102, 0xD):
            out += struct.pack("<II", 1, len(value)) + value + bytes(-len(value) % 4)
        else:
            out += value
    return out


def wide(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


def tnef(*attributes: bytes) -> bytes:
    version = attribute(0x9006, 8, struct.pack("<I", 0x10000))
    page = attribute(0x9007, 6, struct.pack("<II", 1252, 0))
    return struct.pack("<IH", 0x223E9F78, 1) + version + page + b"".join(attributes)


def wrapped_file(name: str, content: bytes, *more: tuple[int, int, bytes]) -> bytes:
    return (
        attribute(0x9002, 6, bytes(14), 2)
        + attribute(0x8010, 1, b"BREVE~1.PDF\0", 2)
        + attribute(0x800F, 6, content, 2)
        + attribute(0x9005, 6, mapi((0x1F, 0x3707, wide(name)), *more), 2)
    )


def packed(rtf: bytes) -> bytes:
    """LZFu with literals, and one reference into the window's first content (`\\par `, five letters at 159)."""
    out, flags, group = bytearray(), 0, bytearray()
    count = 0

    def put(token: bytes, reference: bool) -> None:
        nonlocal flags, count
        flags |= reference << count
        group.extend(token)
        count += 1
        if count == 8:
            out.append(flags)
            out.extend(group)
            group.clear()
            flags = count = 0

    for byte in rtf:
        put(bytes([byte]), False)
    written = (207 + len(rtf)) % 4096
    put(struct.pack(">H", written << 4), True)
    if count:
        out.append(flags)
        out.extend(group)
    return struct.pack("<IIII", len(out) + 12, len(rtf), 0x75465A4C, 0) + bytes(out)


def winmail(content: bytes, said: str = "", name: str = "winmail.dat", kind: str = "application/ms-tnef") -> bytes:
    words = [entity(PLAIN, said)] if said else []
    wrapped = entity(f'Content-Type: {kind}; name="{name}"\nContent-Disposition: attachment; filename="{name}"\n'
                     "Content-Transfer-Encoding: base64", b64(content))  # fmt: skip
    return mail(*reversed(parts("mixed", *words, wrapped)))


def wrapped_by_outlook() -> dict[str, bytes]:
    body = attribute(0x9003, 6, mapi((0x1F, 0x1000, wide("Buongiorno, è aperto?\r\nMaria")), (3, 0x8005, bytes(4))))
    page = attribute(0x9003, 6, mapi((3, 0x3FDE, struct.pack("<I", 65001)),
                                     (0x102, 0x1013, "<p>Perché è <b>chiuso</b>?<img src=\"cid:logo@x\"></p>".encode())))  # fmt: skip
    rich = attribute(0x9003, 6, mapi((0x102, 0x1009, packed(RTF))))
    paper = wrapped_file("carta d'identità.pdf", PDF, (0x1F, 0x370E, wide("application/pdf")))
    inner = tnef(attribute(0x8004, 1, b"Messaggio di prima\0"), body, wrapped_file("vecchio.png", PNG))
    inside = attribute(0x9002, 6, bytes(14), 2) + attribute(
        0x9005, 6, mapi((0xD, 0x3701, MESSAGE_INTERFACE + inner), (0x1F, 0x3001, wide("Messaggio di prima"))), 2)  # fmt: skip
    return {
        "tnef-body-and-file": winmail(tnef(body, paper)),
        "tnef-html-and-picture": winmail(tnef(page, wrapped_file("logo.png", PNG, (0x1F, 0x3712, wide("logo@x"))))),
        "tnef-rich-text": winmail(tnef(rich)),
        "tnef-same-words-twice": winmail(tnef(body), "Buongiorno, è aperto?\nMaria\n"),
        "tnef-more-words-than-the-text": winmail(tnef(body), "Vedi allegato.\n"),
        "tnef-message-inside": winmail(tnef(inside), "Vi giro un messaggio.\n"),
        "tnef-octet-stream": winmail(tnef(body, paper), "Allego.\n", kind="application/octet-stream"),
        "tnef-lone": mail(b64(tnef(body, paper)), "Content-Type: application/ms-tnef", "Content-Transfer-Encoding: base64"),
        "tnef-code-page": winmail(tnef(attribute(0x9007, 6, struct.pack("<II", 1250, 0)),
                                       attribute(0x800C, 7, "Bună ziua, când deschideți ghișeul? Mulțumesc.\0".replace("ț", "ţ").replace("ș", "ş").encode("cp1250")))),
        "tnef-cut-off": winmail(tnef(body, paper)[:-60], "Allego.\n"),
        "tnef-bad-property": winmail(tnef(attribute(0x9003, 6, mapi((0x1F, 0x1000, wide("Parole salve."))) [:-2] + b"\xff" * 30),
                                          paper)),
        "tnef-not-tnef": winmail(b"questo non e TNEF", "Allego.\n"),
    }  # fmt: skip


# Signed and sealed ------------------------------


def signed_data(content: bytes) -> bytes:
    """A CMS envelope without signers: what the parser looks at, and the same bytes every time."""
    data = cms.SignedData({
        "version": "v1", "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
        "encap_content_info": {"content_type": "data", "content": content}, "signer_infos": [],
    })  # fmt: skip
    return cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()


def indefinite(content: bytes) -> bytes:
    """The same in BER, in pieces of indefinite length, as programs that sign while they read write it."""
    pieces = b"".join(core.OctetString(content[at : at + 40]).dump() for at in range(0, len(content), 40))
    data = bytes.fromhex("06092a864886f70d010701")
    algorithm = bytes.fromhex("310f300d06096086480165030402010500")
    inner = b"\x30\x80\x02\x01\x01" + algorithm + b"\x30\x80" + data + b"\xa0\x80\x24\x80" + pieces + bytes(6)
    return b"\x30\x80" + bytes.fromhex("06092a864886f70d010702") + b"\xa0\x80" + inner + b"\x31\x00" + bytes(6)


def enveloped_data() -> bytes:
    data = cms.EnvelopedData({
        "version": "v0", "recipient_infos": [],
        "encrypted_content_info": {
            "content_type": "data",
            "content_encryption_algorithm": {"algorithm": "aes256_cbc", "parameters": bytes(16)},
            "encrypted_content": b"segreto" * 8,
        },
    })  # fmt: skip
    return cms.ContentInfo({"content_type": "enveloped_data", "content": data}).dump()


def p7m(content: bytes, sort: str = "signed-data", kind: str = "application/pkcs7-mime") -> bytes:
    return mail(b64(content), f'Content-Type: {kind}; smime-type={sort}; name="smime.p7m"',
                'Content-Disposition: attachment; filename="smime.p7m"', "Content-Transfer-Encoding: base64")  # fmt: skip


def sealed() -> dict[str, bytes]:
    document = entity('Content-Type: application/pdf; name="istanza.pdf"\nContent-Transfer-Encoding: base64', b64(PDF))
    letter = nested("mixed", entity(PLAIN, ASK), document, boundary="dentro")
    pgp = "Content-Type: application/pgp-signature; name=signature.asc"
    armour = "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n"
    clear = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{ASK}- -- \n- Maria\n{armour}"
    return {
        "smime-opaque": p7m(signed_data(letter)),
        "smime-opaque-ber": p7m(indefinite(letter)),
        "smime-opaque-x": p7m(signed_data(entity(HTML, "<p>Buongiorno, <b>è aperto?</b></p>")), kind="application/x-pkcs7-mime"),
        "smime-opaque-twice": p7m(signed_data(entity(
            'Content-Type: application/pkcs7-mime; name="smime.p7m"\nContent-Transfer-Encoding: base64', b64(signed_data(letter))))),
        "smime-sealed": p7m(enveloped_data(), "enveloped-data"),
        "smime-broken": p7m(signed_data(letter)[:90]),
        "smime-pem": p7m(b"-----BEGIN PKCS7-----\n" + b64(signed_data(letter)) + b"-----END PKCS7-----\n"),
        "signed-document": mail(*reversed(parts(
            "mixed", entity(PLAIN, "Allego il contratto firmato digitalmente.\n"),
            entity('Content-Type: application/pkcs7-mime; name="contratto.pdf.p7m"\nContent-Transfer-Encoding: base64',
                   b64(signed_data(PDF))),
        ))),
        "signed-document-octet-stream": mail(*reversed(parts(
            "mixed", entity(PLAIN, "Allego.\n"),
            entity('Content-Type: application/octet-stream; name="Istanza città.PDF.P7M"\n'
                   "Content-Transfer-Encoding: base64", b64(signed_data(PDF))),
        ))),
        "pgp-signed": mail(*reversed(parts("signed", entity(PLAIN, ASK), entity(pgp, armour),
                                           head='protocol="application/pgp-signature"; micalg=pgp-sha256; '))),
        "pgp-sealed": mail(*reversed(parts(
            "encrypted", entity("Content-Type: application/pgp-encrypted", "Version: 1\n"),
            entity("Content-Type: application/octet-stream; name=encrypted.asc",
                   "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"),
            head='protocol="application/pgp-encrypted"; ',
        ))),
        "pgp-inline-signed": mail(clear, PLAIN),
        "pgp-inline-signed-then-words": mail(clear + "\nP.S. chiamatemi di pomeriggio.\n", PLAIN),
        "pgp-inline-sealed": mail("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n=abcd\n-----END PGP MESSAGE-----\n", PLAIN),
        "signed-in-a-list": mail(*reversed(parts(
            "mixed", nested("signed", entity(PLAIN, ASK), entity(pgp, armour), boundary="firma",
                            head='protocol="application/pgp-signature"; '),
            entity(PLAIN, "_____\nLista del quartiere\n"),
        )), "List-Id: <quartiere.lists.example.it>"),
    }  # fmt: skip


# Calendars and drawings ------------------------------


def calendar(*lines: str, method: str = "REQUEST") -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT", *lines,
                        "BEGIN:VALARM", "TRIGGER:-PT15M", "DESCRIPTION:Promemoria", "END:VALARM",
                        "END:VEVENT", "END:VCALENDAR", ""])  # fmt: skip


WHO = 'ORGANIZER;CN="Rossi: Anna":mailto:anna.rossi@example.it'


def invitations() -> dict[str, bytes]:
    ics = "Content-Type: text/calendar; charset=utf-8; method=REQUEST"
    visit = calendar("UID:1@example.it", "SUMMARY:Sopralluogo in via Garibaldi\\, 3: la caldaia è\r\n  rotta",
                     "DTSTART;TZID=Europe/Rome:20261112T100000", "DTEND;TZID=Europe/Rome:20261112T113000", WHO,
                     "LOCATION:Via Garibaldi 3", "DESCRIPTION:Portare\\nle chiavi.")  # fmt: skip
    return {
        "calendar-alone": mail(visit, ics),
        "calendar-with-words": mail(*reversed(parts("alternative", entity(PLAIN, "Ci vediamo?\n"), entity(ics, visit)))),
        "calendar-whole-day": mail(calendar("SUMMARY:Chiusura", "DTSTART;VALUE=DATE:20261225", WHO), ics),
        "calendar-duration": mail(calendar("SUMMARY:Riunione", "DTSTART:20261112T233000Z", "DURATION:PT1H30M"), ics),
        "calendar-cancelled": mail(calendar("SUMMARY:Sopralluogo", "DTSTART:20261112T100000", method="CANCEL"), ics),
        "calendar-file": mail(*reversed(parts(
            "mixed", entity(PLAIN, "Allego l'invito.\n"),
            entity("Content-Type: application/octet-stream; name=invito.ics\nContent-Transfer-Encoding: base64",
                   b64(visit.encode())),
        ))),
        "calendar-broken": mail("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Mezza riga\nDTSTART:domani\nsenza due punti\nEND:VEVENT", ics),
        "html-words-in-a-drawing": mail(
            '<p>Guardi lo schema:</p><svg width="9"><style>text{fill:red}</style><text>Il guasto è <tspan>qui</tspan></text>'
            "<script>alert(1)</script></svg><p>Grazie</p>", HTML,
        ),
    }  # fmt: skip


def messages() -> dict[str, bytes]:
    return {**wrapped_by_outlook(), **sealed(), **invitations()}

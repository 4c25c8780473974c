# golden messages: a line of a mail stays a line
"""Write the golden messages into `golden/`: `python -m tests.mail.build`.

One story a message. The expected record (`NAME.json`) is written by the parser on demand (`--expect NAME…`) and read
by a person before it is kept: a test compares them ever after. What a record does not name must be empty.
"""

from __future__ import annotations

import base64
import json
import quopri
import sys
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
TOKEN = "abcdefghijklmnopqrstuvwx"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
PDF = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"


def mail(body: str | bytes, *fields: str, charset: str = "utf-8", **named: str) -> bytes:
    """A message with the usual fields; `named` replaces or, given as an empty string, removes one of them."""
    usual = {
        "From": "Maria Popescu <maria.popescu@example.ro>",
        "To": "URP <urp@comune.example.it>",
        "Subject": "Orari dello sportello",
        "Date": "Tue, 3 Nov 2026 10:15:00 +0100",
        "Message-ID": "<m1@example.ro>",
    }
    usual.update({name.replace("_", "-"): value for name, value in named.items()})
    head = [f"{name}: {value}" for name, value in usual.items() if value]
    content = body if isinstance(body, bytes) else body.encode(charset)
    return "\n".join([*head, *fields]).encode("utf-8") + b"\n\n" + content


def crlf(raw: bytes) -> bytes:
    return raw.replace(b"\n", b"\r\n")


def parts(kind: str, *entities: bytes, boundary: str = "limite", head: str = "") -> tuple[str, bytes]:
    """Content-Type field and body of a multipart."""
    body = b"".join(b"--" + boundary.encode() + b"\n" + entity + b"\n" for entity in entities)
    return f'Content-Type: multipart/{kind}; {head}boundary="{boundary}"', body + f"--{boundary}--\n".encode()


def entity(fields: str, body: str | bytes) -> bytes:
    return fields.encode() + b"\n\n" + (body.encode() if isinstance(body, str) else body)


def nested(kind: str, *entities: bytes, boundary: str, head: str = "") -> bytes:
    field, body = parts(kind, *entities, boundary=boundary, head=head)
    return entity(field, body)


def b64(content: bytes) -> bytes:
    return base64.encodebytes(content)


PLAIN = "Content-Type: text/plain; charset=utf-8"
HTML = "Content-Type: text/html; charset=utf-8"
ASK = "Buongiorno,\nvorrei sapere gli orari di apertura dello sportello anagrafe.\nGrazie\nMaria\n"
OURS = "Gentile signora,\nlo sportello è aperto dalle 9 alle 12.\nSaluti"
QUOTED = "\n".join(f"> {line}" for line in OURS.split("\n"))


def messages() -> dict[str, bytes]:
    from . import build_reports, build_wrappings, build_writers

    ours = {**plain_ones(), **charsets(), **structures(), **replies(), **machines(), **broken()}
    return {**ours, **build_wrappings.messages(), **build_writers.messages(), **build_reports.messages()}


def plain_ones() -> dict[str, bytes]:
    flowed = "Buongiorno, scrivo perché da tre giorni \nl'acqua non arriva.\n\n> Avete già  \n> telefonato?\n\nSì.\n-- \nMaria\n"
    page = (
        "<html><head><title>no</title><style>p{color:red}</style></head><body><h1>Reclamo</h1>"
        "<p>Buongiorno,<br>la bolletta è <b>sbagliata</b>.</p><ul><li>gennaio<li>febbraio</ul>"
        '<p>Vedi <a href="https://shop.example.com/ordine?id=1">il mio ordine</a>.</p>'
        '<img src="https://spia.example.com/p.gif"><table><tr><td>Totale</td><td>12 €</td></tr></table></body></html>'
    )
    return {
        "plain": crlf(mail(ASK, PLAIN)),
        "plain-no-mime": mail(ASK),
        "flowed": mail(flowed, "Content-Type: text/plain; charset=utf-8; format=flowed"),
        "flowed-delsp": mail("Via Ga \nribaldi\n", "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes"),
        "html-only": mail(page, HTML),
        "html-stub": mail(
            parts("alternative", entity(PLAIN, "Your mail program does not show HTML."), entity(HTML, page))[1],
            parts("alternative")[0],
        ),
        "quoted-printable": mail(
            quopri.encodestring("Perché la pratica è ferma? Città di Forlì = 1 riga lunga ".encode() * 3),
            PLAIN, "Content-Transfer-Encoding: quoted-printable",
        ),
    }  # fmt: skip


def charsets() -> dict[str, bytes]:
    accents = "Perché la città è così? Costa 5 €.\n"
    japanese = "こんにちは。受付時間を教えてください。\n"
    return {
        "charset-latin1-declared-utf8": mail(accents.encode("cp1252"), PLAIN),
        "charset-utf8-declared-latin1": mail(accents, "Content-Type: text/plain; charset=iso-8859-1"),
        "charset-missing": mail(accents.encode("cp1252"), "Content-Type: text/plain"),
        "charset-unknown": mail(accents, "Content-Type: text/plain; charset=x-none-such"),
        "charset-windows-1251": mail(
            "Здравствуйте, когда открыт офис?\n", "Content-Type: text/plain; charset=windows-1251", charset="cp1251"
        ),
        "charset-iso-2022-jp": mail(
            japanese, "Content-Type: text/plain; charset=iso-2022-jp", charset="iso-2022-jp",
            Subject="=?iso-2022-jp?B?" + base64.b64encode("受付".encode("iso-2022-jp")).decode() + "?=",
        ),
        "charset-iso-2022-jp-undeclared": mail(japanese, charset="iso-2022-jp"),
        "charset-gb2312": mail("您好，请问几点开门？谢谢。\n", "Content-Type: text/plain; charset=gb2312", charset="gb18030"),
        "charset-utf7": mail(b"Perch+AOk- la citt+AOA-?\n", "Content-Type: text/plain; charset=utf-7"),
        "charset-mixed": mail("Prima riga è giusta.\n".encode() + b"Seconda \xe8 vecchia.\n", PLAIN),
        "charset-utf16": mail("Buongiorno, è aperto?\n".encode("utf-16"), "Content-Type: text/plain; charset=utf-16"),
        "charset-meta": mail(
            '<meta charset="windows-1252"><p>Perché è così</p>'.encode("cp1252"), "Content-Type: text/html"
        ),
        "header-raw-8bit": mail("ciao\n").replace(b"Orari dello sportello", "Perch\xe9 no".encode("latin-1")),
        "header-words-split": mail(
            "ciao\n",
            Subject="=?utf-8?B?UGVyY2jD?=\n =?utf-8?B?qSBubw==?= =?iso-8859-1?Q?_=E8_cos=EC?=",
            From='"=?utf-8?Q?Rossi=2C_Niccol=C3=B2?=" <n.rossi@example.it>',
        ),
        "header-words-broken": mail(
            "ciao\n", Subject="=?utf-8?Q?Perch=C3=A9 la citt=C3=A0?= =?utf-8?B?w6g?= =?utf-8?Q?mai chiusa",
            From="=?utf-8?Q?Rossi,_Mario?= <rossi@example.it>",
        ),
    }  # fmt: skip


def structures() -> dict[str, bytes]:
    alternative = nested("alternative", entity(PLAIN, ASK), entity(HTML, "<p>Buongiorno <img src=\"cid:logo@x\"></p>"),
                         boundary="dentro")  # fmt: skip
    picture = entity(
        "Content-Type: image/png; name=logo.png\nContent-ID: <logo@x>\nContent-Disposition: inline; filename=logo.png\n"
        "Content-Transfer-Encoding: base64", b64(PNG),
    )  # fmt: skip
    document = entity(
        "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment;\n"
        " filename*0*=utf-8''Carta%20d%27identit%C3%A0%20di%20;\n filename*1*=Maria%20Popescu;\n filename*2=.pdf", b64(PDF),
    )  # fmt: skip
    inner = mail("Messaggio di prima.\n", Subject="Prima", Message_ID="<old@example.ro>")
    return {
        "alternative-related": crlf(mail(
            *reversed(parts("related", alternative, picture, boundary="fuori", head='type="multipart/alternative"; '))
        )),
        "attachment-rfc2231": mail(*reversed(parts("mixed", entity(PLAIN, ASK), document))),
        "attachment-names": mail(*reversed(parts(
            "mixed",
            entity(PLAIN, "Allego.\n"),
            entity('Content-Type: application/pdf; name="=?iso-8859-1?Q?citt=E0.pdf?="\nContent-Transfer-Encoding: base64', b64(PDF)),
            entity('Content-Type: image/png\nContent-Disposition: attachment; filename="C:\\documenti\\foto.png"\n'
                   "Content-Transfer-Encoding: base64", b64(PNG)),
            entity('Content-Type: image/jpeg; name="../../etc/passwd"\nContent-Transfer-Encoding: base64', b64(PDF)),
            entity("Content-Type: application/pdf; name*=utf-8''fattura%E2%80%AEfdp.exe\n"
                   "Content-Transfer-Encoding: base64", b64(b"MZ\x90\x00 not a pdf")),
            entity("Content-Type: application/pdf\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64", b64(PDF)),
        ))),
        "forward-as-attachment": mail(*reversed(parts(
            "mixed", entity(PLAIN, "Vi giro il messaggio.\n"), entity("Content-Type: message/rfc822", inner)
        ))),
        "calendar": mail(*reversed(parts(
            "alternative", entity(PLAIN, "Invito: sopralluogo\n"),
            entity("Content-Type: text/calendar; charset=utf-8; method=REQUEST", "BEGIN:VCALENDAR\nEND:VCALENDAR\n"),
        ))),
        "apple-text-picture-text": mail(*reversed(parts(
            "mixed", entity(PLAIN, "La buca è questa:\n"),
            entity("Content-Type: image/png; name=buca.png\nContent-Disposition: inline; filename=buca.png\n"
                   "Content-Transfer-Encoding: base64", b64(PNG)),
            entity(PLAIN, "in via Garibaldi 3.\n"),
        ))),
        "signed": mail(*reversed(parts(
            "signed", entity(PLAIN, ASK),
            entity("Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64",
                   b64(b"\x30\x82\x01\x00firma")),
            head='protocol="application/pkcs7-signature"; ',
        ))),
        "lone-pdf": mail(b64(PDF), "Content-Type: application/pdf; name=scansione.pdf", "Content-Transfer-Encoding: base64"),
        "mailing-list": mail(
            ASK, PLAIN, "List-Id: Quartiere <quartiere.lists.example.it>", "Precedence: list",
            "List-Post: <mailto:quartiere@lists.example.it>",
        ),
        "two-mailboxes": mail(
            ASK, "Cc: Tributi <tributi@comune.example.it>", "Delivered-To: urp@comune.example.it",
            "X-Original-To: info@comune.example.it", f"Resent-To: urp+sp-{TOKEN}@comune.example.it",
        ),
    }  # fmt: skip


def replies() -> dict[str, bytes]:
    def reply(body: str, *fields: str) -> bytes:
        return mail(body, PLAIN, f"In-Reply-To: <sp.{TOKEN}@comune.example.it>",
                    f"References: <m0@example.ro> <sp.{TOKEN}@comune.example.it>", *fields,
                    Subject="Re: Orari dello sportello")  # fmt: skip

    outlook = "Da: URP <urp@comune.example.it>\nInviato: lunedì 2 novembre 2026 09:00\nA: Maria Popescu\nOggetto: Orari\n\n"
    gmail_html = (
        '<div dir="ltr">Va bene, <b>grazie</b>!</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        'Il giorno lun 2 nov 2026 alle ore 09:00 URP &lt;<a href="mailto:urp@comune.example.it">urp@comune.example.it</a>&gt; '
        'ha scritto:<br></div><blockquote class="gmail_quote">Lo sportello è aperto dalle 9.</blockquote></div>'
    )
    return {
        "reply-gmail-it": reply(
            "Va bene, grazie!\n\nIl giorno lun 2 nov 2026 alle ore 09:00 URP <\nurp@comune.example.it> ha scritto:\n\n" + QUOTED
        ),
        "reply-gmail-en": reply(
            "Thank you, I will come on Friday.\n\nOn Mon, Nov 2, 2026 at 9:00 AM URP <urp@comune.example.it> wrote:\n\n" + QUOTED
        ),
        "reply-gmail-html": mail(gmail_html, HTML, Subject="Re: Orari"),
        "reply-outlook-it": reply(f"Grazie mille.\n\n________________________________\n{outlook}{OURS}\n"),
        "reply-outlook-bold": reply(
            "Thanks.\n\n*From:* URP <urp@comune.example.it>\n*Sent:* Monday, November 2, 2026 9:00 AM\n*To:* Maria\n"
            f"*Subject:* Orari\n\n{OURS}\n"
        ),
        "reply-original-message": reply(f"Verrò domani.\n\n-----Messaggio originale-----\n{outlook}{OURS}\n"),
        "reply-apple-it": reply(
            f"Perfetto.\n\nInviato da iPhone\n\n> Il giorno 2 nov 2026, alle ore 09:00, URP <urp@comune.example.it> ha "
            f"scritto:\n> \n{QUOTED}\n"
        ),
        "reply-thunderbird-inline": reply(
            "Il 02/11/26 09:00, URP ha scritto:\n> A che ora viene?\nAlle dieci.\n> Con chi?\nCon mio figlio, che parla italiano.\n"
        ),
        "reply-libero": reply(
            'Ricevuto, grazie.\n\nInviato da Libero Mail\n\nIl 2 novembre 2026 alle 9.00 "URP" <urp@comune.example.it> ha scritto:\n\n'
            f"{OURS}\n"
        ),
        "reply-aruba": reply(
            "Confermo l'appuntamento.\n\n---------------------------------------\nDa : \"URP\" urp@comune.example.it\n"
            f"A : \"Maria\" maria.popescu@example.ro\nCc :\nData : Mon, 2 Nov 2026 09:00:00 +0100\nOggetto : Orari\n\n{OURS}\n"
        ),
        "reply-virgilio": reply(
            "Va bene.\n\n----Messaggio originale----\nDa: urp@comune.example.it\nData: 2-nov-2026 9.00\n"
            f"A: <maria.popescu@example.ro>\nOgg: Orari\n\n{OURS}\n"
        ),
        "reply-above-marker": reply(
            f"Sì, confermo.\n\n##- Rispondi sopra questa riga / Reply above this line -##\n{OURS}\n"
        ),
        "reply-signature": reply("Confermo.\n\n-- \nMaria Popescu\nTel. 333 0000000\n"),
        "reply-forward-only": reply(
            "---------- Forwarded message ---------\nDa: URP <urp@comune.example.it>\nDate: lun 2 nov 2026\n"
            f"Subject: Orari\nTo: Maria\n\n{OURS}\n"
        ),
        "reply-tells-what-was-written": reply(
            "Il 2 novembre il vostro impiegato mi ha scritto:\nla pratica è chiusa.\nNon è vero, è ancora aperta.\n"
        ),
        "reply-journey": reply("Vorrei viaggiare\nDa: Roma\nA: Milano\nData: 3 novembre 2026\nC'è posto?\n"),
        "reply-token-in-cc": mail(ASK, f"Cc: urp+sp-{TOKEN}@comune.example.it", Subject="Re: Orari"),
    }


def machines() -> dict[str, bytes]:
    status = (
        "Reporting-MTA: dns; mx.comune.example.it\n\nFinal-Recipient: rfc822; nessuno@example.com\nAction: failed\n"
        "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <nessuno@example.com>: User unknown\n\n"
        "Final-Recipient: rfc822; pieno@example.com\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 Mailbox full\n"
    )
    original = mail("testo\n", Message_ID=f"<sp.{TOKEN}@comune.example.it>", From="urp@comune.example.it")
    robot = {"From": "Mail Delivery System <MAILER-DAEMON@mx.example.it>", "To": "urp@comune.example.it"}
    return {
        "auto-vacation": mail("Sono in ferie fino al 15.\n", "Auto-Submitted: auto-replied (vacation)"),
        "auto-no": mail(ASK, "Auto-Submitted: no"),
        "auto-exchange": mail(
            "Sono fuori ufficio.\n", "X-Auto-Response-Suppress: All", Subject="Risposta automatica: Orari"
        ),
        "auto-precedence": mail("Newsletter\n", "Precedence: bulk"),
        "auto-x-autoreply": mail("Assente\n", "X-Autoreply: yes"),
        "form-mail": mail(
            ASK, "Reply-To: Maria <maria.popescu@example.ro>", "X-Auto-Response-Suppress: OOF",
            From="Sito web <noreply@comune.example.it>",
        ),
        "bounce-rfc3464": mail(*reversed(parts(
            "report", entity(PLAIN, "Your message could not be delivered.\n"),
            entity("Content-Type: message/delivery-status", status),
            entity("Content-Type: message/rfc822", original), head="report-type=delivery-status; ",
        )), "Return-Path: <>", "Auto-Submitted: auto-replied", Subject="Undelivered Mail Returned to Sender", **robot),
        "bounce-exim": mail(
            "A message that you sent could not be delivered to one or more of its recipients.\n\n  nessuno@example.com\n"
            "    host mx.example.com [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<nessuno@example.com>:\n"
            f"    550 5.1.1 No such user here\n\n------ This is a copy of the message ------\n\nMessage-ID: <sp.{TOKEN}@comune.example.it>\n",
            "X-Failed-Recipients: nessuno@example.com", Subject="Mail delivery failed: returning message to sender", **robot,
        ),
        "bounce-qmail": mail(
            "Hi. This is the qmail-send program at mx.example.it.\nI'm afraid I wasn't able to deliver your message to the "
            "following addresses.\n\n<pieno@example.com>:\n192.0.2.1 failed after I sent the message.\n"
            f"Remote host said: 552 Mailbox is full\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <sp.{TOKEN}@comune.example.it>\n",
            Subject="failure notice", **robot,
        ),
        "bounce-delayed": mail(*reversed(parts(
            "report", entity(PLAIN, "Delayed.\n"),
            entity("Content-Type: message/delivery-status",
                   "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; lento@example.com\nAction: delayed\nStatus: 4.4.1\n"),
            head="report-type=delivery-status; ",
        )), Subject="Delivery delayed", **robot),
        "read-receipt": mail(*reversed(parts(
            "report", entity(PLAIN, "Letto.\n"),
            entity("Content-Type: message/disposition-notification", "Final-Recipient: rfc822; a@b.it\nDisposition: x; displayed\n"),
            head="report-type=disposition-notification; ",
        )), Subject="Letto: Orari"),
        "read-receipt-of-ours": mail(*reversed(parts(
            "report", entity(PLAIN, "Il messaggio è stato letto.\n"),
            entity("Content-Type: message/disposition-notification",
                   "Reporting-UA: posta.example.ro; Thunderbird\nOriginal-Recipient: rfc822;maria.popescu@example.ro\n"
                   f"Final-Recipient: rfc822; maria.popescu@example.ro\nOriginal-Message-ID: <sp.{TOKEN}@comune.example.it>\n"
                   "Disposition: manual-action/MDN-sent-manually; displayed\n"),
            head="report-type=disposition-notification; ",
        )), f"References: <sp.{TOKEN}@comune.example.it>", Subject="Letto: Orari"),
        "read-receipt-deleted-unread": mail(*reversed(parts(
            "report", entity(PLAIN, "Il messaggio è stato eliminato senza essere letto.\n"),
            entity("Content-Type: message/disposition-notification",
                   "Final-Recipient: RFC822; maria.popescu@example.ro\nDisposition: automatic-action/MDN-sent-automatically; deleted/error\n"
                   f"Original-Message-ID: <sp.{TOKEN}@comune.example.it>\n"),
            head="report-type=disposition-notification; ",
        )), Subject="Non letto: Orari"),
        "bounce-customer-talks-about-it": mail(
            "Il mio messaggio a info@altro.example.it è tornato indietro: 550 5.1.1 user unknown. Che faccio?\n",
            Subject="Undelivered mail: aiuto",
        ),
        "pec-envelope": mail(*reversed(parts(
            "mixed", entity(PLAIN, "Messaggio di posta certificata\n"),
            entity("Content-Type: application/xml; name=daticert.xml", '<?xml version="1.0"?><postacert tipo="posta-certificata" errore="nessuno"><intestazione><mittente>ditta@pec.example.it</mittente></intestazione></postacert>\n'),
            entity('Content-Type: message/rfc822; name="postacert.eml"', mail(ASK, From="Ditta Bianchi <ditta@pec.example.it>", Subject="Istanza", Message_ID="<d1@pec.example.it>")),
        )), "X-Trasporto: posta-certificata", From='"Per conto di: ditta@pec.example.it" <posta-certificata@pec.example.it>',
            Subject="POSTA CERTIFICATA: istanza"),
        "pec-anomaly": mail(ASK, "X-Trasporto: errore", Subject="ANOMALIA MESSAGGIO: Orari"),
        "pec-accepted": mail("Ricevuta di accettazione\n", "X-Ricevuta: accettazione", Subject="ACCETTAZIONE: risposta"),
        "pec-failed": mail("Non consegnato\n", "X-RICEVUTA: errore-consegna", Subject="AVVISO DI MANCATA CONSEGNA: risposta"),
        "loop": mail(
            ASK, *[f"X-Sportello-Loop: desk{number}@example.it" for number in range(4)], *["Received: by x"] * 3,
            Message_ID=f"<sp.{TOKEN}@comune.example.it>",
        ),
    }  # fmt: skip


def broken() -> dict[str, bytes]:
    return {
        "empty": b"",
        "no-headers": b"buongiorno, a che ora aprite?\n",
        "no-from-no-date-no-id": mail(ASK, From="", Date="", Message_ID=""),
        "nul-bytes": mail("Buon\x00giorno\x00\n", Subject="Orari\x00 dello"),
        "bad-addresses": mail(
            ASK, From='"Rossi, Mario <mario.rossi@example.it>',
            To='undisclosed-recipients:;, Niccolò <niccolo@città.example.it>, anna@example.it (Anna), root, <mailto:b@example.it>,'
               " Gruppo: c@example.it, \"D, E\" <d@example.it>;, (commento senza fine <f@example.it>",
        ),
        "bad-ids": mail(ASK, "In-Reply-To: your message of Monday", "References: <a@b><c@d> garbage <e f@g>",
                        Message_ID="senza parentesi@example.ro"),
        "long-id": mail(ASK, Message_ID=f"<{'x' * 2000}@example.ro>"),
        "bad-date": mail(ASK, Date="ieri pomeriggio"),
        "odd-date": mail(ASK, Date="3 Nov 2026 10:15 (ora di Roma)"),
        "multipart-without-boundary": mail(
            "--abc\nContent-Type: text/plain\n\nCiao dal primo.\n--abc\nContent-Type: text/html\n\n<p>Ciao</p>\n--abc--\n",
            "Content-Type: multipart/alternative",
        ),
        "multipart-no-parts": mail("Solo testo, nessuna parte.\n", "Content-Type: multipart/mixed; boundary=x"),
        "multipart-unclosed": mail("--x\n\nPrima parte\n--x\n\nSeconda parte", "Content-Type: multipart/mixed; boundary=x"),
        "boundary-prefix": mail(
            "--a\nContent-Type: multipart/alternative; boundary=ab\n\n--ab\n\nDentro\n--ab--\n--a\n\nFuori\n--a--\n",
            "Content-Type: multipart/mixed; boundary=a",
        ),
        "base64-plain-claim": mail("Questo non è affatto base64!\n", PLAIN, "Content-Transfer-Encoding: base64"),
        "base64-list-footer": mail(
            b64(b"Vorrei informazioni sulla mensa.\n") + b"\n_____\nLista del quartiere\n", PLAIN,
            "Content-Transfer-Encoding: base64",
        ),
        "header-fold-lost": mail(ASK, Subject="Una riga lunga\nspezzata male").replace(b"Date:", b"Date:"),
        "body-without-empty-line": b"From: maria@example.ro\nSubject: Fretta\nManca la riga vuota.\nE poi continua.\n",
        "mbox-line": b"From maria@example.ro Tue Nov  3 10:15:00 2026\n" + mail(ASK),
        "cr-only": mail(ASK).replace(b"\n", b"\r"),
        "bad-content-type": mail("Ciao\n", "Content-Type: text"),
        "html-hostile": mail(
            "<p onclick=alert(1) style=\"position:fixed;color:red;background:url(http://x.example/a)\">Parole <script>alert(1)</script>"
            "<a href=\"javascript:alert(1)\">qui</a><form action=http://x.example><input name=q><button>Invia</button></form>"
            "<iframe src=http://x.example></iframe><svg onload=alert(1)><text>disegno</text></svg>"
            "<img src=x onerror=alert(1)><img src=\"data:image/svg+xml;base64,PHN2Zz4=\"><base href=http://x.example><p>fine</p>",
            HTML,
        ),
    }  # fmt: skip


def expected(raw: bytes) -> dict[str, object]:
    from sportello.service.channels.mailkit import show, tokens
    from sportello.service.channels.mailkit.parse import parse

    record = parse(raw)
    told = {
        **show.as_json(record),
        "attachments": [
            {"filename": file.filename, "content_type": file.content_type, "declared_type": file.declared_type,
             "size": file.size, "sha256": file.sha256, "content_id": file.content_id, "inline": file.inline}
            for file in record.attachments
        ],
        "quoted_text": record.quoted_text,
        "machine": f"{record.machine.code}/{record.machine.kind}" if record.machine else None,
        "tokens": tokens.find_tokens(record),
        "delivered_to": list(record.delivered_to),
        "defects": list(record.defects),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def as_text(record: dict[str, object]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str]) -> None:
    for name, raw in messages().items():
        (GOLDEN / f"{name}.eml").write_bytes(raw)
        target = GOLDEN / f"{name}.json"
        if arguments[:1] == ["--expect"] and (name in arguments or len(arguments) == 1):
            target.write_text(as_text(expected(raw)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Golden messages of people who answer: what each mail program puts between their words and ours, in the languages of
the customers; signatures of phones and offices; answers written between the quotes."""

from __future__ import annotations

from .build import HTML, OURS, PLAIN, QUOTED, TOKEN, mail

URP = "URP <urp@comune.example.it>"


def reply(body: str, kind: str = PLAIN, subject: str = "Re: Orari dello sportello") -> bytes:
    return mail(body, kind, f"In-Reply-To: <sp.{TOKEN}@comune.example.it>", Subject=subject)


def above(own: str, line: str, *, marked: bool = True) -> bytes:
    return reply(f"{own}\n\n{line}\n\n{QUOTED if marked else OURS}\n")


#: What the writer says, in their language, and the line Gmail, Apple Mail and Thunderbird put above the quote.
LANGUAGES = {
    "ro": ("Bună ziua, mulțumesc pentru răspuns. Vin mâine dimineață.", f"În lun., 2 nov. 2026 la 09:00, {URP} a scris:",
           "Pe 2 nov. 2026, la 09:00, URP <urp@comune.example.it> a scris:", "La 02.11.2026 09:00, URP a scris:",
           ("De la", "Trimis", "Către", "Subiect"), "Trimis de pe iPhone-ul meu"),
    "ar": ("شكرا جزيلا على الرد. سوف أحضر غدا صباحا مع الوثائق.", f"في الاثنين، 2 نوفمبر 2026 في 9:00 ص تمت كتابة ما يلي بواسطة {URP}:",
           "في ٢ نوفمبر ٢٠٢٦، الساعة ٩:٠٠ ص، كتب/كتبت URP <urp@comune.example.it>:", "في 02/11/2026 09:00، كتب URP:",
           ("من", "تم الإرسال", "إلى", "الموضوع"), "أُرسلت من الـ iPhone"),
    "sq": ("Faleminderit për përgjigjen. Do të vij nesër në mëngjes.", "Më hën, 2 nën 2026 në 9:00 URP <urp@comune.example.it> shkroi:",
           "Më 2 Nën 2026, në 09:00, URP <urp@comune.example.it> ka shkruar:", "Më 02/11/2026 09:00, URP shkroi:",
           ("Nga", "Dërguar", "Për", "Subjekti"), "Dërguar nga iPhone"),
    "es": ("Muchas gracias por la respuesta. Iré mañana por la mañana.", "El lun, 2 nov 2026 a las 9:00, URP (<urp@comune.example.it>) escribió:",
           "El 2 nov 2026, a las 9:00, URP <urp@comune.example.it> escribió:", "El 2/11/26 a las 9:00, URP escribió:",
           ("De", "Enviado el", "Para", "Asunto"), "Enviado desde mi iPhone"),
    "zh": ("谢谢您的回复。我明天早上带着文件过来。请问需要预约吗？", f"{URP} 于2026年11月2日周一 09:00写道：",
           "在 2026年11月2日，09:00，URP <urp@comune.example.it> 写道：", "在 2026/11/2 9:00, URP 写道:",
           ("发件人", "发送时间", "收件人", "主题"), "发自我的iPhone"),
    "uk": ("Дякую за відповідь. Я прийду завтра вранці з документами.", f"пн, 2 лист. 2026 р. о 09:00 {URP} пише:",
           "2 лист. 2026 р. о 09:00 URP <urp@comune.example.it> пише:", "02.11.26 09:00, URP пише:",
           ("Від", "Надіслано", "Кому", "Тема"), "Надіслано з iPhone"),
    "fr": ("Merci beaucoup pour la réponse. Je viendrai demain matin.", f"Le lun. 2 nov. 2026 à 09:00, {URP} a écrit :",
           "Le 2 nov. 2026 à 09:00, URP <urp@comune.example.it> a écrit :", "Le 02/11/2026 à 09:00, URP a écrit :",
           ("De", "Envoyé", "À", "Objet"), "Envoyé de mon iPhone"),
    "de": ("Vielen Dank für die Antwort. Ich komme morgen früh vorbei.", f"Am Mo., 2. Nov. 2026 um 09:00 Uhr schrieb {URP}:",
           "Am 02.11.2026 um 09:00 schrieb URP <urp@comune.example.it>:", "Am 02.11.26 um 09:00 schrieb URP:",
           ("Von", "Gesendet", "An", "Betreff"), "Von meinem iPhone gesendet"),
    "en": ("Thank you very much for the answer. I will come tomorrow morning.", f"On Mon, Nov 2, 2026 at 9:00\u202fAM {URP} wrote:",
           "On 2 Nov 2026, at 09:00, URP <urp@comune.example.it> wrote:", "On 11/2/26 09:00, URP wrote:",
           ("From", "Sent", "To", "Subject"), "Sent from my iPhone"),
    "it": ("Grazie mille per la risposta. Verrò domani mattina.", f"Il giorno lun 2 nov 2026 alle ore 09:00 {URP} ha scritto:",
           "Il giorno 2 nov 2026, alle ore 09:00, URP <urp@comune.example.it> ha scritto:", "Il 02/11/2026 09:00, URP ha scritto:",
           ("Da", "Inviato", "A", "Oggetto"), "Inviato da iPhone"),
}  # fmt: skip


def in_every_language() -> dict[str, bytes]:
    found = {}
    for code, (own, gmail, apple, thunderbird, labels, phone) in LANGUAGES.items():
        sender, sent, to, subject = labels
        outlook = f"{sender}: {URP}\n{sent}: 02/11/2026 09:00\n{to}: Maria Popescu <maria.popescu@example.ro>\n{subject}: Orari\n"
        found |= {
            f"reply-{code}-gmail": above(own, gmail),
            f"reply-{code}-gmail-unmarked": above(own, gmail, marked=False),
            f"reply-{code}-apple": reply(f"{own}\n\n{phone}\n\n> {apple}\n> \n{QUOTED}\n"),
            f"reply-{code}-thunderbird": above(own, thunderbird),
            f"reply-{code}-outlook": reply(f"{own}\n\n{'_' * 32}\n{outlook}\n{OURS}\n"),
        }
    return found


def programs() -> dict[str, bytes]:
    outlook_html = (
        '<html><body><div class="WordSection1"><p class="MsoNormal">Va bene, grazie.<o:p></o:p></p>'
        '<p class="MsoNormal"><span>Maria</span></p>'
        '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">'
        "<b>Da:</b> URP &lt;urp@comune.example.it&gt; <br><b>Inviato:</b> lunedì 2 novembre 2026 09:00<br>"
        "<b>A:</b> Maria<br><b>Oggetto:</b> Orari<o:p></o:p></p></div></div><p class=\"MsoNormal\">Lo sportello è aperto."
        "</p></div></body></html>"
    )
    outlook_new = (
        '<html><body><div class="elementToProof">Va bene, verrò.</div><div id="appendonsend"></div>'
        '<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">'
        "<b>From:</b> URP &lt;urp@comune.example.it&gt;<br><b>Sent:</b> Monday, November 2, 2026 9:00 AM<br>"
        "<b>To:</b> Maria<br><b>Subject:</b> Orari</font><div>&nbsp;</div></div><div>Lo sportello è aperto.</div></body></html>"
    )
    yahoo = (
        "<div>Perfetto, grazie.</div><div><br></div><div id=\"ydpyahoo_quoted\" class=\"yahoo_quoted\"><div>"
        "Il lunedì 2 novembre 2026 alle ore 09:00:12 CET, URP &lt;urp@comune.example.it&gt; ha scritto: </div>"
        "<div>Lo sportello è aperto.</div></div>"
    )
    apple_html = (
        '<html><body dir="auto">Ci vediamo domani.<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Inviato da iPhone</div>'
        '<div dir="ltr"><br><blockquote type="cite">Il giorno 2 nov 2026, alle ore 09:00, URP &lt;urp@comune.example.it&gt; '
        "ha scritto:<br><br></blockquote></div><blockquote type=\"cite\"><div dir=\"ltr\">Lo sportello è aperto.</div>"
        "</blockquote></body></html>"
    )
    old_outlook = "-----Messaggio originale-----\nDa: URP [mailto:urp@comune.example.it]\nInviato: lunedì 2 novembre 2026 09:00\nA: Maria\nOggetto: Orari\n\n"
    return {
        "reply-outlook-html": reply(outlook_html, HTML),
        "reply-outlook-new-html": reply(outlook_new, HTML),
        "reply-yahoo-html": reply(yahoo, HTML),
        "reply-apple-html": reply(apple_html, HTML),
        "reply-outlook-2003": reply(f"Va bene.\n\n{old_outlook}{OURS}\n"),
        "reply-outlook-marked": reply("Va bene.\n\n" + "".join(f"> {line}\n" for line in (old_outlook + OURS).splitlines())),
        "reply-outlook-mobile": reply(
            f"Va bene.\n\nScarica Outlook per iOS<https://aka.ms/o0ukef>\n{'_' * 32}\nDa: {URP}\nInviato: Monday, November 2, 2026 "
            f"9:00:00 AM\nA: Maria\nOggetto: Orari\n\n{OURS}\n"
        ),
        "reply-virgilio-arrow": reply(
            'Va bene.\n\n>----Messaggio originale----\n>Da: urp@comune.example.it\n>Data: 2-nov-2026 9.00\n>A: "Maria"'
            "<maria.popescu@example.ro>\n>Ogg: Orari\n>\n" + "".join(f">{line}\n" for line in OURS.splitlines())
        ),
        "reply-tim": reply(
            f"Va bene.\n\nInviato da TIM Mail\n\n-----Messaggio originale-----\nDa: urp@comune.example.it\nInviato: 2-nov-2026 9.00\n"
            f"A: maria.popescu@example.ro\nOggetto: Orari\n\n{OURS}\n"
        ),
        "reply-libero-html": reply(
            "<p>Ricevuto, grazie.</p><p>Inviato da Libero Mail</p><br><blockquote>Il 2 novembre 2026 alle 9.00 URP "
            "&lt;urp@comune.example.it&gt; ha scritto:<br><br><p>Lo sportello è aperto.</p></blockquote>", HTML,
        ),
        "reply-aruba-webmail": reply(
            f"Confermo.\n\nIn data 2 novembre 2026 09:00:00 CET, urp@comune.example.it ha scritto:\n\n{QUOTED}\n"
        ),
        "reply-roundcube": reply(f"Confermo.\n\nIl 2026-11-02 09:00 URP ha scritto:\n{QUOTED}\n"),
        "reply-samsung": reply(
            "Va bene.\n\n\nInviato dal mio dispositivo Samsung Galaxy\n\n-------- Messaggio originale --------\nDa: URP "
            f"<urp@comune.example.it> \nData: 02/11/26 09:00 (GMT+01:00) \nA: Maria <maria.popescu@example.ro> \nOggetto: Orari \n\n{OURS}\n"
        ),
        "reply-huawei": reply(
            f"Va bene.\n\nInviato dal mio Huawei\n\n-------- Messaggio originale --------\nDa: {URP}\nData: lun 2 nov 2026, 09:00\n"
            f"A: Maria\nOggetto: Orari\n{OURS}\n"
        ),
        "reply-proton": reply(
            f"Va bene.\n\nInviato con Proton Mail (https://proton.me/mail/home) email sicura.\n\nIl lunedì 2 novembre 2026 alle 09:00, "
            f"{URP} ha scritto:\n\n{QUOTED}\n"
        ),
        "reply-bottom": reply(f"Il 02/11/26 09:00, URP ha scritto:\n{QUOTED}\n\nVa bene, verrò domani.\n"),
        "reply-inline-outlook": reply(
            f"Rispondo sotto in rosso.\n\n{'_' * 32}\nDa: {URP}\nInviato: lunedì 2 novembre 2026 09:00\nA: Maria\nOggetto: Orari\n\n"
            "A che ora viene?\nAlle dieci.\n"
        ),
        "reply-inline-gmail-html": reply(
            '<div dir="ltr"><div class="gmail_quote"><div class="gmail_attr">Il giorno lun 2 nov 2026 alle ore 09:00 URP '
            '&lt;urp@comune.example.it&gt; ha scritto:<br></div><blockquote class="gmail_quote"><div>A che ora viene?</div></blockquote>'
            '<div>Alle dieci.</div><blockquote class="gmail_quote"><div>Con chi?</div></blockquote><div>Con mio figlio.</div></div></div>',
            HTML,
        ),
        "reply-quote-in-quote": reply(
            "Come dicevo.\n\nIl 03/11/26 10:00, URP ha scritto:\n> Non capisco.\n>\n> Il 02/11/26 09:00, Maria ha scritto:\n>> Vorrei "
            "un appuntamento.\n"
        ),
        "reply-nothing-but-quote": reply(f"Il 02/11/26 09:00, URP ha scritto:\n{QUOTED}\n"),
        "reply-only-thanks": reply(f"ok\n\nIl 02/11/26 09:00, URP ha scritto:\n{QUOTED}\n"),
        "reply-emoji": reply(f"👍\n\nIl 02/11/26 09:00, URP ha scritto:\n{QUOTED}\n"),
    }  # fmt: skip


def signatures() -> dict[str, bytes]:
    return {
        "signature-office": reply(
            "Allego quanto richiesto.\n\nDistinti saluti\n\n-- \nDott.ssa Anna Rossi\nStudio Rossi & Associati\nVia Roma 1, Milano\n"
            "Tel. 02 000000 - www.example.it\n"
        ),
        "signature-disclaimer-it": reply(
            "Allego quanto richiesto.\n\nAnna Rossi\n\nAVVISO DI RISERVATEZZA: le informazioni contenute nella presente comunicazione "
            "sono riservate ai destinatari.\n"
        ),
        "signature-disclaimer-gdpr": reply(
            "Allego quanto richiesto.\n\nAi sensi del Regolamento UE 2016/679 si precisa che le informazioni contenute in questo messaggio "
            "sono riservate.\n\nQuesto messaggio è destinato esclusivamente al destinatario.\n"
        ),
        "signature-disclaimer-en": reply(
            "Please see attached.\n\nCONFIDENTIALITY NOTICE: this e-mail and any attachment is for the addressee only.\n"
        ),
        "signature-environment": reply("Va bene.\n\nPrima di stampare questa mail pensa all'ambiente.\n"),
        "signature-avast": reply("Va bene.\n\nMail priva di virus. www.avast.com\n"),
        "signature-android": reply("Va bene.\n\nInviato dal mio telefono Android con K-9 Mail. Perdonate la brevità.\n"),
        "signature-xiaomi": reply("Va bene.\n\nInviato dal mio Xiaomi\n"),
        "signature-yahoo": reply("Va bene.\n\nInviato da Yahoo Mail per iPhone\n"),
        "signature-ios-ar": reply("شكرا جزيلا على الرد\n\nأُرسلت من الـ iPhone\n"),
        "signature-no-space": reply("Va bene.\n--\nMaria Popescu\n333 0000000\n"),
        "signature-then-postscript": reply("Va bene.\n\n-- \nMaria Popescu\n\nP.S. Porto anche il codice fiscale.\n"),
        "signature-tells-of-a-sent-letter": reply("Inviato da iPhone il reclamo del 3 maggio, mai avuta risposta.\nMaria\n"),
        "signature-rule-in-a-letter": reply("Primo punto.\n---\nSecondo punto: la caldaia.\n---\nTerzo punto: il tetto.\n"),
        "signature-dashes-early": reply("Elenco:\n--\n" + "".join(f"voce {number}\n" for number in range(30))),
        "words-about-confidence": reply("Questo messaggio contiene informazioni sul mio caso: sono invalida e vivo sola.\n"),
        "words-that-quote-a-law": reply("La legge dice:\n> Chiunque ha diritto di accesso.\nE voi me lo negate.\n"),
        "words-with-labels": reply("Da: 3 novembre\nA: 5 novembre\nOggetto: ferie\nPosso disdire?\n"),
        "words-with-an-hour": reply("Il 2 novembre alle 09:00 il vostro impiegato ha scritto:\nla pratica è chiusa.\nNon è vero.\n"),
        "words-with-an-hour-after-others": reply(
            "Buongiorno,\nIl 2 novembre 2026 alle 09:00 il vostro impiegato ha scritto:\nla pratica è chiusa.\nNon è vero.\n"
        ),
        "words-of-a-dialogue": reply("Mi ha detto: torni domani.\nIo ho risposto: va bene.\nOggi era chiuso.\n"),
        "words-greater-than": reply("Ho un ISEE\n> 20.000 euro, posso fare domanda?\n"),
    }  # fmt: skip


def messages() -> dict[str, bytes]:
    return {**in_every_language(), **programs(), **signatures()}

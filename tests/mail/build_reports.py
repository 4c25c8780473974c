"""Golden messages that no person wrote: delivery reports of the servers our letters meet, complaints, absence notes."""

from __future__ import annotations

from .build import ASK, PLAIN, TOKEN, entity, mail, parts

OURS = f"<sp.{TOKEN}@comune.example.it>"
SENT = f"From: URP <urp@comune.example.it>\nTo: nessuno@example.com\nSubject: Orari\nMessage-ID: {OURS}\n"
TO_US = {"To": "urp@comune.example.it"}


def standard(
    *groups: str, said: str = "Your message could not be delivered.\n", sender: str = "MAILER-DAEMON@mx.example.com",
    subject: str = "Undelivered Mail Returned to Sender", kind: str = "message/delivery-status", back: str = SENT,
) -> bytes:  # fmt: skip
    status = "\n\n".join(["Reporting-MTA: dns; mx.example.com\nArrival-Date: Tue, 3 Nov 2026 10:00:00 +0100", *groups])
    return mail(*reversed(parts(
        "report", entity(PLAIN, said), entity(f"Content-Type: {kind}", status + "\n"),
        entity("Content-Type: text/rfc822-headers", back), head="report-type=delivery-status; ",
    )), "Auto-Submitted: auto-replied", "Return-Path: <>", From=f"Mail Delivery System <{sender}>", Subject=subject, **TO_US)  # fmt: skip


def one(address: str, status: str, diagnostic: str, action: str = "failed") -> str:
    return (
        f"Original-Recipient: rfc822;{address}\nFinal-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {diagnostic}"
    )


def told(body: str, *fields: str, sender: str = "MAILER-DAEMON@mx.example.com", subject: str = "failure notice") -> bytes:
    return mail(body, PLAIN, "Return-Path: <>", *fields, From=sender, Subject=subject, **TO_US)


def by_the_standard() -> dict[str, bytes]:
    answers = {
        "postfix-unknown": ("5.1.1", "550 5.1.1 <nessuno@example.com>: Recipient address rejected: User unknown in virtual mailbox table"),
        "postfix-no-domain": ("5.4.4", "X-Postfix; Host or domain name not found. Name service error for name=exmaple.com type=A: Host not found"),
        "postfix-expired": ("4.4.1", "X-Postfix; connect to mx.example.com[192.0.2.1]:25: Connection timed out"),
        "gmail-unknown": ("5.1.1", "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking 550 5.1.1 NoSuchUser gsmtp"),
        "gmail-full": ("5.2.2", "552-5.2.2 The recipient's inbox is out of storage space and inactive. 552 5.2.2 OverQuotaPerm gsmtp"),
        "gmail-full-temporary": ("4.2.2", "452-4.2.2 The recipient's inbox is out of storage space. 452 4.2.2 OverQuotaTemp gsmtp"),
        "gmail-unauthenticated": ("5.7.26", "550-5.7.26 Your email has been blocked because the sender is unauthenticated. Gmail requires SPF or DKIM"),
        "gmail-rate": ("4.7.28", "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address"),
        "gmail-size": ("5.3.4", "552-5.3.4 Your message exceeded Google's message size limits"),
        "outlookcom-unknown": ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)."),
        "outlookcom-blocked": ("5.7.1", "550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150)"),
        "exchange-unknown": ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient nessuno@example.com not found by SMTP address lookup"),
        "exchange-restricted": ("5.7.133", "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required"),
        "exchange-full": ("5.2.2", "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded"),
        "exchange-size": ("5.2.3", "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient"),
        "exchange-access": ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"),
        "exchange-loop": ("5.4.14", "554 5.4.14 Hop count exceeded - possible mail loop ATTR34"),
        "libero-full": ("5.0.0", "552 RCPT TO:<nessuno@example.com> Mailbox disk quota exceeded"),
        "libero-unknown": ("5.0.0", "550 RCPT TO:<nessuno@example.com> User unknown"),
        "aruba-unknown": ("5.1.1", "550 5.1.1 <nessuno@example.com> recipient does not exist"),
        "aruba-spam": ("5.7.1", "554 5.7.1 Message blocked due to spam content in the message"),
        "tim-unknown": ("5.1.1", "550 5.1.1 <nessuno@example.com> user unknown. Utente sconosciuto"),
        "tim-inactive": ("5.2.1", "550 5.2.1 Casella disabilitata <nessuno@example.com>"),
        "register-full": ("5.2.2", "552 5.2.2 <nessuno@example.com>: Casella di posta piena"),
        "greylisted": ("4.2.0", "450 4.2.0 <nessuno@example.com>: Recipient address rejected: Greylisted, see http://postgrey.example.com"),
        "status-only-in-words": ("5.0.0", "550 5.1.1 User unknown"),
        "dmarc": ("5.7.0", "550 5.7.0 Email rejected per DMARC policy of comune.example.it"),
        "smtputf8": ("5.6.7", "553 5.6.7 SMTPUTF8 is required, but was not offered by host"),
    }  # fmt: skip
    found = {f"dsn-{name}": standard(one("nessuno@example.com", *answer)) for name, answer in answers.items()}
    return found | {
        "dsn-three-fates": standard(
            one("a@example.com", "5.1.1", "550 5.1.1 User unknown"), one("b@example.com", "2.0.0", "250 2.0.0 OK", "delivered"),
            one("c@example.com", "4.2.2", "452 4.2.2 Mailbox full", "delayed"),
        ),
        "dsn-relayed": standard(one("a@example.com", "2.0.0", "250 2.0.0 OK", "relayed"), said="Relayed.\n",
                                subject="Successful Mail Delivery Report"),
        "dsn-expanded": standard(one("lista@example.com", "2.0.0", "250 OK", "expanded"), said="Expanded.\n"),
        "dsn-delayed-words": standard(one("a@example.com", "4.4.7", "connection timed out", "delayed"),
                                      said="Delivery has been delayed. No action is required.\n", subject="Delivery delayed"),
        "dsn-global": standard(
            "Final-Recipient: utf-8; niccolò@città.example.it\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 User unknown",
            kind="message/global-delivery-status",
        ),
        "dsn-no-recipient": standard("X-Queue-ID: 4ABC", said="Qualcosa non va.\n"),
        "dsn-lotus": standard(
            "Final-Recipient: rfc822;nessuno@example.com\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: X-Notes; User nessuno "
            "(nessuno@example.com) not listed in Domino Directory"
        ),
        "dsn-original-hidden-by-alias": standard(
            "Original-Recipient: rfc822;maria@example.com\nFinal-Recipient: rfc822;m.popescu@interno.example.com\nAction: failed\n"
            "Status: 5.1.1\nDiagnostic-Code: smtp; 550 User unknown"
        ),
        "dsn-mixed-not-report": mail(*reversed(parts(
            "mixed", entity(PLAIN, "Non consegnato.\n"),
            entity("Content-Type: message/delivery-status", "Reporting-MTA: dns; mx\n\n" + one("a@example.com", "5.1.1", "550 no")),
            entity("Content-Type: message/rfc822", SENT + "\ntesto\n"),
        )), "Return-Path: <>", From="postmaster@example.com", Subject="Mancato recapito", **TO_US),
    }  # fmt: skip


def in_their_own_words() -> dict[str, bytes]:
    back = f"--- Below this line is a copy of the message.\n\nReturn-Path: <urp@comune.example.it>\n{SENT}\ntesto\n"
    return {
        "bounce-qmail-aruba": told(
            "Hi. This is the qmail-send program at smtplqs-out.example.it.\nI'm afraid I wasn't able to deliver your message to the "
            "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<nessuno@example.com>:\n"
            "192.0.2.5 does not like recipient.\nRemote host said: 550 5.1.1 <nessuno@example.com> recipient rejected: User unknown\n"
            f"Giving up on 192.0.2.5.\n\n{back}"
        ),
        "bounce-qmail-two": told(
            "Hi. This is the qmail-send program at mx.example.com.\n\n<a@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
            f"<b@example.com>:\nUser is over quota. (#5.2.2)\n\n{back}"
        ),
        "bounce-exim-words": told(
            "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one "
            "or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  nessuno@example.com\n    host "
            "mx.example.com [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<nessuno@example.com>:\n    550 No such user "
            f"here\n\n------ This is a copy of the message, including all the headers. ------\n\n{SENT}\ntesto\n",
            "X-Failed-Recipients: nessuno@example.com", subject="Mail delivery failed: returning message to sender",
        ),
        "bounce-exim-delay": told(
            "A message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours on the queue.\n\n"
            "The address to which the message has not yet been delivered is:\n\n  nessuno@example.com\n    host mx.example.com: Connection "
            "timed out\n\nNo action is required on your part. Delivery attempts will continue for some time.\n",
            subject="Warning: message 1abc-00 delayed 24 hours",
        ),
        "bounce-exchange-old": told(
            "Il messaggio non è stato recapitato ad alcuni o a tutti i destinatari.\n\n      Oggetto:  Orari\n      Inviato:  03/11/2026 "
            "10:15\n\nImpossibile raggiungere i seguenti destinatari:\n\n      nessuno@example.com il 03/11/2026 10:15\n            L'account "
            f"di posta elettronica non esiste nell'organizzazione.\n            <mx.example.com #5.1.1>\n\nMessage-ID: {OURS}\n",
            sender="postmaster@example.com", subject="Non recapitabile: Orari",
        ),
        "bounce-exchange-en": told(
            "Delivery has failed to these recipients or groups:\n\nnessuno@example.com (mailto:nessuno@example.com)\nThe email address you "
            "entered couldn't be found.\n\nDiagnostic information for administrators:\n\nGenerating server: EX01.example.com\n\n"
            "nessuno@example.com\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\nOriginal message headers:\n\n" + SENT,
            sender="postmaster@example.com", subject="Undeliverable: Orari",
        ),
        "bounce-gmail-words": told(
            "** Address not found **\n\nYour message wasn't delivered to nessuno@example.com because the address couldn't be found, or is "
            "unable to receive mail.\n\nThe response from the remote server was:\n550 5.1.1 User unknown\n",
            f"In-Reply-To: {OURS}", f"References: {OURS}", "X-Failed-Recipients: nessuno@example.com",
            sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>", subject="Delivery Status Notification (Failure)",
        ),
        "bounce-gmail-it": told(
            "** Indirizzo non trovato **\n\nIl messaggio non è stato recapitato a nessuno@example.com perché l'indirizzo non è stato trovato "
            "o non può ricevere posta.\n\nRisposta del server remoto:\n550 5.1.1 Utente sconosciuto\n",
            f"References: {OURS}", sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject="Delivery Status Notification (Failure)",
        ),
        "bounce-libero": told(
            "Gentile utente,\nil tuo messaggio non è stato consegnato al seguente destinatario:\n\n<nessuno@example.com>\nMotivo: 552 casella "
            f"di posta piena (mailbox full)\n\n----- Original message -----\n\n{SENT}",
            sender="Mail Delivery Service <postmaster@example.it>", subject="Mancata consegna del messaggio",
        ),
        "bounce-tim": told(
            "Impossibile recapitare il messaggio ai seguenti destinatari, per il motivo indicato:\n\nnessuno@example.com; 5.1.1 - Utente "
            f"sconosciuto\n\nMessage-ID: {OURS}\n", sender="Mail Administrator <postmaster@example.it>",
            subject="Mail System Error - Returned Mail",
        ),
        "bounce-register": told(
            "Questo è un messaggio automatico.\nIl messaggio inviato a <nessuno@example.com> non può essere consegnato.\n\n"
            "<nessuno@example.com>: host mx.example.com said: 554 5.7.1 Message rejected as spam by Content Filtering (in reply to end of "
            f"DATA command)\n\n{SENT}", subject="Undelivered Mail Returned to Sender",
        ),
        "bounce-yahoo": told(
            "Sorry, we were unable to deliver your message to the following address.\n\n<nessuno@example.com>:\n554: delivery error: dd This "
            f"user doesn't have a yahoo account (nessuno@example.com) [0] - mta\n\n--- Original message below ---\n{SENT}",
            subject="Failure Notice",
        ),
        "bounce-size-words": told(
            f"The following message could not be delivered.\n\n<nessuno@example.com>:\n552 Message size exceeds fixed maximum message size\n\n{SENT}",
            subject="Delivery failure",
        ),
        "bounce-null-sender-forward": told(
            f"Your message cannot be delivered to the following recipients:\n\nRecipient address: nessuno@example.com\nReason: 550 Mailbox "
            f"unavailable\n\nMessage-ID: {OURS}\n", sender="mail@gateway.example.com", subject="Delivery Notification: Delivery has failed",
        ),
        "bounce-said-by-a-customer": mail(
            "Mi è tornata la vostra mail: \"Undelivered Mail Returned to Sender, nessuno@example.com 550 User unknown\". Come mai?\n", PLAIN,
            Subject="Mail delivery failed?",
        ),
    }  # fmt: skip


def feedback(kind: str, *fields: str, back: str = SENT) -> bytes:
    report = "\n".join([f"Feedback-Type: {kind}", "User-Agent: Reporter/1.0", "Version: 1", *fields])
    return mail(*reversed(parts(
        "report", entity(PLAIN, "This is an email abuse report.\n"), entity("Content-Type: message/feedback-report", report + "\n"),
        entity("Content-Type: message/rfc822", back + "\ntesto\n"), head="report-type=feedback-report; ",
    )), From="Reports <feedback@example.com>", Subject="Abuse report", **TO_US)  # fmt: skip


def complaints() -> dict[str, bytes]:
    return {
        "feedback-abuse": feedback("abuse", "Original-Rcpt-To: <nessuno@example.com>", "Original-Mail-From: <urp@comune.example.it>"),
        "feedback-redacted": feedback("abuse", "Original-Mail-From: <urp@comune.example.it>"),
        "feedback-opt-out": feedback("opt-out", "Removal-Recipient: nessuno@example.com"),
        "feedback-two-recipients": feedback("abuse", "Original-Rcpt-To: a@example.com", "Original-Rcpt-To: b@example.com"),
        "feedback-not-spam": feedback("not-spam", "Original-Rcpt-To: a@example.com"),
    }


def absences() -> dict[str, bytes]:
    away = "Sono fuori ufficio fino al 15 novembre. Per urgenze: colleghi@example.it\n"
    marks = {
        "auto-replied": "Auto-Submitted: auto-replied", "auto-notified": "Auto-Submitted: auto-notified; owner-email=\"a@b.it\"",
        "auto-generated": "Auto-Submitted: auto-generated", "precedence-autoreply": "Precedence: auto_reply",
        "precedence-junk": "Precedence: junk", "x-autorespond": "X-Autorespond: Orari", "x-autoreply": "X-Autoreply: yes",
        "x-autoresponder": "X-Auto-Response-From: a@b.it", "exchange-suppress": "X-Auto-Response-Suppress: All",
        "exchange-rule": "X-MS-Exchange-Inbox-Rules-Loop: a@b.it", "x-autoreply-from": "X-Autoreply-From: a@b.it",
        "x-autogenerated": "X-Autogenerated: Reply", "x-autoreply-no": "X-Autoreply: no", "x-mail-autoreply": "X-Mail-Autoreply: vacation",
        "generated-by": "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent",
    }  # fmt: skip
    found = {
        f"away-{name}": mail(away, PLAIN, mark, f"In-Reply-To: {OURS}", Subject="Risposta automatica: Orari") for name, mark in marks.items()
    }
    return found | {
        "away-subject-alone": mail(ASK, PLAIN, Subject="Risposta automatica: come la disattivo?"),
        "away-null-sender": mail(away, PLAIN, "Return-Path: <>", Subject="Automatic reply: Orari"),
        "away-bare-subject-and-answer": mail(away, PLAIN, f"In-Reply-To: {OURS}", Subject="Fuori sede Re: Orari"),
    }


def messages() -> dict[str, bytes]:
    return {**by_the_standard(), **in_their_own_words(), **complaints(), **absences()}

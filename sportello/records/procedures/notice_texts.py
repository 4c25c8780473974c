"""The texts notices start from, in Italian and English, until an office writes its own (`NoticeTemplate`)."""

from __future__ import annotations

from typing import Final

from sportello.records.procedures.notice_texts_offices import OFFICE_TEXTS
from sportello.records.procedures.notice_texts_terms import TERM_TEXTS

#: moment → language → (subject, body). Variables as in `NoticeTemplate`; a line whose variables are all empty is
#: left out, so that one text serves with and without a reason.
TEXTS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    **TERM_TEXTS,
    **OFFICE_TEXTS,
    "receipt": {
        "it": (
            "Ricevuta della sua richiesta {number}",
            "Buongiorno,\n\nabbiamo ricevuto la sua richiesta il {received}.\n\n"
            "Numero della pratica: {number}\nCodice di accesso: {code}\nOggetto: {subject}\n"
            "Se ne occupa: {team}\n\n"
            "Che cosa succede ora\n{next}\n\n"
            "Può vedere a che punto è, scrivere ancora e allegare documenti qui:\n{link}\n\n"
            "Può anche rispondere a questo messaggio.\n\n{organisation}",
        ),
        "en": (
            "Receipt for your request {number}",
            "Good morning,\n\nwe received your request on {received}.\n\n"
            "Ticket number: {number}\nAccess code: {code}\nSubject: {subject}\n"
            "It is with: {team}\n\n"
            "What happens now\n{next}\n\n"
            "You can see where it stands, write again and add files here:\n{link}\n\n"
            "You can also reply to this message.\n\n{organisation}",
        ),
    },
    "taken": {
        "it": (
            "La sua richiesta {number} è in lavorazione",
            "Buongiorno,\n\nla sua richiesta «{subject}» è ora in lavorazione.\nSe ne occupa: {team}\n{promise}\n\n"
            "A che punto è: {link}\n\n{organisation}",
        ),
        "en": (
            "We are working on your request {number}",
            "Good morning,\n\nwe are now working on your request “{subject}”.\nIt is with: {team}\n{promise}\n\n"
            "Where it stands: {link}\n\n{organisation}",
        ),
    },
    "waiting": {
        "it": (
            "Ci serve qualcosa da lei: richiesta {number}",
            "Buongiorno,\n\nper andare avanti con la sua richiesta «{subject}» ci serve una sua risposta.\n{reason}\n\n"
            "Può rispondere a questo messaggio o scrivere qui:\n{link}\n\n{promise}\n\n{organisation}",
        ),
        "en": (
            "We need something from you: request {number}",
            "Good morning,\n\nto go on with your request “{subject}” we need your answer.\n{reason}\n\n"
            "You can reply to this message or write here:\n{link}\n\n{promise}\n\n{organisation}",
        ),
    },
    "resumed": {
        "it": (
            "La sua richiesta {number} prosegue",
            "Buongiorno,\n\nabbiamo ripreso a lavorare alla sua richiesta «{subject}».\n{promise}\n\n"
            "A che punto è: {link}\n\n{organisation}",
        ),
        "en": (
            "Work goes on: request {number}",
            "Good morning,\n\nwe have gone back to work on your request “{subject}”.\n{promise}\n\n"
            "Where it stands: {link}\n\n{organisation}",
        ),
    },
    "moved": {
        "it": (
            "La sua richiesta {number} è passata a un altro ufficio",
            "Buongiorno,\n\nla sua richiesta «{subject}» è passata a: {team}.\n{reason}\n"
            "Non deve fare nulla: numero e codice restano gli stessi.\n{promise}\n\n"
            "A che punto è: {link}\n\n{organisation}",
        ),
        "en": (
            "Your request {number} is with another office",
            "Good morning,\n\nyour request “{subject}” is now with: {team}.\n{reason}\n"
            "You need not do anything: number and code stay the same.\n{promise}\n\n"
            "Where it stands: {link}\n\n{organisation}",
        ),
    },
    "promise": {
        "it": (
            "Nuova data per la sua richiesta {number}",
            "Buongiorno,\n\nper la sua richiesta «{subject}» c'è una nuova data.\n{promise}\n{reason}\n\n"
            "A che punto è: {link}\n\n{organisation}",
        ),
        "en": (
            "New date for your request {number}",
            "Good morning,\n\nthere is a new date for your request “{subject}”.\n{promise}\n{reason}\n\n"
            "Where it stands: {link}\n\n{organisation}",
        ),
    },
    "closed": {
        "it": (
            "La sua richiesta {number} è conclusa",
            "Buongiorno,\n\nla sua richiesta «{subject}» è conclusa.\n\nEsito: {outcome}\n{reason}\n\n"
            "Se qualcosa non va, risponda a questo messaggio entro {reopen_days} giorni, oppure scriva qui:\n{link}\n\n"
            "{organisation}",
        ),
        "en": (
            "Your request {number} is concluded",
            "Good morning,\n\nyour request “{subject}” is concluded.\n\nOutcome: {outcome}\n{reason}\n\n"
            "If something is not right, reply to this message within {reopen_days} days, or write here:\n{link}\n\n"
            "{organisation}",
        ),
    },
    "reopened": {
        "it": (
            "La sua richiesta {number} è di nuovo aperta",
            "Buongiorno,\n\nabbiamo riaperto la sua richiesta «{subject}».\nSe ne occupa: {team}\n{promise}\n\n"
            "A che punto è: {link}\n\n{organisation}",
        ),
        "en": (
            "Your request {number} is open again",
            "Good morning,\n\nwe have opened your request “{subject}” again.\nIt is with: {team}\n{promise}\n\n"
            "Where it stands: {link}\n\n{organisation}",
        ),
    },
    "merged": {
        "it": (
            "Le sue richieste {number} e {other} proseguono insieme",
            "Buongiorno,\n\nle sue richieste {number} e {other} riguardano la stessa cosa: le seguiamo insieme, con "
            "il numero {main}.\n{reason}\n"
            "Nulla va perso: può usare l'uno o l'altro numero con il suo codice, e rispondere anche ai messaggi di "
            "prima.\n{promise}\n\n"
            "A che punto è: {link}\n\n{organisation}",
        ),
        "en": (
            "Your requests {number} and {other} go on together",
            "Good morning,\n\nyour requests {number} and {other} are about the same thing: we handle them together, "
            "under the number {main}.\n{reason}\n"
            "Nothing is lost: you can use either number with its code, and reply to our earlier messages too.\n"
            "{promise}\n\n"
            "Where it stands: {link}\n\n{organisation}",
        ),
    },
    "parted": {
        "it": (
            "La sua richiesta {number} prosegue da sola",
            "Buongiorno,\n\nla sua richiesta {number}, «{subject}», non è più unita alla {other}: ciascuna prosegue "
            "con il proprio numero e il proprio codice.\n{promise}\n\n"
            "A che punto è: {link}\n\n{organisation}",
        ),
        "en": (
            "Your request {number} goes on by itself",
            "Good morning,\n\nyour request {number}, “{subject}”, is no longer joined with {other}: each goes on with "
            "its own number and code.\n{promise}\n\n"
            "Where it stands: {link}\n\n{organisation}",
        ),
    },
    "code": {
        "it": (
            "Nuovo codice di accesso per la richiesta {number}",
            "Buongiorno,\n\necco il nuovo codice di accesso per la sua richiesta «{subject}».\n\n"
            "Numero della pratica: {number}\nCodice di accesso: {code}\n\nIl codice di prima non vale più.\n\n"
            "{link}\n\n{organisation}",
        ),
        "en": (
            "New access code for request {number}",
            "Good morning,\n\nhere is the new access code for your request “{subject}”.\n\n"
            "Ticket number: {number}\nAccess code: {code}\n\nThe old code no longer works.\n\n{link}\n\n{organisation}",
        ),
    },
}

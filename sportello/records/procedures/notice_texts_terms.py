"""What the customer is told when a term stops, goes on or is moved; as `notice_texts`, which holds the others.

Further variables: {cause} the law's or the office's name for it, {document} what it rests on, {until} and {window} the
days something lasts or may be sent, {due} the new end of the term.
"""

from __future__ import annotations

from typing import Final

TERM_TEXTS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "suspended": {
        "it": (
            "Termine sospeso: richiesta {number}",
            "Buongiorno,\n\nil termine per la sua richiesta «{subject}» è sospeso.\n\nMotivo: {cause}\n{reason}\n"
            "Documento: {document}\n\nPuò rispondere fino a {window}.\n"
            "Il termine riprende al più tardi {until}. In quel caso concludiamo entro {due}.\n\n"
            "Può rispondere a questo messaggio o scrivere qui:\n{link}\n\n{organisation}",
        ),
        "en": (
            "The term is suspended: request {number}",
            "Good morning,\n\nthe term for your request “{subject}” is suspended.\n\nWhy: {cause}\n{reason}\n"
            "Document: {document}\n\nYou can answer until {window}.\n"
            "The term goes on at the latest on {until}. In that case we conclude by {due}.\n\n"
            "You can reply to this message or write here:\n{link}\n\n{organisation}",
        ),
    },
    "interrupted": {
        "it": (
            "Termine interrotto: richiesta {number}",
            "Buongiorno,\n\nil termine per la sua richiesta «{subject}» è interrotto.\n\nMotivo: {cause}\n{reason}\n"
            "Documento: {document}\n\nPuò rispondere fino a {window}.\n"
            "Quando riceviamo la sua risposta, il termine ricomincia da capo. Ricomincia comunque {until}.\n\n"
            "Può rispondere a questo messaggio o scrivere qui:\n{link}\n\n{organisation}",
        ),
        "en": (
            "The term is interrupted: request {number}",
            "Good morning,\n\nthe term for your request “{subject}” is interrupted.\n\nWhy: {cause}\n{reason}\n"
            "Document: {document}\n\nYou can answer until {window}.\n"
            "When we have your answer, the term begins again from the start. "
            "It begins again in any case on {until}.\n\n"
            "You can reply to this message or write here:\n{link}\n\n{organisation}",
        ),
    },
    "refusal_warning": {
        "it": (
            "Motivi che impediscono di accogliere la richiesta {number}",
            "Buongiorno,\n\nabbiamo esaminato la sua richiesta «{subject}». Ci sono motivi che, al momento, "
            "non permettono di accoglierla.\n\n{reason}\nDocumento: {document}\n\n"
            "Può inviare osservazioni e documenti fino a {window}.\n"
            "Fino ad allora il termine è sospeso. Riprende dieci giorni dopo le sue osservazioni, "
            "oppure {until} se non ne riceviamo. In quel caso concludiamo entro {due}.\n\n"
            "Può rispondere a questo messaggio o scrivere qui:\n{link}\n\n{organisation}",
        ),
        "en": (
            "Reasons that stand against your request {number}",
            "Good morning,\n\nwe have examined your request “{subject}”. There are reasons that, as things stand, "
            "do not let us grant it.\n\n{reason}\nDocument: {document}\n\n"
            "You can send observations and documents until {window}.\n"
            "Until then the term is suspended. It goes on ten days after your observations, "
            "or on {until} if we receive none. In that case we conclude by {due}.\n\n"
            "You can reply to this message or write here:\n{link}\n\n{organisation}",
        ),
    },
    "third_party": {
        "it": (
            "Abbiamo avvisato altre persone interessate: richiesta {number}",
            "Buongiorno,\n\nla sua richiesta «{subject}» riguarda anche altre persone. "
            "Le abbiamo avvisate, perché possono opporsi.\n{reason}\nDocumento: {document}\n\n"
            "Per questo il termine è sospeso, al più tardi fino a {until}. In quel caso concludiamo entro {due}.\n"
            "Lei non deve fare nulla.\n\nA che punto è: {link}\n\n{organisation}",
        ),
        "en": (
            "We told others concerned: request {number}",
            "Good morning,\n\nyour request “{subject}” also concerns other people. "
            "We have told them, because they may object.\n{reason}\nDocument: {document}\n\n"
            "For this the term is suspended, at the latest until {until}. In that case we conclude by {due}.\n"
            "You need not do anything.\n\nWhere it stands: {link}\n\n{organisation}",
        ),
    },
    "term_resumed": {
        "it": (
            "Il termine riprende: richiesta {number}",
            "Buongiorno,\n\nil termine per la sua richiesta «{subject}» riprende {until}.\n{reason}\n"
            "Documento: {document}\n\nConcludiamo entro {due}.\n\nA che punto è: {link}\n\n{organisation}",
        ),
        "en": (
            "The term goes on: request {number}",
            "Good morning,\n\nthe term for your request “{subject}” goes on from {until}.\n{reason}\n"
            "Document: {document}\n\nWe conclude by {due}.\n\nWhere it stands: {link}\n\n{organisation}",
        ),
    },
    "extended": {
        "it": (
            "Serve più tempo per la sua richiesta {number}",
            "Buongiorno,\n\nper la sua richiesta «{subject}» serve più tempo.\n\nPerché: {reason}\n"
            "Documento: {document}\n\nLa nuova data è {due}.\n\nA che punto è: {link}\n\n{organisation}",
        ),
        "en": (
            "More time is needed for your request {number}",
            "Good morning,\n\nyour request “{subject}” needs more time.\n\nWhy: {reason}\n"
            "Document: {document}\n\nThe new date is {due}.\n\nWhere it stands: {link}\n\n{organisation}",
        ),
    },
    "interim": {
        "it": (
            "Risposta interlocutoria alla sua richiesta {number}",
            "Buongiorno,\n\nnon abbiamo ancora la risposta definitiva alla sua richiesta «{subject}».\n\n{reason}\n"
            "Documento: {document}\n\nLa risposta definitiva arriva entro {due}.\n\n"
            "A che punto è: {link}\n\n{organisation}",
        ),
        "en": (
            "Interim reply to your request {number}",
            "Good morning,\n\nwe do not have the final reply to your request “{subject}” yet.\n\n{reason}\n"
            "Document: {document}\n\nThe final reply reaches you by {due}.\n\n"
            "Where it stands: {link}\n\n{organisation}",
        ),
    },
}

"""What the customer is told when another office is asked; as `notice_texts`, which holds the others.

Further variables: {office} who was asked, {due} by when its answer is expected.
"""

from __future__ import annotations

from typing import Final

OFFICE_TEXTS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "forwarded": {
        "it": (
            "Abbiamo chiesto un parere per la sua richiesta {number}",
            "Buongiorno,\n\nper la sua richiesta «{subject}» serve il parere di un altro ufficio: {office}.\n"
            "Aspettiamo la sua risposta entro {due}.\n\n"
            "La sua richiesta resta a noi: le rispondiamo noi. Lei non deve fare nulla.\n{promise}\n\n"
            "A che punto è: {link}\n\n{organisation}",
        ),
        "en": (
            "We asked another office about your request {number}",
            "Good morning,\n\nfor your request “{subject}” we need the opinion of another office: {office}.\n"
            "We expect its answer by {due}.\n\n"
            "Your request stays with us: the answer will come from us. You need not do anything.\n{promise}\n\n"
            "Where it stands: {link}\n\n{organisation}",
        ),
    },
    "office_later": {
        "it": (
            "Una nuova data per la sua richiesta {number}",
            "Buongiorno,\n\nper la sua richiesta «{subject}» l'ufficio {office} ha bisogno di più tempo.\n"
            "Perché: {reason}\n\nOra aspettiamo la sua risposta entro {due}.\n{promise}\n\n"
            "A che punto è: {link}\n\n{organisation}",
        ),
        "en": (
            "A new date for your request {number}",
            "Good morning,\n\nfor your request “{subject}” the office {office} needs more time.\n"
            "Why: {reason}\n\nWe now expect its answer by {due}.\n{promise}\n\n"
            "Where it stands: {link}\n\n{organisation}",
        ),
    },
    "office_answered": {
        "it": (
            "L'ufficio ha risposto: richiesta {number}",
            "Buongiorno,\n\nper la sua richiesta «{subject}» l'ufficio {office} ci ha risposto.\n"
            "Ora prepariamo la risposta per lei.\n{promise}\n\nA che punto è: {link}\n\n{organisation}",
        ),
        "en": (
            "The office has answered: request {number}",
            "Good morning,\n\nfor your request “{subject}” the office {office} has answered us.\n"
            "We are now preparing our reply to you.\n{promise}\n\nWhere it stands: {link}\n\n{organisation}",
        ),
    },
}

"""Columns a list may have, and the words people put above them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

CUSTOMERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "external": (gettext_lazy("Reference (order, contract)"), (
        "riferimento", "codice cliente", "id cliente", "id", "external", "reference", "customer id", "contratto",
        "codice", "matricola", "numero cliente")),
    "name": (gettext_lazy("Name"), (
        "nome e cognome", "cognome e nome", "nominativo", "cliente", "ragione sociale", "denominazione", "name",
        "full name", "intestatario")),
    "family_name": (gettext_lazy("Family name"), ("cognome", "surname", "last name", "family name")),
    "given_name": (gettext_lazy("Given name"), ("nome", "first name", "given name")),
    "sort": (gettext_lazy("Person or company"), ("tipo", "natura", "sort", "type")),
    "tax_code": (gettext_lazy("Tax code"), ("codice fiscale", "cod fiscale", "cf", "c f", "tax code", "fiscal code")),
    "vat": (gettext_lazy("VAT number"), ("partita iva", "p iva", "piva", "vat", "vat number")),
    "email": (gettext_lazy("E-mail"), ("e mail", "email", "posta elettronica", "mail", "indirizzo e mail")),
    "pec": (gettext_lazy("PEC"), ("pec", "posta certificata", "domicilio digitale")),
    "phone": (gettext_lazy("Phone"), ("telefono", "tel", "phone", "recapito telefonico", "telefono fisso")),
    "mobile": (gettext_lazy("Mobile phone"), ("cellulare", "cell", "mobile", "telefono cellulare")),
    "address": (gettext_lazy("Postal address"), ("indirizzo", "via", "residenza", "address", "street")),
    "postal_code": (gettext_lazy("Postal code"), ("cap", "postal code", "zip", "codice postale")),
    "town": (gettext_lazy("Town"), ("comune", "citta", "localita", "town", "city")),
    "province": (gettext_lazy("Province"), ("provincia", "prov", "pr", "province")),
    "language": (gettext_lazy("Language"), ("lingua", "language")),
    "born_on": (gettext_lazy("Birth date"), ("data di nascita", "nato il", "nascita", "birth date", "born on")),
    "needs": (gettext_lazy("What they need to be served well"), (
        "esigenze", "accessibilita", "needs", "accessibility")),
    "addressed_as": (gettext_lazy("How they wish to be addressed"), ("titolo", "appellativo", "title", "addressed as")),
}
TICKETS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "reference": (gettext_lazy("Reference of the ticket"), (
        "riferimento", "id", "numero", "numero pratica", "pratica", "reference", "ticket", "ticket id", "protocollo")),
    "subject": (gettext_lazy("Subject"), ("oggetto", "subject", "titolo", "title")),
    "opened": (gettext_lazy("Opened on"), ("aperta il", "data apertura", "apertura", "data", "opened", "created",
                                           "opened on", "created at")),
    "closed": (gettext_lazy("Closed on"), ("chiusa il", "data chiusura", "chiusura", "closed", "closed on",
                                           "closed at", "resolved")),
    "text": (gettext_lazy("What they wrote or said"), ("testo", "richiesta", "messaggio", "descrizione", "text",
                                                       "description", "message")),
    "answer": (gettext_lazy("What was answered"), ("risposta", "soluzione", "esito testo", "answer", "reply",
                                                   "resolution")),
    "state": (gettext_lazy("State"), ("stato", "state", "status", "situazione")),
    "outcome": (gettext_lazy("Outcome"), ("esito", "outcome")),
    "kind": (gettext_lazy("Kind of request"), ("tipo", "tipo di richiesta", "categoria", "kind", "category", "type")),
    "team": (gettext_lazy("Team"), ("gruppo", "ufficio", "team", "group", "department")),
    "owner": (gettext_lazy("Who has it"), ("assegnata a", "assegnato a", "operatore", "incaricato", "responsabile",
                                          "owner", "assignee", "assigned to", "agent")),
    "tags": (gettext_lazy("Tags"), ("etichette", "tag", "tags", "parole chiave", "labels")),
    "channel": (gettext_lazy("Channel"), ("canale", "channel", "origine", "source")),
    "external": (gettext_lazy("Reference of the customer"), ("codice cliente", "id cliente", "customer id")),
    "name": (gettext_lazy("Name of the customer"), ("cliente", "nominativo", "nome", "customer", "name", "requester")),
    "email": (gettext_lazy("E-mail"), ("e mail", "email", "mail", "customer email")),
    "phone": (gettext_lazy("Phone"), ("telefono", "tel", "phone")),
    "tax_code": (gettext_lazy("Tax code"), ("codice fiscale", "cf", "tax code")),
}


def fields_of(sort: str) -> dict[str, tuple[Any, tuple[str, ...]]]:
    """Field → (label, headings), for a run of this sort."""
    return TICKETS if sort == "tickets" else CUSTOMERS


def headings_of(sort: str) -> dict[str, tuple[str, ...]]:
    return {field: words for field, (_label, words) in fields_of(sort).items()}


def label(field: str) -> str:
    known = CUSTOMERS.get(field) or TICKETS.get(field)
    return str(known[0]) if known else field

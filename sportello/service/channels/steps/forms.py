"""A form that sends as a program, with the customer in the text: "Nome: …", "E-mail: …" on lines of their own."""

from __future__ import annotations

import re
from typing import Final

from sportello.foundation.core.text import fold
from sportello.records.customers.identities import normal
from sportello.service.channels.mailkit.record import Address
from sportello.service.channels.models import FormSender

#: As the forms of the usual site programs say it, folded.
_ADDRESS_LABELS: Final = frozenset({
    "email", "e-mail", "e mail", "mail", "indirizzo email", "indirizzo e-mail", "indirizzo mail",
    "posta elettronica", "indirizzo di posta elettronica", "la tua email", "la tua e-mail", "email address",
    "your email", "your e-mail", "e-mail address", "from", "da", "mittente", "sender",
})  # fmt: skip
_NAME_LABELS: Final = frozenset({
    "nome", "nome e cognome", "cognome e nome", "nominativo", "il tuo nome", "name", "full name", "your name",
    "richiedente", "nome completo",
})  # fmt: skip
_SURNAME_LABELS: Final = frozenset({"cognome", "surname", "last name"})
_LINE: Final = re.compile(r"^[\s>*•\-]{0,10}([^:=\n]{2,60}?)[\s*]{0,10}[:=][\s*]{0,10}(.{0,300})$")
_ADDRESS: Final = re.compile(r"[^\s<>()\[\]:;,\"']{1,64}@[A-Za-z0-9.-]{1,255}", re.ASCII)
_LINES: Final = 400


def customer_in_text(text: str, rule: FormSender) -> Address | None:
    """Who filled the form in; None when the text does not say it on lines of its own.

    A form may print the label on one line and the value on the next.
    """
    said = _said(text)
    address = _first(said, {fold(rule.address_label)} if rule.address_label else _ADDRESS_LABELS)
    match = _ADDRESS.search(address)
    if match is None or not normal("email", match[0]):
        return None
    name = _first(said, {fold(rule.name_label)} if rule.name_label else _NAME_LABELS)
    surname = "" if rule.name_label else _first(said, _SURNAME_LABELS)
    whole = f"{name} {surname}".strip()
    if not whole and "<" in address:
        whole = address.partition("<")[0].strip(' "')
    return Address(whole, match[0])


def _said(text: str) -> dict[str, str]:
    """Label (folded) → value, the first of each."""
    said: dict[str, str] = {}
    lines = text[:100_000].split("\n")[:_LINES]
    for number, line in enumerate(lines):
        match = _LINE.match(line)
        if match is None:
            continue
        value = match[2].strip(" *\r\t")
        if not value:
            value = next((later.strip(" *\r\t") for later in lines[number + 1 : number + 3] if later.strip()), "")
        said.setdefault(fold(match[1]).strip(), value)
    return said


def _first(said: dict[str, str], labels: frozenset[str] | set[str]) -> str:
    return next((value for label, value in said.items() if label in labels and value), "")

"""The protocol mark another office sends along: `segnatura.xml`, version 3.0.0 (AgID, guidelines on the exchange of
registered documents) or the older one with root `Segnatura` and no namespace (AgID circular 60/2013), still sent.

The file comes from outside: no entity is expanded, size is bounded, texts are cut. Its signature is not verified
here, so what it says is what the sender says. Names are told apart by their local part: the element is known by
the root's namespace alone, children in the wild are written with or without it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

NAMESPACE: Final = "http://www.agid.gov.it/protocollo/"
LARGEST: Final = 1_000_000  # bytes
_LONGEST: Final = 500  # characters of a text
_CODE: Final = re.compile(r"[A-Za-z0-9_.\-]{1,16}")
_NUMBER: Final = re.compile(r"[0-9]{7,20}")


@dataclass(frozen=True)
class Segnatura:
    """`registered_on`: the date as it is written there, "" when it is not. `version`: "" when not told."""

    administration: str
    office: str
    register: str
    number: str
    registered_on: str
    subject: str
    version: str


def read(data: bytes) -> Segnatura | None:
    """What the mark says; None when the file is not one, is not well formed, too large or has no number."""
    if len(data) > LARGEST:
        return None
    try:
        root = ElementTree.fromstring(data)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    if root.tag not in (f"{{{NAMESPACE}}}SegnaturaInformatica", "Segnatura"):
        return None
    head = _child(root, "Intestazione")
    mark = _child(head, "Identificatore")
    number = _text(mark, "NumeroRegistrazione")
    if not _NUMBER.fullmatch(number):
        return None
    return Segnatura(
        administration=_code(mark, "CodiceAmministrazione"),
        office=_code(mark, "CodiceAOO"),
        register=_code(mark, "CodiceRegistro"),
        number=number,
        registered_on=_text(mark, "DataRegistrazione"),
        subject=_text(head, "Oggetto"),
        version=(root.get(f"{{{NAMESPACE}}}versione") or root.get("versione") or "")[:16],
    )


def _child(element: Element | None, name: str) -> Element | None:
    if element is None:
        return None
    return next((one for one in element if one.tag.rpartition("}")[2] == name), None)


def _text(element: Element | None, name: str) -> str:
    found = _child(element, name)
    return " ".join((found.text or "").split())[:_LONGEST] if found is not None else ""


def _code(element: Element | None, name: str) -> str:
    """Codes have at most 16 letters, figures, `_`, `.` and `-`; anything else is no code and is left out."""
    text = _text(element, name)
    return text if _CODE.fullmatch(text) else ""

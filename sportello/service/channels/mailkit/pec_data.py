"""daticert.xml: what a PEC provider certifies (RFC 6109 section 7; D.M. 2 November 2005, technical rules, chapter 7).

The file comes from outside: no entity is expanded and no document fetched (defusedxml), size and lists are bounded,
and whatever cannot be read is said by a code, never by an exception.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final
from xml.etree.ElementTree import Element, ParseError
from zoneinfo import ZoneInfo

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from sportello.service.channels.mailkit import charsets, limits
from sportello.service.channels.mailkit.record import CertifiedRecipient

MISSING: Final = "daticert_missing"
MALFORMED: Final = "daticert_malformed"

_BYTES: Final = 4_000_000
_RECIPIENTS: Final = 10_000
_DECLARATION: Final = re.compile(rb"^<\?xml[^>]{0,200}\?>")
_ZONE: Final = re.compile(r"([+-])(\d{2}):?(\d{2})")
_ROME: Final = ZoneInfo("Europe/Rome")


@dataclass(frozen=True, slots=True)
class CertificateData:
    """The file, read. Every text is one clean line; empty where the provider said nothing."""

    kind: str
    """`postacert@tipo`, lower case, as written."""
    error: str
    """`postacert@errore`: nessuno, no-dest, no-dominio, virus, altro."""
    sender: str
    recipients: tuple[CertifiedRecipient, ...]
    reply_to: str
    subject: str
    issuer: str
    at: datetime | None
    """The certified instant, aware; None when missing or no instant."""
    identifier: str
    msgid: str
    """Of the message it is about, with its angle brackets."""
    receipt_form: str
    """completa, breve, sintetica; empty when it is no receipt of delivery."""
    about: str
    """The recipient the receipt is about (`consegna`, `ricezione`)."""
    error_text: str


def read(content: bytes) -> CertificateData | None:
    """The data of a daticert.xml; None when it is no such file or has to be refused."""
    root = _root(content[:_BYTES])
    if root is None or _name(root) != "postacert":
        return None
    head, body = _child(root, "intestazione"), _child(root, "dati")
    receipt = _child(body, "ricevuta")
    return CertificateData(
        kind=_line(root.get("tipo"), 60).lower(),
        error=_line(root.get("errore"), 60).lower(),
        sender=_address(_text(head, "mittente")),
        recipients=_recipients(head),
        reply_to=_address(_text(head, "risposte")),
        subject=_text(head, "oggetto", limits.SUBJECT),
        issuer=_text(body, "gestore-emittente", 200),
        at=_instant(_child(body, "data")),
        identifier=_text(body, "identificativo", 500),
        msgid=_message_id(_text(body, "msgid", limits.IDENTIFIER)),
        receipt_form=_line(receipt.get("tipo") if receipt is not None else "", 20).lower(),
        about=_address(_text(body, "consegna") or _text(body, "ricezione")),
        error_text=_text(body, "errore-esteso", 4_000),
    )


def _root(content: bytes) -> Element | None:
    """As declared; failing that as UTF-8 and as the code page of old programs, whatever it declares."""
    bare = content.strip().removeprefix(b"\xef\xbb\xbf").lstrip()
    for candidate in _readings(bare):
        try:
            root: Element = ElementTree.fromstring(candidate)
            return root
        except DefusedXmlException:
            return None
        except (ParseError, ValueError, LookupError):
            continue
    return None


def _readings(bare: bytes) -> Iterator[bytes | str]:
    yield bare
    body = _DECLARATION.sub(b"", bare, count=1)
    for charset in ("utf-8", "windows-1252"):
        try:
            yield body.decode(charset).replace("\x00", "")
        except UnicodeDecodeError:
            continue


def _name(element: Element) -> str:
    """Without namespace, lower case; comments and instructions have none."""
    tag = element.tag
    return tag.rpartition("}")[2].strip().lower() if isinstance(tag, str) else ""


def _child(parent: Element | None, name: str) -> Element | None:
    if parent is None:
        return None
    return next((one for one in parent if _name(one) == name), None)


def _text(parent: Element | None, name: str, limit: int = limits.ADDRESS) -> str:
    found = _child(parent, name)
    return _line("".join(found.itertext()) if found is not None else "", limit)


def _line(value: str | None, limit: int) -> str:
    return charsets.clean_line(value or "").strip()[:limit]


def _address(value: str) -> str:
    """`Mario <mario@pec.example.it>` and `<mario@pec.example.it>` are the address alone."""
    if "<" in value and ">" in value:
        value = value.rpartition("<")[2].partition(">")[0]
    return value.strip().strip("<>").strip()


def _message_id(value: str) -> str:
    """With its brackets, which some providers escape twice and some leave out."""
    bare = value.replace("&lt;", "<").replace("&gt;", ">").strip().strip("<>").strip()
    return f"<{bare}>" if bare else ""


def _recipients(head: Element | None) -> tuple[CertifiedRecipient, ...]:
    found: dict[str, CertifiedRecipient] = {}
    for element in head if head is not None else ():
        if _name(element) == "destinatari" and len(found) < _RECIPIENTS:
            address = _address(_line("".join(element.itertext()), limits.ADDRESS))
            if address:
                found.setdefault(address.lower(), CertifiedRecipient(address, _line(element.get("tipo"), 20).lower()))
    return tuple(found.values())


def _instant(element: Element | None) -> datetime | None:
    """`<data zona="+0100"><giorno>03/11/2026</giorno><ora>10:15:00</ora></data>`; without a zone it is Rome's."""
    if element is None:
        return None
    day = _text(element, "giorno", 20)
    hour = _text(element, "ora", 20)
    for form in ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S"):
        try:
            naive = datetime.strptime(f"{day} {hour}", form)  # noqa: DTZ007 - the zone stands in an attribute
        except ValueError:
            continue
        return naive.replace(tzinfo=_zone(element.get("zona") or ""))
    return None


def _zone(written: str) -> timezone | ZoneInfo:
    match = _ZONE.fullmatch(written.strip())
    if match is None or int(match.group(2)) > 14 or int(match.group(3)) > 59:
        return _ROME
    offset = timedelta(hours=int(match.group(2)), minutes=int(match.group(3)))
    return timezone(-offset if match.group(1) == "-" else offset)

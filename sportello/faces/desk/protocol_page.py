"""A page of the register: newest first, by key; by number it is one look in an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from sportello.service.backoffice.models import ProtocolEntry

PAGE = 50


@dataclass(frozen=True)
class RegisterPage:
    rows: list[ProtocolEntry]
    #: The words of the address of the page before in time; empty: none.
    older: str
    is_searched: bool


def page(rows: QuerySet[ProtocolEntry], wanted: dict[str, Any], after: str) -> RegisterPage:
    """`wanted`: number, year, direction, day, each may be empty."""
    searched = any(wanted.get(name) for name in ("number", "year", "direction", "day"))
    if wanted.get("number"):
        typed = str(wanted["number"]).strip()
        bare, _slash, year = typed.partition("/")
        by_number = Q(outside_number=typed) | Q(outside_number=bare)
        if bare.isascii() and bare.isdigit() and len(bare) < 10:
            by_number |= Q(serial=int(bare))
        rows = rows.filter(by_number)
        if year.isascii() and year.isdigit():
            rows = rows.filter(year=int(year[:4]))
    if wanted.get("year"):
        rows = rows.filter(year=wanted["year"])
    if wanted.get("direction"):
        rows = rows.filter(direction=wanted["direction"])
    if wanted.get("day"):
        rows = rows.filter(registered_on=wanted["day"])
    if after.isascii() and after.isdigit() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return RegisterPage(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "", searched)


def digest_words(entry: ProtocolEntry) -> str:
    """Of what the digest is."""
    return {"mail": _("of the message, byte for byte"), "text": _("of its subject and words"),
            "pdf": _("of the PDF")}.get(entry.digest_of, "")

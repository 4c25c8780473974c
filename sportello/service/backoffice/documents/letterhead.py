"""The paper of an organisation: its name, logo, colour, lines; one set of data for every letter."""

from __future__ import annotations

import re
from typing import Any, Final

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean, in_language, one_line
from sportello.foundation.files.actions import keep, read
from sportello.foundation.files.models import Blob
from sportello.foundation.files.sniff import content_type
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.paper.typesetting import can_draw
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.actions.organisation import logo_of

from ..models import Letterhead

#: What Typst draws, by the content's own type. SVG is left out: a drawing can name other files.
PICTURES: Final = {"image/png": "png", "image/jpeg": "jpg"}
MOST_BYTES: Final = 500_000
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


def of(organisation: Organisation) -> Letterhead | None:
    return Letterhead.objects.select_related("logo").filter(organisation=organisation).first()


def data(organisation: Organisation, language: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """(what the template is told, its pictures). Without a row: name, logo, colour and the portal's contact lines."""
    row = of(organisation)
    contacts = in_language(organisation.contact_lines, language)
    accent = organisation.accent if _COLOUR.fullmatch(organisation.accent) else "#0066cc"
    told: dict[str, Any] = {
        "sender": organisation.name, "accent": accent,
        "head_lines": in_language(row.head_lines, language) if row and row.head_lines else contacts,
        "footer": in_language(row.foot_line, language) if row and row.foot_line else organisation.name,
    }  # fmt: skip
    pictures: dict[str, bytes] = {}
    own = row.logo if row is not None else None
    picture = own or logo_of(organisation)
    if picture is not None and (kind := PICTURES.get(picture.content_type)):
        content = read(picture)
        # the paper's own was tried when it was chosen; one that only browsers draw would stop every letter
        if own is not None or can_draw(f"logo.{kind}", content):
            told["logo"] = f"logo.{kind}"
            pictures[told["logo"]] = content
    return told, pictures


def place_of(organisation: Organisation) -> str:
    row = of(organisation)
    return row.place if row else ""


def change(organisation: Organisation, actor: Actor, *, head_lines: dict[str, str], foot_line: dict[str, str],
           place: str, logo: bytes | None = None, drop_logo: bool = False) -> Letterhead:  # fmt: skip
    """Write how letters look from now on; what was issued stays as it was printed. Raises Refusal for a logo we cannot
    draw."""
    row = Letterhead.objects.select_for_update().filter(organisation=organisation).first()
    row = row or Letterhead(organisation=organisation)
    row.head_lines = {code: clean(text)[:600] for code, text in head_lines.items() if text.strip()}
    row.foot_line = {code: one_line(text, 200) for code, text in foot_line.items() if text.strip()}
    row.place, row.changed_at = one_line(place, 100), clock.now(organisation)
    if drop_logo:
        row.logo = None
    if logo:
        row.logo = _logo(organisation, logo)
    row.save()
    record(organisation, "letterhead.changed", row, actor)
    return row


def _logo(organisation: Organisation, content: bytes) -> Blob:
    kind = PICTURES.get(content_type(content), "") if len(content) <= MOST_BYTES else ""
    # what is cut off or only looks like a picture would stop every letter
    if not kind or not can_draw(f"logo.{kind}", content):
        raise Refusal(_("The logo is a PNG or JPEG picture of at most 500 kB."), field="logo")
    return keep(organisation, content)

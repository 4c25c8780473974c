"""What was typed into a form, page by page, and the answers it comes to.

A draft keeps every page's fields as typed (`q-code` → text; several choices parted by commas; files by their ids). What
is not asked, because its condition does not hold, is no answer, whatever was posted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sportello.foundation.core.text import in_language

from .asking import PageForm, key
from .definition import Definition, Field

Typed = Mapping[str, str]
#: Field code → (file name, SHA-256) of each file kept for it.
Files = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Line:
    """An answer in words."""

    label: str
    text: str
    is_long: bool = False


@dataclass(frozen=True)
class Part:
    """The answers of a page under its title."""

    title: str
    lines: tuple[Line, ...]


def holds(field: Field, typed: Typed) -> bool:
    """Whether a field is asked, by what was typed on the pages before."""
    if field.when is None:
        return True
    given = set(typed.get(key(field.when.field), "").split(","))
    return bool(given & set(field.when.values))


def asked(definition: Definition, page: int, typed: Typed) -> list[Field]:
    """The fields of a page (from 1) that are asked; a field that hangs on one not asked is not asked either."""
    shown: set[str] = set()
    found: list[Field] = []
    for number, one in enumerate(definition.pages, 1):
        found = [field for field in one.fields
                 if holds(field, typed) and (field.when is None or field.when.field in shown)]  # fmt: skip
        shown |= {field.code for field in found}
        if number == page:
            return found
    return []


def page_after(definition: Definition, page: int, typed: Typed) -> int:
    """The next page with something to ask; 0: none, the form is at its end."""
    return next(
        (number for number in range(page + 1, len(definition.pages) + 1) if asked(definition, number, typed)), 0
    )


def page_before(definition: Definition, page: int, typed: Typed) -> int:
    return next((number for number in range(page - 1, 0, -1) if asked(definition, number, typed)), 0)


def typed_of(fields: Sequence[Field], posted: Any) -> dict[str, str]:
    """What a posted page says of `fields`, as a draft keeps it; files are kept apart."""
    found: dict[str, str] = {}
    for field in fields:
        name = key(field.code)
        if field.type == "several":
            found[name] = ",".join(one for one in posted.getlist(name) if "," not in one)[:4_000]
        elif field.type != "file":
            found[name] = str(posted.get(name, ""))[:20_000]
    return found


def as_data(fields: Sequence[Field], typed: Typed) -> dict[str, Any]:
    """What a draft keeps, as `PageForm` takes it."""
    data: dict[str, Any] = {}
    for field in fields:
        value = typed.get(key(field.code), "")
        data[key(field.code)] = [one for one in value.split(",") if one] if field.type == "several" else value
    return data


def page_form(
    definition: Definition, page: int, typed: Typed, language: str, today: date, files: Files, *, bound: bool = True
) -> PageForm:
    """The form of a page with what was typed; not `bound`: to be shown for the first time, without errors."""
    fields = asked(definition, page, typed)
    data = as_data(fields, typed)
    kept = {code: [name for name, _digest in rows] for code, rows in files.items()}
    if bound:
        return PageForm(fields, language, today, data, files=kept)
    initial = {field.code: data[key(field.code)] for field in fields if data[key(field.code)]}
    return PageForm(fields, language, today, initial=initial, files=kept)


def collect(
    definition: Definition, typed: Typed, language: str, today: date, files: Files
) -> tuple[dict[str, Any], int]:
    """(answers by field code, 0), or ({}, number of the first page that is not in order)."""
    answers: dict[str, Any] = {}
    for number in range(1, len(definition.pages) + 1):
        form = page_form(definition, number, typed, language, today, files)
        if not form.is_valid():
            return {}, number
        for code, field in form.asked.items():
            value = form.cleaned_data.get(code)
            if field.type == "file":
                value = [{"name": name, "sha256": digest} for name, digest in files.get(code, ())]
            if value not in (None, "", []):
                answers[code] = value
    return answers, 0


def in_words(definition: Definition, answers: Mapping[str, Any], language: str) -> list[Part]:
    """The answers as they are read, in the active language for days and amounts; pages without any are left out."""
    parts = []
    for page in definition.pages:
        lines = tuple(
            Line(field.label_in(language), answer_words(field, answers[field.code], language),
                 field.type in ("long_text", "declaration"))
            for field in page.fields if field.code in answers
        )  # fmt: skip
        if lines:
            parts.append(Part(in_language(page.titles, language), lines))
    return parts


def answer_words(field: Field, value: Any, language: str) -> str:
    if field.type == "yes_no":
        return _("Yes") if value == "yes" else _("No")
    if field.type == "choice":
        return field.choice_name(str(value), language)
    if field.type == "several":
        return ", ".join(field.choice_name(str(one), language) for one in value)
    if field.type == "file":
        return ", ".join(str(one["name"]) for one in value)
    if field.type == "declaration":
        return pgettext("declaration", "Accepted")
    if field.type == "date":
        return str(formats.date_format(date.fromisoformat(value), "DATE_FORMAT")).lower()
    if field.type == "amount":
        return f"{formats.number_format(Decimal(value), 2, force_grouping=True)} €"
    return str(value)


def as_text(parts: Sequence[Part]) -> str:
    """The same as plain text, for the message of the ticket: found by search, read in any mail program."""
    blocks = []
    for part in parts:
        lines = [f"{line.label}\n{line.text}" if line.is_long else f"{line.label}: {line.text}" for line in part.lines]
        blocks.append("\n".join([part.title.upper(), *lines] if part.title else lines))
    return "\n\n".join(blocks)

"""What a form asks, as data: pages of fields. Read from a file or the database with every problem named.

A field may depend on an answer given on an earlier page (`when`): pages follow each other, so no script is needed to
show it or leave it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean, in_language, one_line

Texts = dict[str, str]

TYPES: Final = (
    "text", "long_text", "date", "number", "amount", "choice", "several", "yes_no", "tax_code", "vat", "iban", "phone",
    "email", "address", "file", "declaration",
)  # fmt: skip
#: Those whose choices are written with the field.
WITH_CHOICES: Final = frozenset({"choice", "several"})
#: Those a later field may depend on.
TELLING: Final = frozenset({"choice", "several", "yes_no"})
WITH_LIMITS: Final = frozenset({"number", "amount", "date"})
MOST_PAGES: Final = 12
MOST_FIELDS: Final = 100
MOST_CHOICES: Final = 200
LONGEST: Final = {"text": 300, "long_text": 5_000}
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_LIMIT: Final = re.compile(r"-?\d{1,12}(\.\d{1,2})?|\d{4}-\d{2}-\d{2}|today([+-]\d{1,5})?")


class FormFault(Refusal):
    """A form that cannot be read; `problems` are sentences, each with its place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems), field="file")
        self.problems = problems


@dataclass(frozen=True)
class Choice:
    code: str
    names: Texts


@dataclass(frozen=True)
class Rule:
    """Asked only where the answer to `field` is one of `values`."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """`at_least` and `at_most`: numbers, or days (`2026-01-31`, `today`, `today-90`); empty: no limit."""

    code: str
    type: str
    labels: Texts
    help: Texts
    required: bool = True
    choices: tuple[Choice, ...] = ()
    when: Rule | None = None
    longest: int = 0
    at_least: str = ""
    at_most: str = ""

    def label_in(self, language: str) -> str:
        return in_language(self.labels, language) or self.code

    def choice_name(self, code: str, language: str) -> str:
        return next((in_language(one.names, language) for one in self.choices if one.code == code), code)


@dataclass(frozen=True)
class Page:
    titles: Texts
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Definition:
    """`kind`: slug of the kind of request it opens; empty: filled in on a ticket only."""

    code: str
    kind: str
    names: Texts
    intro: Texts
    pages: tuple[Page, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(one for page in self.pages for one in page.fields)

    def field(self, code: str) -> Field | None:
        return next((one for one in self.fields if one.code == code), None)

    @property
    def is_empty(self) -> bool:
        return not self.fields

    def to_data(self) -> dict[str, Any]:
        return {"code": self.code, "kind": self.kind, "names": self.names, "intro": self.intro,
                "pages": [{"titles": page.titles, "fields": [_field_data(one) for one in page.fields]}
                          for page in self.pages]}  # fmt: skip


def _field_data(field: Field) -> dict[str, Any]:
    data: dict[str, Any] = {"code": field.code, "type": field.type, "labels": field.labels, "required": field.required}
    if field.help:
        data["help"] = field.help
    if field.choices:
        data["choices"] = [{"code": one.code, "names": one.names} for one in field.choices]
    if field.when:
        data["when"] = {"field": field.when.field, "is": list(field.when.values)}
    if field.longest:
        data["longest"] = field.longest
    data |= {name: value for name in ("at_least", "at_most") if (value := getattr(field, name))}
    return data


def read(data: object) -> Definition:
    """The form `data` (JSON or YAML values) describes. Raises FormFault with all that is wrong."""
    reader = _Reader()
    found = reader.form(data)
    if reader.problems:
        raise FormFault(reader.problems)
    return found


class _Reader:
    def __init__(self) -> None:
        self.problems: list[str] = []
        #: Fields of earlier pages: what a rule may name.
        self._before: dict[str, Field] = {}
        self._seen: set[str] = set()

    def wrong(self, where: str, sentence: str) -> None:
        self.problems.append(f"{where}: {sentence}" if where else sentence)

    def form(self, data: object) -> Definition:
        if not isinstance(data, Mapping):
            self.wrong("", _("A form is written as names and values."))
            return Definition("", "", {}, {}, ())
        code, kind = str(data.get("code") or ""), str(data.get("kind") or "")
        if not _SLUG.fullmatch(code):
            self.wrong("code", _("Small letters, figures and hyphens, at most 40, a letter first."))
        if kind and not _SLUG.fullmatch(kind):
            self.wrong("kind", _("Small letters, figures and hyphens, at most 40, a letter first."))
        pages = data.get("pages") or []
        if not isinstance(pages, list) or len(pages) > MOST_PAGES:
            self.wrong("pages", _("A form has at most %(most)d pages.") % {"most": MOST_PAGES})
            pages = []
        found = tuple(self.page(one, number) for number, one in enumerate(pages, 1))
        if sum(len(page.fields) for page in found) > MOST_FIELDS:
            self.wrong("pages", _("A form has at most %(most)d fields.") % {"most": MOST_FIELDS})
        return Definition(code, kind, self.texts(data.get("names"), "names"),
                          self.texts(data.get("intro") or {}, "intro", wanted=False, limit=2_000), found)  # fmt: skip

    def page(self, data: object, number: int) -> Page:
        where = _("page %(number)d") % {"number": number}
        if not isinstance(data, Mapping) or not isinstance(data.get("fields") or [], list):
            self.wrong(where, _("A page has a list of fields."))
            return Page({}, ())
        fields = tuple(self.field(one, where) for one in data.get("fields") or [])
        self._before |= {one.code: one for one in fields}
        return Page(self.texts(data.get("titles") or {}, where, wanted=False), fields)

    def field(self, data: object, where: str) -> Field:
        if not isinstance(data, Mapping):
            self.wrong(where, _("A field is written as names and values."))
            return Field("", "text", {}, {})
        code, sort = str(data.get("code") or ""), str(data.get("type") or "")
        place = f"{where}, {code}" if code else where
        if not _CODE.fullmatch(code):
            self.wrong(place, _("The code of a field: small letters, figures and _, a letter first."))
        elif code in self._seen:
            self.wrong(place, _("Two fields have this code."))
        self._seen.add(code)
        if sort not in TYPES:
            self.wrong(place, _("“%(sort)s” is no type of field.") % {"sort": sort})
        choices = tuple(self.choices(data.get("choices"), place)) if sort in WITH_CHOICES else ()
        longest = data.get("longest") or 0
        if not isinstance(longest, int) or not 0 <= longest <= LONGEST.get(sort, 0):
            if sort in LONGEST:
                self.wrong(place, _("The longest text has at most %(most)d signs.") % {"most": LONGEST[sort]})
            longest = 0
        limits = {name: self.limit(data.get(name), sort, place) for name in ("at_least", "at_most")}
        return Field(
            code, sort, self.texts(data.get("labels"), place, limit=1_000),
            self.texts(data.get("help") or {}, place, wanted=False, limit=1_000),
            required=bool(data.get("required", True)), choices=choices,
            when=self.rule(data.get("when"), place), longest=longest, **limits,
        )  # fmt: skip

    def choices(self, data: object, where: str) -> Iterator[Choice]:
        if not isinstance(data, list) or not 2 <= len(data) <= MOST_CHOICES:
            self.wrong(where, _("Write from 2 to %(most)d choices.") % {"most": MOST_CHOICES})
            return
        seen: set[str] = set()
        for one in data:
            code = str(one.get("code") or "") if isinstance(one, Mapping) else ""
            if not _CODE.fullmatch(code) or code in seen:
                self.wrong(where, _("Each choice has a code of its own: small letters, figures and _."))
                continue
            seen.add(code)
            yield Choice(code, self.texts(one.get("names"), f"{where}, {code}"))

    def limit(self, value: object, sort: str, where: str) -> str:
        text = "" if value is None else str(value)
        if text and (sort not in WITH_LIMITS or not _LIMIT.fullmatch(text)):
            self.wrong(where, _("A limit is a number, or for a date a day such as 2026-01-31, today or today-90."))
            return ""
        if text and (sort == "date") is (re.fullmatch(r"-?\d{1,12}(\.\d{1,2})?", text) is not None):
            self.wrong(where, _("A limit is a number, or for a date a day such as 2026-01-31, today or today-90."))
            return ""
        return text

    def rule(self, data: object, where: str) -> Rule | None:
        if not data:
            return None
        if not isinstance(data, Mapping):
            self.wrong(where, _("A condition names a field of an earlier page and its answers."))
            return None
        asked = self._before.get(str(data.get("field") or ""))
        given = data.get("is")
        values = tuple(str(one) for one in given) if isinstance(given, list) else ()
        if asked is None or asked.type not in TELLING:
            self.wrong(where, _("A condition looks at a choice or a yes or no of an earlier page."))
            return None
        known = {one.code for one in asked.choices} if asked.choices else {"yes", "no"}
        if not values or not set(values) <= known:
            self.wrong(where, _("A condition names answers that the earlier field has."))
            return None
        return Rule(asked.code, values)

    def texts(self, data: object, where: str, *, wanted: bool = True, limit: int = 200) -> Texts:
        """`{language: text}`; one text alone counts for Italian."""
        given = {"it": data} if isinstance(data, str) else data
        if not isinstance(given, Mapping):
            given = {}
        cleaned = {str(code)[:10]: clean(text) if limit > 200 else one_line(text)
                   for code, text in given.items() if isinstance(text, str) and text.strip()}  # fmt: skip
        if wanted and not cleaned:
            self.wrong(where, _("The words are missing."))
        if any(len(text) > limit for text in cleaned.values()):
            self.wrong(where, _("A text is longer than %(limit)d signs.") % {"limit": limit})
        return cleaned

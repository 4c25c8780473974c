"""Changing a form field by field: each change gives a whole definition, read anew; nothing half right is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import fold, one_line

from .definition import TELLING, WITH_CHOICES, Definition, Field, read


def with_head(definition: Definition, *, names: dict[str, str], intro: dict[str, str], kind: str) -> Definition:
    return read({**definition.to_data(), "names": names, "intro": intro, "kind": kind})


def with_page(definition: Definition, titles: dict[str, str], number: int = 0) -> Definition:
    """A page more at the end, or other titles of page `number`."""
    data = definition.to_data()
    if number:
        data["pages"][number - 1]["titles"] = titles
    else:
        data["pages"].append({"titles": titles, "fields": []})
    return read(data)


def without_page(definition: Definition, number: int) -> Definition:
    """An empty page goes; Refusal for one that asks something."""
    data = definition.to_data()
    if data["pages"][number - 1]["fields"]:
        raise Refusal(_("Take its fields away first."))
    del data["pages"][number - 1]
    return read(data)


def page_of(definition: Definition, code: str) -> int:
    """1, 2, 3…; 0 when there is no such field."""
    return next((number for number, page in enumerate(definition.pages, 1)
                 if any(one.code == code for one in page.fields)), 0)  # fmt: skip


def with_field(definition: Definition, page: int, field: Mapping[str, Any], was: str = "") -> Definition:
    """A new field at the end of a page, or another in place of `was`."""
    data = definition.to_data()
    if not 1 <= page <= len(data["pages"]):
        raise Refusal(_("There is no such page."))
    rows = data["pages"][page - 1]["fields"]
    at = len(rows)
    if was:
        before = page_of(definition, was)
        old = data["pages"][before - 1]["fields"] if before else rows
        place = next(number for number, one in enumerate(old) if one["code"] == was)
        del old[place]
        at = place if before == page else len(rows)
    rows.insert(at, dict(field))
    return read(data)


def without_field(definition: Definition, code: str) -> Definition:
    data = definition.to_data()
    for page in data["pages"]:
        page["fields"] = [one for one in page["fields"] if one["code"] != code]
    return read(data)


def moved(definition: Definition, code: str, *, up: bool) -> Definition:
    """One place up or down; at the edge of its page into the one beside it."""
    data = definition.to_data()
    number = page_of(definition, code)
    if not number:
        raise Refusal(_("There is no such field any more."))
    rows = data["pages"][number - 1]["fields"]
    place = next(at for at, one in enumerate(rows) if one["code"] == code)
    field = rows.pop(place)
    if up and place == 0 and number > 1:
        data["pages"][number - 2]["fields"].append(field)
    elif not up and place == len(rows) and number < len(data["pages"]):
        data["pages"][number]["fields"].insert(0, field)
    else:
        rows.insert(max(0, place - 1) if up else min(len(rows), place + 1), field)
    return read(data)


def telling(definition: Definition, page: int) -> list[Field]:
    """Fields of earlier pages that a field of `page` may depend on."""
    return [one for before in definition.pages[: page - 1] for one in before.fields if one.type in TELLING]


def code_from(text: str, taken: set[str]) -> str:
    """A code of its own from a label: `Codice fiscale` is `codice_fiscale`."""
    bare = re.sub(r"[^a-z0-9]+", "_", fold(text)).strip("_")[:36]
    bare = bare if re.match(r"[a-z]", bare) else f"f_{bare}".strip("_")
    return next(one for one in (bare, *(f"{bare[:36]}_{n}" for n in range(2, 200))) if one not in taken)


def choices_from(text: str) -> list[dict[str, Any]]:
    """A choice a line: `Italian`, `Italian | English`, or with its code before `code = Italian | English`."""
    found: list[dict[str, Any]] = []
    taken: set[str] = set()
    for line in text.splitlines():
        head, equals, rest = line.partition("=")
        words = [one_line(one) for one in (rest if equals else head).split("|")]
        if not words[0]:
            continue
        code = one_line(head).strip() if equals else code_from(words[0], taken)
        taken.add(code)
        found.append({"code": code, "names": {"it": words[0], **({"en": words[1]} if len(words) > 1 else {})}})
    return found


def choices_text(field: Field) -> str:
    """The same as it is typed."""
    return "\n".join(f"{one.code} = " + " | ".join(filter(None, (one.names.get("it", ""), one.names.get("en", ""))))
                     for one in field.choices)  # fmt: skip


def field_data(code: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A field as `definition.read` takes it, from what the editor's page posts."""
    found: dict[str, Any] = {
        "code": code, "type": data["type"], "required": data["required"],
        "labels": _texts(data, "label"), "help": _texts(data, "help"),
    }  # fmt: skip
    if data["type"] in WITH_CHOICES:
        found["choices"] = choices_from(data["choices"])
    if data["when_field"]:
        found["when"] = {"field": data["when_field"],
                         "is": [one.strip() for one in data["when_is"].split(",") if one.strip()]}  # fmt: skip
    found |= {name: data[name] for name in ("at_least", "at_most") if data[name]}
    if data["longest"]:
        found["longest"] = data["longest"]
    return found


def _texts(data: Mapping[str, Any], name: str) -> dict[str, str]:
    return {language: data[f"{name}_{language}"] for language in ("it", "en") if data.get(f"{name}_{language}")}

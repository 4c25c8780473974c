"""The procedures shipped with the product: `packs/*.yaml`, each a list of versions. Pure.

A pack is read as anybody's file is: size and depth are bounded, aliases are refused (a few lines of them can
describe a file of gigabytes), and every problem is told with its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from sportello.records.procedures.definition import Definition, DefinitionError, Problem

FOLDER: Final = Path(__file__).parent / "packs"
MAX_BYTES: Final = 1_000_000
MAX_PROCEDURES: Final = 200


@dataclass(frozen=True)
class Pack:
    """One file: procedures of one subject, each version a definition."""

    code: str
    names: dict[str, str]
    procedures: tuple[Definition, ...]


class _Loader(yaml.SafeLoader):
    """Safe, without aliases, and with dates left as text, so that YAML and JSON read alike."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not taken")
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _OwnLoader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]  # either
    """For the files of the product, which are ours: five times as quick."""


_OwnLoader.yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


def read_pack(text: str, *, ours: bool = False) -> Pack:
    """The pack written in `text` (YAML). Raises DefinitionError with every problem found."""
    if len(text.encode()) > MAX_BYTES:
        raise _wrong("too_long", f"A file of procedures has at most {MAX_BYTES:,} bytes.")
    try:
        data = yaml.load(text, _OwnLoader if ours else _Loader)  # noqa: S506 - both made from the safe one
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _wrong("not_yaml", f"This is not YAML we can read: {_first_line(error)}.") from None
    if not isinstance(data, dict) or not isinstance(data.get("procedures"), list):
        raise _wrong("not_a_pack", "A file of procedures has a list called “procedures”.")
    if not 1 <= len(data["procedures"]) <= MAX_PROCEDURES:
        raise _wrong("bad_list", f"A file holds from 1 to {MAX_PROCEDURES} procedures.")
    problems: list[Problem] = []
    found: list[Definition] = []
    for place, each in enumerate(data["procedures"]):
        try:
            found.append(Definition.from_data(each))
        except DefinitionError as error:
            name = each.get("code", place) if isinstance(each, dict) else place
            problems += [Problem(one.code, f"{name}.{one.where}", one.value, f"{name}: {one.sentence}")
                         for one in error.problems]
    if problems:
        raise DefinitionError(problems)
    names = data.get("names")
    return Pack(str(data.get("code") or ""), dict(names) if isinstance(names, dict) else {}, tuple(found))


def write_pack(code: str, names: dict[str, str], procedures: list[Definition]) -> str:
    """The same as YAML, in a stable order; `read_pack(write_pack(...))` gives equal definitions."""
    data = {"code": code, "names": names, "procedures": [each.to_data() for each in procedures]}
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110))


@lru_cache(maxsize=1)
def shipped() -> tuple[Pack, ...]:
    """Every pack of the product, by file name."""
    return tuple(read_pack(path.read_text("utf-8"), ours=True) for path in sorted(FOLDER.glob("*.yaml")))


def versions_of(code: str) -> list[Definition]:
    """Every shipped version of the procedure `code`, oldest first."""
    found = (each for pack in shipped() for each in pack.procedures if each.code == code)
    return sorted(found, key=lambda each: each.valid_from)


def shipped_version(code: str, day: date) -> Definition | None:
    """The version of `code` in force on `day`; None when there is none."""
    in_force = [
        each for each in versions_of(code)
        if each.valid_from <= day and (each.valid_to is None or day <= each.valid_to)
    ]
    return in_force[-1] if in_force else None


def codes() -> list[str]:
    return sorted({each.code for pack in shipped() for each in pack.procedures})


def _wrong(code: str, sentence: str) -> DefinitionError:
    return DefinitionError([Problem(code, "", "", sentence)])


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or str(error).splitlines()[0][:200]
    return f"{said} (line {mark.line + 1})" if mark else str(said)

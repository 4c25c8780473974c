"""Translations: `.po` files are what people edit, `.mo` what Django reads. Compiled in Python: no msgfmt
needed.

Every `locale/<language>/LC_MESSAGES/` under the package may hold several `.po` files (one a subject);
together they become its `django.mo`, and those whose name begins with `djangojs` its `djangojs.mo`. In a
read-only installation the result goes to `SPORTELLO_HOME/locale`, which the settings ask first.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import polib

from sportello.config import home as place

PACKAGE = Path(__file__).resolve().parent.parent
#: What a translation must repeat exactly: %(name)s, %s, {name}.
_HOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def folders() -> list[Path]:
    """Every LC_MESSAGES folder of the package that has something to compile."""
    return sorted({path.parent for path in PACKAGE.rglob("locale/*/LC_MESSAGES/*.po")})


def compile_all(force: bool = False) -> list[str]:
    """Compile what is older than its sources; one line for each catalogue written."""
    plan = _plan()
    return [_compile(target, sources) for target, sources in plan.items() if force or _stale(target, sources)]


def faults() -> list[str]:
    """Sentences without translation, doubtful, or whose placeholders differ: `file:line: what`."""
    found = []
    for folder in folders():
        for source in sorted(folder.glob("*.po")):
            name = source.relative_to(PACKAGE.parent)
            for entry in polib.pofile(str(source)):
                if not entry.obsolete and (fault := _fault(entry)):
                    found.append(f"{name}:{entry.linenum}: {fault}: {entry.msgid[:70]!r}")
    return found


def _fault(entry: polib.POEntry) -> str:
    if "fuzzy" in entry.flags:
        return "doubtful"
    if not entry.translated():
        return "not translated"
    sentences = (entry.msgid, entry.msgid_plural or entry.msgid)
    wanted = {frozenset(_HOLDER.findall(sentence)) for sentence in sentences}
    for text in [entry.msgstr] if not entry.msgid_plural else entry.msgstr_plural.values():
        if frozenset(_HOLDER.findall(text)) not in wanted:
            return "other placeholders than the sentence"
    return ""


def _plan() -> dict[Path, list[Path]]:
    """Each catalogue and what it is made of: beside its sources, or one for all in the home where we may not
    write.

    One place only: a copy left in the home would hide newer words.
    """
    plan: dict[Path, list[Path]] = {}
    elsewhere = place.home() / "locale"
    for folder in folders():
        ours = os.access(folder, os.W_OK)
        near = elsewhere / folder.parent.name / "LC_MESSAGES"
        for path in sorted(folder.glob("*.po")):
            name = "djangojs.mo" if path.name.startswith("djangojs") else "django.mo"
            plan.setdefault((folder if ours else near) / name, []).append(path)
            if ours:
                (near / name).unlink(missing_ok=True)
    return plan


def _stale(target: Path, sources: list[Path]) -> bool:
    if not target.exists():
        return True
    return target.stat().st_mtime < max(source.stat().st_mtime for source in sources)


def _compile(target: Path, sources: list[Path]) -> str:
    """Merge the sources into one catalogue, written whole or not at all. The first to translate a sentence
    wins.
    """
    merged = polib.POFile()
    seen: set[tuple[str, str]] = set()
    for source in sources:
        catalogue = polib.pofile(str(source))
        if not merged.metadata:
            merged.metadata = catalogue.metadata
        for entry in _usable(catalogue):
            key = (entry.msgctxt or "", entry.msgid)
            if key not in seen:
                seen.add(key)
                merged.append(entry)
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_suffix(f".{os.getpid()}")
    merged.save_as_mofile(str(half))
    half.replace(target)
    return f"{target}: {len(seen)} sentences"


def _usable(catalogue: polib.POFile) -> Iterator[polib.POEntry]:
    return (entry for entry in catalogue if entry.translated() and not entry.obsolete)

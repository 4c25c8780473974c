"""The lint on clocks, on words that must not be in the tree, on missing migrations and translations."""

import ast
import re
from functools import lru_cache
from pathlib import Path

import polib
import pytest
from django.core.management import call_command
from django.utils.translation import gettext, override, pgettext
from django.utils.translation.template import templatize

from sportello.config import catalogues

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "sportello"
SOURCES = [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]

#: The one clock, and what runs without Django or before it.
MAY_ASK_THE_SERVER = {
    "foundation/tenancy/clock.py": "the clock itself",
    "foundation/journal/partitions.py": "which months exist is the server's business",
}
FORBIDDEN_CALLS = {("timezone", "now"), ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_asks_the_server_for_the_time(path: Path) -> None:
    name = str(path.relative_to(PACKAGE))
    source = path.read_text()
    assert "auto_now" not in source, "auto_now asks the server: set the organisation's instant"
    if name in MAY_ASK_THE_SERVER or name.startswith("config/"):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            last = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
            assert (last, node.func.attr) not in FORBIDDEN_CALLS, f"line {node.lineno}: ask tenancy.clock"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not re.search(r"\bnow\(\)|CURRENT_TIMESTAMP", node.value) or "clock_timestamp" in node.value, (
                f"line {node.lineno}: SQL asks the server for the time"
            )


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_jobs_do_not_notify() -> None:
    """The trigger is versioned: an upgrade of procrastinate that renames it must not bring NOTIFY back."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'procrastinate_jobs'::regclass AND tgenabled <> 'D'"
            " AND tgname LIKE '%%notify%%'"
        )
        assert cursor.fetchall() == []


ROOMS = [path.parent for path in PACKAGE.rglob("apps.py")]
_TEXT = r"""((?:u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*)+)"""
_ASKED = re.compile(r"\b(n?p?gettext|_)\(\s*" + _TEXT + r"(?:,\s*" + _TEXT + r")?")
_PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
_WITH_CONTEXT = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
#: What a translator is asked: context ("" without), sentence.
Asked = tuple[str, str]


def _wanted(room: Path) -> set[Asked]:
    """Every sentence the room's sources and templates ask for."""
    found: set[Asked] = set()
    for path in room.rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            words = [one.value for one in node.args[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if name in _PLAIN and words and isinstance(node.args[0], ast.Constant):
                found.add(("", words[0]))
            elif name in _WITH_CONTEXT and len(words) == 2:
                found.add((words[0], words[1]))
    for path in [*room.rglob("*.html"), *room.rglob("*.txt")]:
        for match in _ASKED.finditer(templatize(path.read_text(), origin=str(path))):
            first, second = (ast.literal_eval(f"({one.strip()})") if one else "" for one in match.group(2, 3))
            found.add((first, second) if "p" in match.group(1) else ("", first))
    return {one for one in found if one[1]}


@lru_cache(maxsize=1)
def _italian() -> dict[Asked, dict[str, str]]:
    """What is asked → the file that answers → its words; doubtful ones are no answer."""
    found: dict[Asked, dict[str, str]] = {}
    for catalogue in sorted(PACKAGE.rglob("locale/it/LC_MESSAGES/*.po")):
        for entry in polib.pofile(str(catalogue)):
            if entry.translated() and "fuzzy" not in entry.flags:
                words = entry.msgstr or " | ".join(entry.msgstr_plural.values())
                found.setdefault((entry.msgctxt or "", entry.msgid), {})[str(catalogue.relative_to(PACKAGE))] = words
    return found


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(PACKAGE)))
def test_every_sentence_is_in_italian(room: Path) -> None:
    with override("it"):  # Django's own catalogue has the commonest
        missing = [one for one in sorted(_wanted(room) - set(_italian()))
                   if (pgettext(*one) if one[0] else gettext(one[1])) == one[1]]
    assert not missing, f"{len(missing)} without Italian: {missing[:12]}"


def test_one_sentence_has_one_italian() -> None:
    """Django makes one catalogue of all: where two files differ, one room shows the other's word. A context parts them."""
    differ = {asked: files for asked, files in _italian().items() if len(set(files.values())) > 1}
    assert not differ, "\n".join(f"{asked}: {files}" for asked, files in differ.items())


def test_no_translation_is_doubtful_or_loses_a_value() -> None:
    assert not catalogues.faults()


def test_the_project_speaks_of_itself_only() -> None:
    """No absolute path of the machine it is checked out on, and locks without addresses."""
    here = {f"{place}/" for place in (ROOT, Path.home()) if len(str(place)) > 4}
    for path in ROOT.rglob("*"):
        if not path.is_file() or any(part in {".venv", ".git", "__pycache__", "var"} or part.endswith("_cache")
                                     for part in path.parts):
            continue
        if path.suffix in {".py", ".md", ".txt", ".toml", ".yml", ".yaml", ".html", ".css", ".js", ".in", ".sh"} or (
            path.parent.name in {"scripts", "bin", ".ci"}
        ):
            text = path.read_text(errors="replace")
            found = [place for place in here if place in text]
            assert not found, f"{found} in {path.relative_to(ROOT)}"
    for lock in (ROOT / "requirements").iterdir():
        assert "://" not in lock.read_text(), f"an address stands in {lock.name}: pin with hashes only"


def test_the_profile_is_whole() -> None:
    """`docs/units.md` names each of the 37 skills once."""
    page = (ROOT / "docs" / "units.md").read_text()
    codes = re.findall(r"\bUC\d\.\d+\b", page)
    wanted = [f"UC{unit}.{number}" for unit, many in ((1, 9), (2, 13), (3, 5), (4, 10)) for number in range(1, many + 1)]
    assert sorted(set(codes)) == sorted(wanted)

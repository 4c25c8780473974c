"""The lint on clocks, on words that must not be in the tree, on missing migrations and translations."""

import ast
import re
from pathlib import Path

import polib
import pytest
from django.core.management import call_command
from django.utils.translation.template import templatize

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
_MSGID = re.compile(r"(?:\b(?:gettext|ngettext|_)\(\s*|\bpgettext\(\s*" + _TEXT.replace("((?:u", "(?:(?:u", 1) + r",\s*)" + _TEXT)


def _wanted(room: Path) -> set[str]:
    """Every msgid the room's sources and templates ask for."""
    found: set[str] = set()
    for path in room.rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                first = node.args[0]
                asks = name in {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
                if asks and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    for path in [*room.rglob("*.html"), *room.rglob("*.txt")]:
        for match in _MSGID.finditer(templatize(path.read_text(), origin=str(path))):
            text = ast.literal_eval("(" + match.group(1).strip() + ")")
            if text:
                found.add(text)
    return found


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(PACKAGE)))
def test_every_sentence_is_in_italian(room: Path) -> None:
    translated: set[str] = set()
    for catalogue in PACKAGE.rglob("locale/it/LC_MESSAGES/*.po"):
        for entry in polib.pofile(str(catalogue)):
            if entry.translated() and "fuzzy" not in entry.flags:
                translated |= {entry.msgid, entry.msgid_plural}
    from django.utils.translation import gettext as django_own
    from django.utils.translation import override

    missing = []
    with override("it"):
        for text in sorted(_wanted(room) - translated):
            if django_own(text) == text:  # Django's own catalogue has the commonest
                missing.append(text)
    assert not missing, f"{len(missing)} without Italian: {missing[:12]}"


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

"""What was done for this version and need not be done again at the next start.

A stamp is a file with a digest of what the step depends on; computed from names, sizes and times, without
Django.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

from sportello import __version__

PACKAGE = Path(__file__).resolve().parent.parent.parent
#: Others' packages whose migrations or static files become part of the installation.
OTHERS = ("Django", "django-allauth", "procrastinate", "django-htmx", "design-django-theme")


def schema() -> str:
    """Changes with any migration, ours or of a package."""
    return _digest(PACKAGE.glob("*/*/migrations/*.py"), PACKAGE.glob("*/migrations/*.py"))


def catalogues() -> str:
    """Changes with any translation."""
    return _digest(PACKAGE.rglob("locale/*/LC_MESSAGES/*.po"))


def static() -> str:
    """Changes with any static file of ours, or what makes them, or a package that brings some."""
    ours = (path for path in PACKAGE.rglob("static/**/*") if path.is_file())
    return _digest(ours, (PACKAGE / "foundation" / "ui").rglob("*.py"))


class Stamps:
    """Stamps in one folder: `stale` asks, `put` remembers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def stale(self, name: str, now: str) -> bool:
        """Is the step to be done (again)?"""
        try:
            return (self.folder / f"{name}.stamp").read_text() != now
        except OSError:
            return True

    def put(self, name: str, now: str) -> None:
        """It was done."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{name}.stamp").write_text(now)


def _digest(*groups: Iterable[Path]) -> str:
    made = hashlib.sha256(__version__.encode())
    for name in OTHERS:
        made.update(f"{_installed(name)}\n".encode())
    for path in sorted(path for group in groups for path in group):
        found = path.stat()
        made.update(f"{path.relative_to(PACKAGE)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return made.hexdigest()


def _installed(name: str) -> str:
    """`name-version`, from the folder an installer leaves (PEP 376); importlib.metadata would bring a mail parser into
    a process that lives as long as the installation."""
    wanted = f"{name.replace('-', '_')}-".lower()
    for folder in map(Path, sys.path):
        for found in folder.glob("*.dist-info"):
            if found.name.lower().startswith(wanted):
                return found.stem
    return f"{name}-absent"

"""What was done for this version and need not be done again at the next start.

A stamp is a file with a digest of what the step depends on; computed from names, sizes and times, without
Django.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from sportello import __version__

PACKAGE = Path(__file__).resolve().parent.parent.parent
#: Others' packages whose migrations or static files become part of the installation.
OTHERS = ("Django", "django-allauth", "procrastinate", "django-htmx", "design-django-theme")


def now() -> dict[str, str]:
    """The stamp of each step: `schema` changes with any migration, ours or of a package, `catalogues` with any
    translation, `static` with any static file of ours, what makes them, or a package that brings some.
    """
    groups: dict[str, list[os.DirEntry[str]]] = {"schema": [], "catalogues": [], "static": []}
    for folder, found in _files(str(PACKAGE)):
        parts = folder.removeprefix(str(PACKAGE)).split(os.sep)
        python = found.name.endswith(".py")
        if parts[-1] == "migrations" and python:
            groups["schema"].append(found)
        elif parts[-1] == "LC_MESSAGES" and found.name.endswith(".po"):
            groups["catalogues"].append(found)
        elif "static" in parts or (python and parts[1:3] == ["foundation", "ui"]):
            groups["static"].append(found)
    return {name: _digest(found) for name, found in groups.items()}


def _files(folder: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Every file below, with its folder; one walk, since every start waits for it."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_dir():
                yield folder, entry
            elif entry.name != "__pycache__":
                yield from _files(entry.path)


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


def _digest(files: Iterable[os.DirEntry[str]]) -> str:
    made = hashlib.sha256(__version__.encode())
    made.update("\n".join(_installed()).encode())
    for file in sorted(files, key=lambda one: one.path):
        found = file.stat()
        name = file.path.removeprefix(str(PACKAGE))
        made.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return made.hexdigest()


@cache
def _installed() -> list[str]:
    """`name-version` of the others, from the folders an installer leaves (PEP 376); importlib.metadata would bring a
    mail parser into a process that lives as long as the installation."""
    wanted = tuple(f"{name.replace('-', '_')}-".lower() for name in OTHERS)
    found: list[str] = []
    for folder in filter(os.path.isdir, sys.path):
        names = (name for name in os.listdir(folder) if name.endswith(".dist-info"))
        found += [name for name in names if name.lower().startswith(wanted)]
    return sorted(found)

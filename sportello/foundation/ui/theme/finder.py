"""Puts what `made` makes among the static files, under `ui/made/`.

Made once when first asked for, in a folder beside STATIC_ROOT, and again when the wheel or our own files change.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import get_files
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage, Storage

from sportello.foundation.ui.theme import made

PREFIX = "ui/made/"
OWN_CSS = Path(__file__).resolve().parent.parent / "static" / "ui" / "css"
_STAMP = "made-from"


def _fingerprint() -> str:
    """Changes when the wheel, this room's Python or a stylesheet changes."""
    digest = hashlib.sha256(version("design-django-theme").encode())
    for path in (*sorted(OWN_CSS.glob("*.css")), *sorted(Path(__file__).parent.glob("*.py"))):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def make(root: Path) -> None:
    """Write everything under `root/ui/made/`, unless it is there already. Two processes at once do no harm."""
    stamp, wanted = root / _STAMP, _fingerprint()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    folder = root / PREFIX
    (folder / "fonts").mkdir(parents=True, exist_ok=True)
    _write(folder / "icons.svg", made.sprite().encode())
    for name, *_rest, source in made.FONTS:
        _write(folder / "fonts" / f"{name}.woff2", made.font(source))
    for name in made.BUNDLES:
        _write(folder / f"{name}.css", made.bundle(name, OWN_CSS).encode())
    _write(stamp, wanted.encode())


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a reader never sees half a file."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)


class MadeFinder(BaseFinder):
    """Staticfiles finder of the files made from the theme's wheel."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:
        self.root = Path(settings.STATIC_ROOT).parent / "made"
        self.storage: Storage = FileSystemStorage(location=self.root)
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file's path, or [] when it is not ours (Django's own convention)."""
        if path.startswith(PREFIX):
            make(self.root)
            if self.storage.exists(path):
                found = str(self.root / path)
                return [found] if find_all else found
        return []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        make(self.root)
        for path in get_files(self.storage, [*(ignore_patterns or []), _STAMP]):
            yield path, self.storage

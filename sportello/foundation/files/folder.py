"""The folder where bytes lie: `<organisation id>/<first two signs>/<sha256>`.

Writing is safe against a power cut: the bytes go to a file of their own beside the target, are fsynced, take the
final name by `rename`, and the folder is fsynced, before the row that counts on them is written.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True)
class Folder:
    """A disk of this machine, or one that several machines mount."""

    root: Path

    def path_of(self, key: str) -> Path:
        return self.root / key

    def put(self, key: str, content: bytes) -> None:
        target = self.path_of(key)
        if target.exists() and target.stat().st_size == len(content):
            _sync_folder(target.parent)  # whoever put it there may have been killed before it did
            return
        _make_folder(target.parent)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".in-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)

    def take_over(self, key: str, path: Path) -> None:
        """Move a whole file in, fsynced; it must lie on the same disk (`workplace`)."""
        target = self.path_of(key)
        _make_folder(target.parent)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(path, target)
        _sync_folder(target.parent)

    def get(self, key: str) -> bytes:
        return self.path_of(key).read_bytes()

    def open(self, key: str) -> BinaryIO:
        return self.path_of(key).open("rb")

    @contextmanager
    def as_file(self, key: str) -> Iterator[Path]:
        yield self.path_of(key)

    def size_of(self, key: str) -> int | None:
        try:
            return self.path_of(key).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        self.path_of(key).unlink(missing_ok=True)

    def workplace(self) -> Path:
        folder = self.root / "half"
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        return folder


def sha256_of(path: Path) -> str:
    """In hex, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _make_folder(folder: Path) -> None:
    """With those above it; a new one is written in the one above it, where a power cut would take it away again."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True, mode=0o750)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

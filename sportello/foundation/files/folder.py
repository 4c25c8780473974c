"""The folder where bytes lie: `<organisation id>/<first two signs>/<sha256>`.

Writing is safe against a power cut: the bytes go to a file of their own beside the target, are fsynced, take the
final name by `rename`, and the folder is fsynced, before the row that counts on them is written.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

#: Files open at once while they are written.
AT_ONCE: Final = 64


@dataclass(frozen=True)
class Folder:
    """A disk of this machine, or one that several machines mount."""

    root: Path

    def path_of(self, key: str) -> Path:
        return self.root / key

    def put(self, key: str, content: bytes) -> None:
        self.put_all({key: content})

    def put_all(self, contents: Mapping[str, bytes]) -> None:
        """All are written before the first is waited for, and each folder is waited for once: one commit of the file
        system then serves them all."""
        coming = list(contents.items())
        for first in range(0, len(coming), AT_ONCE):
            self._put_some(coming[first : first + AT_ONCE])

    def _put_some(self, coming: Sequence[tuple[str, bytes]]) -> None:
        half: list[tuple[BinaryIO, str, Path]] = []
        folders: dict[Path, None] = {}
        try:
            for key, content in coming:
                target = self.path_of(key)
                folders[target.parent] = None  # also for what is there: whoever put it may have been killed before this
                if target.exists() and target.stat().st_size == len(content):
                    continue
                _make_folder(target.parent)
                descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".in-")
                half.append((os.fdopen(descriptor, "wb"), name, target))
                half[-1][0].write(content)
                half[-1][0].flush()
            for file, _name, _target in half:
                os.fsync(file.fileno())
            while half:
                file, name, target = half[0]
                file.close()
                os.replace(name, target)
                del half[0]
        finally:
            for file, name, _target in half:
                with suppress(OSError):  # of a full disk, which is being told of already
                    file.close()
                Path(name).unlink(missing_ok=True)
        for folder in folders:
            _sync_folder(folder)

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

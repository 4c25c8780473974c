"""BagIt (RFC 8493) in a ZIP, written in one pass and read back: payload, `manifest-sha256.txt`, tag files.

Our own few lines, not the `bagit` package: that one makes a bag of a folder, in place, so that every byte would lie on
disk twice and a kill would begin again from nothing; here the parts lie in the blob store and are copied once.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Final

_CHUNK: Final = 1 << 20
_DECLARATION: Final = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


class BagError(Exception):
    """The bag on disk is not what was written."""


class BagWriter:
    """Gathers payload and digests; `close` writes the manifests. `root` is the one folder in the ZIP."""

    def __init__(self, archive: zipfile.ZipFile, root: str, at: datetime) -> None:
        self._archive, self._root, self._at = archive, root, at
        self._payload: dict[str, str] = {}
        self._bytes = 0

    def add(self, path: str, content: bytes) -> None:
        """A payload file: `path` is under `data/`."""
        self._write(f"data/{path}", content)
        self._payload[f"data/{path}"] = hashlib.sha256(content).hexdigest()
        self._bytes += len(content)

    def copy(self, path: str, source: IO[bytes], size: int) -> None:
        """A payload file read from `source` piece by piece."""
        digest = hashlib.sha256()
        info = self._info(f"data/{path}")
        info.file_size = size
        with self._archive.open(info, "w", force_zip64=size >= 1 << 31) as target:
            while piece := source.read(_CHUNK):
                digest.update(piece)
                self._bytes += len(piece)
                target.write(piece)
        self._payload[f"data/{path}"] = digest.hexdigest()

    def close(self, facts: Iterable[tuple[str, str]]) -> None:
        """`facts` are lines of `bag-info.txt`; Payload-Oxum and Bagging-Date are added."""
        oxum = f"{self._bytes}.{len(self._payload)}"
        lines = [*facts, ("Bagging-Date", f"{self._at:%Y-%m-%d}"), ("Payload-Oxum", oxum)]
        tags = {
            "bagit.txt": _DECLARATION,
            "bag-info.txt": "".join(f"{name}: {' '.join(value.split())}\n" for name, value in lines if value),
            "manifest-sha256.txt": _manifest(self._payload),
        }
        for name, text in tags.items():
            self._write(name, text.encode())
        digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in tags.items()}
        self._write("tagmanifest-sha256.txt", _manifest(digests).encode())

    def _write(self, path: str, content: bytes) -> None:
        self._archive.writestr(self._info(path), content)

    def _info(self, path: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(f"{self._root}/{path}", self._at.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        return info


def _manifest(digests: dict[str, str]) -> str:
    """RFC 8493, 2.1.3: digest, two spaces, path; line ends and percent signs in a path are escaped."""
    return "".join(f"{digest}  {_escaped(path)}\n" for path, digest in sorted(digests.items()))


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _plain(path: str) -> str:
    return path.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


@contextmanager
def writing(path: Path, root: str, at: datetime) -> Iterator[BagWriter]:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        yield BagWriter(archive, root, at)


def verify(path: Path, root: str) -> int:
    """Read the whole bag back: every payload file is in the manifest with its digest and none is beside it, and so are
    the tag files. How many payload files there are. Raises BagError."""
    with zipfile.ZipFile(path) as archive:
        names = {name.removeprefix(f"{root}/") for name in archive.namelist()}
        if archive.read(f"{root}/bagit.txt").decode() != _DECLARATION:
            raise BagError("bagit.txt")
        listed = _read(archive, root, "manifest-sha256.txt")
        tags = _read(archive, root, "tagmanifest-sha256.txt")
        if set(listed) != {name for name in names if name.startswith("data/")}:
            raise BagError("manifest-sha256.txt does not list what is there")
        for name, digest in {**listed, **tags}.items():
            if name not in names or _digest(archive, f"{root}/{name}") != digest:
                raise BagError(name)
    return len(listed)


def _read(archive: zipfile.ZipFile, root: str, name: str) -> dict[str, str]:
    lines = archive.read(f"{root}/{name}").decode().splitlines()
    return {_plain(path): digest for digest, path in (line.split("  ", 1) for line in lines)}


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()

"""The folder where bytes lie: `<organisation id>/<first two signs>/<sha256>`.

Writing is safe against a power cut: the bytes go to a file of their own beside the target, are fsynced, take the
final name by `rename`, and the folder is fsynced, before the row that counts on them is written.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

from sportello.foundation.watch import meters


def path_of(organisation_id: int, sha256: str) -> Path:
    return Path(settings.BLOBS) / str(organisation_id) / sha256[:2] / sha256


def put(organisation_id: int, content: bytes) -> str:
    """Store `content`; returns its SHA-256 in hex. Bytes already there are left as they are."""
    sha256 = hashlib.sha256(content).hexdigest()
    target = path_of(organisation_id, sha256)
    if target.exists() and target.stat().st_size == len(content):
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
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
    meters.add(meters.BLOBS, by=len(content))
    return sha256


def digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 in hex and size of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def take_over(organisation_id: int, path: Path, sha256: str) -> None:
    """Move a whole file in, fsynced; it must lie on the same disk (`workplace`)."""
    target = path_of(organisation_id, sha256)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(path, target)
    _sync_folder(target.parent)
    meters.add(meters.BLOBS, by=target.stat().st_size)


def workplace() -> Path:
    """Where a large file is written before it is taken over; what a kill leaves there is nobody's."""
    folder = Path(settings.BLOBS) / "half"
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return folder


def get(organisation_id: int, sha256: str) -> bytes:
    """The bytes; FileNotFoundError when they are gone, ValueError when the disk returned others."""
    content = path_of(organisation_id, sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"blob {sha256} of organisation {organisation_id} is damaged")
    return content


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Where bytes lie: a folder, or a bucket of an S3-compatible store (`settings.BLOBS` says which), with one face.

Both keep `<organisation id>/<first two signs>/<sha256>`, so that one can be copied into the other by any tool. What
holds for both: the bytes are safe when a function that writes returns, and only then the row that counts on them is
written; bytes that are there are never written over by others; what is read whole is compared with its SHA-256.

Raises FileNotFoundError for bytes that are gone, ValueError for bytes that are not what their name says, OSError when
a disk fails or is full, and its kind `StoreAway` when the bucket does not answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

from sportello.foundation.watch import meters

from .bucket import Bucket, is_address
from .folder import Folder, sha256_of


class Place(Protocol):
    """What a folder and a bucket have in common. A key is `<organisation id>/<two signs>/<sha256>`."""

    def put(self, key: str, content: bytes) -> None:
        """Store these bytes durably; the same bytes already there are left as they are."""

    def put_all(self, contents: Mapping[str, bytes]) -> None:
        """The same for several, cheaper than one after the other."""

    def take_over(self, key: str, path: Path) -> None:
        """The same as `put` for a file of `workplace`, of any size, which is gone from there afterwards."""

    def get(self, key: str) -> bytes: ...

    def open(self, key: str) -> BinaryIO:
        """To read from any position, for files too large for memory; what it gives is not compared with the digest."""

    def as_file(self, key: str) -> AbstractContextManager[Path]:
        """A path for programs that want one, good within the block."""

    def size_of(self, key: str) -> int | None:
        """In bytes; None when there is no such file."""

    def delete(self, key: str) -> None:
        """What is not there is gone already."""

    def workplace(self) -> Path: ...


def place() -> Place:
    """The one of this installation."""
    address = str(settings.BLOBS)
    return _bucket(address) if is_address(address) else Folder(Path(address))


def on_disk() -> Path:
    """Whose disk must have room on this machine: the folder's, or where they lie in a bucket the home's, which large
    files pass through. It may not be there yet."""
    address = str(settings.BLOBS)
    return Path(settings.HOME) if is_address(address) else Path(address)


@lru_cache(maxsize=4)
def _bucket(address: str) -> Bucket:
    return Bucket.at(address, Path(settings.KEYS), settings.HOME / "half")


def key_of(organisation_id: int, sha256: str) -> str:
    return f"{organisation_id}/{sha256[:2]}/{sha256}"


def path_of(organisation_id: int, sha256: str) -> Path:
    """Where a folder keeps it; a bucket has no paths (`as_file`)."""
    return Folder(Path(settings.BLOBS)).path_of(key_of(organisation_id, sha256))


def put(organisation_id: int, content: bytes) -> str:
    """Store `content`; returns its SHA-256 in hex. Bytes already there are left as they are."""
    sha256 = hashlib.sha256(content).hexdigest()
    put_all(organisation_id, {sha256: content})
    return sha256


def put_all(organisation_id: int, contents: Mapping[str, bytes]) -> None:
    """`put` for several, by their digests in hex."""
    place().put_all({key_of(organisation_id, sha256): content for sha256, content in contents.items()})
    meters.add(meters.BLOBS, by=sum(map(len, contents.values())))


def digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 in hex and size of a file, read piece by piece."""
    return sha256_of(path), path.stat().st_size


def take_over(organisation_id: int, path: Path, sha256: str) -> None:
    """Take a whole file in; it must lie in `workplace`."""
    size = path.stat().st_size
    place().take_over(key_of(organisation_id, sha256), path)
    meters.add(meters.BLOBS, by=size)


def workplace() -> Path:
    """Where a large file is written before it is taken over; what a kill leaves there is nobody's."""
    return place().workplace()


def get(organisation_id: int, sha256: str) -> bytes:
    """The bytes; FileNotFoundError when they are gone, ValueError when the disk returned others."""
    content = place().get(key_of(organisation_id, sha256))
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"blob {sha256} of organisation {organisation_id} is damaged")
    return content


def open_file(organisation_id: int, sha256: str) -> BinaryIO:
    """To read piece by piece and from any position; the caller closes it, and trusts its own check of what it reads."""
    return place().open(key_of(organisation_id, sha256))


def as_file(organisation_id: int, sha256: str) -> AbstractContextManager[Path]:
    """A path for programs that want one, good within the block."""
    return place().as_file(key_of(organisation_id, sha256))


def is_whole(organisation_id: int, sha256: str, size: int) -> bool:
    """Whether the bytes are there, as many as they should be."""
    return place().size_of(key_of(organisation_id, sha256)) == size


def delete(organisation_id: int, sha256: str) -> None:
    place().delete(key_of(organisation_id, sha256))

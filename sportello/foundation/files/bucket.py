"""A bucket of an S3-compatible store, for installations of several machines.

The address says where, never with what secret:

    SPORTELLO_BLOBS=s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-south-1&style=path

The keys come from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or from a file (mode 0600) of two lines, the
access key and the secret one: `SPORTELLO_BLOBS_KEYS`, else `blobs` among the installation's keys. The certificate of
a private authority is named by `SPORTELLO_BLOBS_CA`.

An object appears whole or not at all, and the store compares what it received with the SHA-256 it was told before it
says yes: there are no half-written files here. A new object is written with "only if there is none" (`If-None-Match:
*`); who is second finds the same bytes. Larger ones go in parts, whose end is one step again; without that guard, but
the same name is always the same bytes.

No Django here: `sportello backup` and `restore` use it too. What goes wrong is told by kind, without addresses or keys.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from sportello.foundation.core.errors import StoreAway

from .folder import sha256_of

if TYPE_CHECKING:
    from obstore import GetResult
    from obstore.store import ClientConfig, S3Config, S3Store

log = logging.getLogger(__name__)
Result = TypeVar("Result")

#: Bounds that keep a call within 25 s: a transaction that waits longer is ended by the database (30 s).
CONNECT: Final = timedelta(seconds=3)
REQUEST: Final = timedelta(seconds=10)
RETRY_FOR: Final = timedelta(seconds=12)
RETRIES: Final = 3
#: After a call that failed so, others are told at once for a moment, instead of waiting one after the other.
REST: Final = 2.0
#: Pieces of large files: what one request carries, and what memory it takes.
PIECE: Final = 8 * 1024 * 1024
_OPTIONS = {"endpoint", "region", "style"}


def is_address(blobs: str) -> bool:
    return blobs.startswith("s3://")


@dataclass
class Bucket:
    """One bucket, or a prefix of one. Made for an address once a process; connections are opened at first use, after
    any fork."""

    name: str
    prefix: str
    client: ClientConfig
    half: Path
    #: Holds the secret: never shown.
    config: S3Config = field(repr=False)
    _stores: dict[int, S3Store] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _away_until: float = field(default=0.0, repr=False)

    @classmethod
    def at(cls, address: str, keys: Path, half: Path) -> Bucket:
        """The bucket of an address, its keys in the folder `keys` unless told otherwise, its `workplace` at `half`;
        ValueError with a sentence when it or its keys cannot be read."""
        parts = urlsplit(address)
        options = dict(parse_qsl(parts.query))
        unknown = set(options) - _OPTIONS
        if not parts.hostname or unknown or options.get("style", "path") not in ("path", "host"):
            raise ValueError("SPORTELLO_BLOBS must be s3://bucket/prefix?endpoint=…&region=…&style=path|host.")
        access, secret = _keys(keys)
        config: dict[str, Any] = {
            "access_key_id": access,
            "secret_access_key": secret,
            "region": options.get("region", "us-east-1"),
            "virtual_hosted_style_request": options.get("style") == "host",
            "checksum_algorithm": "SHA256",
            "conditional_put": "etag",
            "disable_bulk_delete": True,  # one object at a time is what every such store speaks
        }
        client: dict[str, Any] = {"connect_timeout": CONNECT, "timeout": REQUEST, "pool_idle_timeout": "20s"}
        if endpoint := options.get("endpoint", ""):
            config["endpoint"] = endpoint
            client["allow_http"] = endpoint.startswith("http://")
        if authority := os.environ.get("SPORTELLO_BLOBS_CA", ""):
            client["root_certificate"] = Path(authority).read_text()
        prefix = unquote(parts.path).strip("/")
        return cls(
            name=parts.netloc, prefix=f"{prefix}/" if prefix else "", half=half,
            client=cast("ClientConfig", client), config=cast("S3Config", config),
        )  # fmt: skip

    # -- what a place does (store.py) --

    def put_all(self, contents: Mapping[str, bytes]) -> None:
        for key, content in contents.items():
            self.put(key, content)

    def put(self, key: str, content: bytes) -> None:
        from obstore.exceptions import AlreadyExistsError

        if len(content) > PIECE:
            if self.size_of(key) != len(content):
                self._ask(lambda store: store.put(self.prefix + key, content, chunk_size=PIECE, max_concurrency=2))
            return
        try:
            self._ask(lambda store: store.put(self.prefix + key, content, mode="create", use_multipart=False))
        except AlreadyExistsError:
            if self.size_of(key) != len(content):
                # never written by us: an object is whole or not there
                log.warning("an object that is not what its name says was replaced")
                self._ask(lambda store: store.put(self.prefix + key, content, use_multipart=False))

    def take_over(self, key: str, path: Path) -> None:
        if self.size_of(key) != path.stat().st_size:
            self._ask(lambda store: store.put(self.prefix + key, path, chunk_size=PIECE, max_concurrency=2))
        path.unlink()

    def get(self, key: str) -> bytes:
        whole = self._ask(lambda store: _small(store.get(self.prefix + key)))
        return b"".join(self._pieces(key, whole)) if isinstance(whole, int) else whole

    def open(self, key: str) -> BinaryIO:
        size = self.size_of(key)
        if size is None:
            raise FileNotFoundError(key)
        return cast(BinaryIO, io.BufferedReader(_Reader(self, key, size), buffer_size=256 * 1024))

    @contextmanager
    def as_file(self, key: str) -> Iterator[Path]:
        """Brought into `workplace` for the time of the block, compared with its digest."""
        descriptor, name = tempfile.mkstemp(dir=self.workplace(), suffix=".part")
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                self.copy_to(key, file)
            yield path
        finally:
            path.unlink(missing_ok=True)

    def size_of(self, key: str) -> int | None:
        try:
            return int(self._ask(lambda store: store.head(self.prefix + key))["size"])
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        try:
            self._ask(lambda store: store.delete(self.prefix + key))
        except FileNotFoundError:  # S3 says yes to what is not there; some others do not
            return

    def workplace(self) -> Path:
        self.half.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.half

    # -- for backup and restore --

    def listed(self) -> Iterator[tuple[str, int]]:
        """Every blob with its size, page by page."""
        pages = iter(self._ask(lambda store: store.list(self.prefix or None, chunk_size=1000)))
        while (page := self._ask(lambda _store: next(pages, None))) is not None:
            for found in page:
                key = str(found["path"]).removeprefix(self.prefix)
                if len(key.rsplit("/", 1)[-1]) == 64:  # a digest; anything else in the bucket is not ours
                    yield key, int(found["size"])

    def copy_to(self, key: str, file: BinaryIO) -> None:
        """The whole into an open file; ValueError when the bytes are not what the name says."""
        size, digest = self.size_of(key), hashlib.sha256()
        if size is None:
            raise FileNotFoundError(key)
        for piece in self._pieces(key, size):
            digest.update(piece)
            file.write(piece)
        if digest.hexdigest() != key.rsplit("/", 1)[-1]:
            raise ValueError(f"blob {key} is damaged")

    def copy_from(self, key: str, path: Path) -> None:
        """The whole from a file that stays, in pieces; ValueError when it is not what the name says."""
        if sha256_of(path) != key.rsplit("/", 1)[-1]:
            raise ValueError(f"{path} is damaged")
        self._ask(lambda store: store.put(self.prefix + key, path, chunk_size=PIECE, max_concurrency=2))

    # -- within --

    def piece(self, key: str, start: int, length: int) -> bytes:
        if length <= 0:
            return b""
        return bytes(self._ask(lambda store: store.get_range(self.prefix + key, start=start, length=length)))

    def _pieces(self, key: str, size: int) -> Iterator[bytes]:
        for start in range(0, size, PIECE):
            yield self.piece(key, start, min(PIECE, size - start))

    def _ask(self, call: Callable[[S3Store], Result]) -> Result:
        """One call. What is no answer about the object itself is `StoreAway`."""
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        if time.monotonic() < self._away_until:
            raise StoreAway("away")
        try:
            return call(self._store())
        except BaseError as error:
            if _is_about_the_object(error):
                raise
            refused = isinstance(error, PermissionDeniedError | UnauthenticatedError)
            self._away_until = time.monotonic() + REST
            # its words hold the address and the whole answer
            log.warning("the store of files %s", "refuses our keys" if refused else "does not answer")
            raise StoreAway("refused" if refused else "away") from None

    def _store(self) -> S3Store:
        """A client of this process: one that was made before a fork has no threads."""
        pid = os.getpid()
        with self._lock:
            if pid not in self._stores:
                from obstore.store import S3Store

                self._stores[pid] = S3Store(
                    self.name, config=self.config, client_options=self.client,
                    retry_config={"max_retries": RETRIES, "retry_timeout": RETRY_FOR,
                                  "backoff": {"init_backoff": timedelta(milliseconds=100),
                                              "max_backoff": timedelta(seconds=2), "base": 2}},
                )  # fmt: skip
            return self._stores[pid]


class _Reader(io.RawIOBase):
    """An object read by ranges: seekable, so that a ZIP in the bucket is read without bringing it here whole."""

    def __init__(self, bucket: Bucket, key: str, size: int) -> None:
        self._bucket, self._key, self._size, self._at = bucket, key, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        piece = self._bucket.piece(self._key, self._at, min(len(buffer), self._size - self._at))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def _small(found: GetResult) -> bytes | int:
    """What one request may carry; of more, how much it is."""
    size = int(found.meta["size"])
    return bytes(found.bytes()) if size <= PIECE else size


def _is_about_the_object(error: Exception) -> bool:
    from obstore.exceptions import AlreadyExistsError, NotModifiedError, PreconditionError

    return isinstance(error, AlreadyExistsError | PreconditionError | NotModifiedError)


def _keys(folder: Path) -> tuple[str, str]:
    """Access key and secret; ValueError when there are none, or others may read them."""
    given = os.environ.get("AWS_ACCESS_KEY_ID", ""), os.environ.get("AWS_SECRET_ACCESS_KEY", "")
    if all(given):
        return given
    path = Path(os.environ.get("SPORTELLO_BLOBS_KEYS", "") or folder / "blobs")
    try:
        lines = path.read_text().split()
        mode = path.stat().st_mode
    except OSError:
        raise ValueError(
            "SPORTELLO_BLOBS needs keys: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the file keys/blobs."
        ) from None
    if len(lines) != 2 or mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ValueError("the file of keys must hold two lines, access key and secret, and be yours alone (mode 0600).")
    return lines[0], lines[1]

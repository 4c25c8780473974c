"""What proves who we are to a provider: files of the home (mode 0600), beside the installation's keys. Neither the
database nor its backups hold them, no page shows them again, no log has them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from django.conf import settings

Name = Literal["password", "client_secret", "refresh_token"]
NAMES: tuple[Name, ...] = ("password", "client_secret", "refresh_token")


def keep(collector_id: int, name: Name, secret: str) -> None:
    """Store a secret; an empty one is forgotten. On disk before this returns."""
    path = _path(collector_id, name)
    if not secret:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def secret(collector_id: int, name: Name) -> str:
    """The secret; FileNotFoundError when there is none."""
    return _path(collector_id, name).read_text(encoding="utf-8")


def is_there(collector_id: int, name: Name) -> bool:
    return _path(collector_id, name).exists()


def forget(collector_id: int) -> None:
    for name in NAMES:
        _path(collector_id, name).unlink(missing_ok=True)


def _path(collector_id: int, name: Name) -> Path:
    return Path(settings.KEYS) / f"collector-{collector_id}-{name}"

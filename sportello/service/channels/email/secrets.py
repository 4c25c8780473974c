"""Passwords of outgoing servers: files of the home (mode 0600) beside the installation's keys, so that neither the
database nor its backups hold them. The row only says that there is one."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from sportello.service.channels.models import Mailbox

#: What stands in `Mailbox.smtp_password`.
MARK = "kept in keys"


class NoPassword(Exception):
    """The row says that there is a password and the home has none: a database restored without its keys."""


def keep(mailbox: Mailbox, password: str) -> None:
    """Store the password of a saved mailbox and mark its row; an empty one is forgotten."""
    path = _path(mailbox)
    if password:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = path.with_suffix(".half")
        half.unlink(missing_ok=True)
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(password)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    else:
        path.unlink(missing_ok=True)
    mailbox.smtp_password = MARK if password else ""
    mailbox.save(update_fields=["smtp_password"])


def password_of(mailbox: Mailbox) -> str:
    """The password; empty when there is none. Raises NoPassword."""
    if not mailbox.smtp_password:
        return ""
    try:
        return _path(mailbox).read_text()
    except FileNotFoundError as missing:
        raise NoPassword from missing


def _path(mailbox: Mailbox) -> Path:
    return Path(settings.KEYS) / f"mailbox-{mailbox.pk}"

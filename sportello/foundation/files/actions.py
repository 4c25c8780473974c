"""Keeping files: bytes first, then the row."""

from __future__ import annotations

import hashlib
import logging
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.tenancy.models import Organisation

from . import dropping, sniff, store
from .models import Blob

log = logging.getLogger(__name__)


class Uploaded(Protocol):
    """What a form gives: a name and bytes to read."""

    name: str | None
    size: int | None

    def read(self) -> bytes: ...


def keep(organisation: Organisation, content: bytes) -> Blob:
    """Store `content` for `organisation`; the same bytes a second time are the same blob.

    Call it inside the transaction that counts on the blob; the bytes are safe on disk before this returns.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    dropping.hold_bytes(organisation.pk, sha256)
    store.put(organisation.pk, content)
    return _counted(organisation, sha256, len(content), sniff.content_type(content))


def keep_path(organisation: Organisation, path: Path, content_type: str, *, sha256: str, size: int) -> Blob:
    """`keep` for a file too large for memory: `path` (in `store.workplace`) is taken over. The digest is given, so that
    no transaction waits for reading it all (`store.digest_of`)."""
    dropping.hold_bytes(organisation.pk, sha256)
    store.take_over(organisation.pk, path, sha256)
    return _counted(organisation, sha256, size, content_type)


def _counted(organisation: Organisation, sha256: str, size: int, content_type: str) -> Blob:
    with transaction.atomic():
        blob, made = Blob.objects.get_or_create(
            organisation=organisation,
            sha256=sha256,
            defaults={"size": size, "content_type": content_type, "stored_at": server_now()},
        )
    if made and settings.ANTIVIRUS:
        from .tasks import scan_blob

        scan_blob.defer(blob_id=blob.pk)
    return blob


def read(blob: Blob) -> bytes:
    return store.get(blob.organisation_id, blob.sha256)


def keep_uploads(organisation: Organisation, uploads: Iterable[Uploaded]) -> list[tuple[str, Blob]]:
    """Files of a form as (name, blob); Refusal with a sentence when they are too many, too large or empty."""
    chosen = list(uploads)
    most = settings.ATTACHMENTS_AT_ONCE
    if len(chosen) > most:
        raise Refusal(
            ngettext("You can attach one file at a time.", "You can attach at most %(most)d files.", most)
            % {"most": most},
            field="files",
        )
    kept: list[tuple[str, Blob]] = []
    for upload in chosen:
        name = one_line(upload.name or "", 200) or _("file")
        if (upload.size or 0) > settings.ATTACHMENT_BYTES:
            raise Refusal(
                _("“%(name)s” is larger than %(limit)d MB. Choose a smaller file, or send it in parts.")
                % {"name": name, "limit": settings.ATTACHMENT_BYTES // 1024 // 1024},
                field="files",
            )
        content = upload.read()
        if not content:
            raise Refusal(_("“%(name)s” is empty. Check the file and choose it again.") % {"name": name}, field="files")
        kept.append((name, keep(organisation, content)))
    return kept


def scan(blob: Blob) -> None:
    """Ask the configured antivirus; without one, or when it cannot say, the blob stays "not scanned"."""
    if not settings.ANTIVIRUS:
        return
    path = store.path_of(blob.organisation_id, blob.sha256)
    try:
        answer = subprocess.run([settings.ANTIVIRUS, str(path)], timeout=300, capture_output=True, check=False)
    except (OSError, subprocess.TimeoutExpired):
        log.warning("the antivirus did not answer for blob %s", blob.pk)
        return
    states = {0: Blob.Scan.CLEAN, 1: Blob.Scan.INFECTED}
    if answer.returncode in states:
        blob.scan = states[answer.returncode]
        blob.save(update_fields=["scan"])

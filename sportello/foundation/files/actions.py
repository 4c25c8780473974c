"""Keeping files: bytes first, then the row."""

from __future__ import annotations

import hashlib
import logging
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sportello.foundation.core.errors import Refusal, StoreAway
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
    return keep_all(organisation, [content])[0]


def keep_all(organisation: Organisation, contents: Sequence[bytes]) -> list[Blob]:
    """`keep` for several, in their order. Rows are made in the order of their digests: two who keep the same files
    wait for each other, never both at once."""
    digests = [hashlib.sha256(content).hexdigest() for content in contents]
    dropping.hold_bytes(organisation.pk, digests)
    store.put_all(organisation.pk, dict(zip(digests, contents, strict=True)))
    kinds = {sha256: (len(content), sniff.content_type(content))
             for sha256, content in zip(digests, contents, strict=True)}  # fmt: skip
    found = _counted(organisation, kinds)
    return [found[sha256] for sha256 in digests]


def keep_path(organisation: Organisation, path: Path, content_type: str, *, sha256: str, size: int) -> Blob:
    """`keep` for a file too large for memory: `path` (in `store.workplace`) is taken over. The digest is given, so that
    no transaction waits for reading it all (`store.digest_of`)."""
    dropping.hold_bytes(organisation.pk, [sha256])
    store.take_over(organisation.pk, path, sha256)
    return _counted(organisation, {sha256: (size, content_type)})[sha256]


def _counted(organisation: Organisation, kinds: Mapping[str, tuple[int, str]]) -> dict[str, Blob]:
    """The row of each digest, made where there is none; `kinds` tells size and content type."""
    there = _there(organisation, kinds)
    missing = sorted(set(kinds) - set(there))
    if not missing:
        return there
    Blob.objects.bulk_create(
        [Blob(organisation=organisation, sha256=sha256, size=kinds[sha256][0], content_type=kinds[sha256][1],
              stored_at=server_now()) for sha256 in missing],
        ignore_conflicts=True,
    )  # fmt: skip
    there |= _there(organisation, missing)
    if settings.ANTIVIRUS:
        from .tasks import scan_blob

        for sha256 in missing:
            scan_blob.defer(blob_id=there[sha256].pk)
    return there


def _there(organisation: Organisation, digests: Iterable[str]) -> dict[str, Blob]:
    found = Blob.objects.filter(organisation=organisation, sha256__in=list(digests))
    return {blob.sha256: blob for blob in found}


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
        try:
            kept.append((name, keep(organisation, content)))
        except StoreAway:
            raise Refusal(
                _("Files cannot be stored at this moment. What you wrote is still here: try again in a minute, or send "
                  "it without files."), field="files",
            ) from None  # fmt: skip
    return kept


def scan(blob: Blob) -> None:
    """Ask the configured antivirus; without one, or when it cannot say, the blob stays "not scanned"."""
    if not settings.ANTIVIRUS:
        return
    try:
        with store.as_file(blob.organisation_id, blob.sha256) as path:
            answer = subprocess.run([settings.ANTIVIRUS, str(path)], timeout=300, capture_output=True, check=False)
    except (OSError, subprocess.TimeoutExpired):
        log.warning("the antivirus did not answer for blob %s", blob.pk)
        return
    states = {0: Blob.Scan.CLEAN, 1: Blob.Scan.INFECTED}
    if answer.returncode in states:
        blob.scan = states[answer.returncode]
        blob.save(update_fields=["scan"])

"""Keeping files: bytes first, then the row."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterable, Sequence
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.tenancy.models import Organisation

from . import sniff, store
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
    sha256 = store.put(organisation.pk, content)
    with transaction.atomic():
        blob, made = Blob.objects.get_or_create(
            organisation=organisation,
            sha256=sha256,
            defaults={"size": len(content), "content_type": sniff.content_type(content), "stored_at": server_now()},
        )
    if made and settings.ANTIVIRUS:
        from .tasks import scan_blob

        scan_blob.defer(blob_id=blob.pk)
    return blob


def keep_many(organisation: Organisation, contents: Sequence[bytes]) -> list[Blob]:
    """`keep` for many at once, in two statements; a blob for each, in their order."""
    prints = [store.put(organisation.pk, content) for content in contents]
    by_print = dict(zip(prints, contents, strict=True))
    rows = Blob.objects.filter(organisation=organisation, sha256__in=by_print)
    known = set(rows.values_list("sha256", flat=True)) if settings.ANTIVIRUS else set()
    # in the order of their digests: two who keep the same ones never wait for each other crosswise
    Blob.objects.bulk_create(
        (
            Blob(organisation=organisation, sha256=sha256, size=len(content), stored_at=server_now(),
                 content_type=sniff.content_type(content))
            for sha256, content in sorted(by_print.items())
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    blobs = {blob.sha256: blob for blob in rows}
    if settings.ANTIVIRUS:
        from .tasks import scan_blob

        for sha256, blob in blobs.items():
            if sha256 not in known:
                scan_blob.defer(blob_id=blob.pk)
    return [blobs[sha256] for sha256 in prints]


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

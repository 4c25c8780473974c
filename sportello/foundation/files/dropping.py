"""Letting go of files: the bytes go when nothing counts on them any more, whatever happens in between.

A file that something stops counting on is marked, in the transaction that lets it go. Whoever comes by afterwards (the
writer itself after its commit, else the worker) takes the lock of those bytes, looks whether anything counts on them,
and only then deletes row and bytes. `actions.keep` holds the same lock, shared, until its transaction ends, so that
nobody can begin to count on bytes that are being deleted. A kill leaves the mark, and with it the rest of the work.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import IntegrityError, connection, transaction
from django.db.models import ForeignObjectRel

from sportello.foundation.tenancy.clock import server_now

from . import store
from .models import Blob, DroppedFile

#: Disposal waits so long: a backup that was begun before copies files after its dump, and must still find them.
UNTIL_BACKED_UP: Final = timedelta(hours=24)
_AT_ONCE = 50
#: When the bytes could not be deleted.
_AGAIN: Final = timedelta(minutes=10)
log = logging.getLogger(__name__)


def drop(blob: Blob, *, after: timedelta = timedelta(0)) -> None:
    """Mark `blob` as no longer counted on by the caller. Call it in the transaction that lets it go.

    Without `after` the bytes go right after the commit; in any case only if nothing else counts on them.
    """
    DroppedFile.objects.bulk_create(
        [DroppedFile(organisation_id=blob.organisation_id, sha256=blob.sha256, drop_after=server_now() + after)],
        ignore_conflicts=True,
    )
    if not after:
        organisation_id, sha256 = blob.organisation_id, blob.sha256
        transaction.on_commit(lambda: let_go(organisation_id, sha256), robust=True)


def work() -> int:
    """One batch of what is marked and due; how many were looked at. Safe to run twice at once."""
    due = DroppedFile.objects.filter(drop_after__lte=server_now()).order_by("drop_after", "id")
    found = list(due.values_list("organisation_id", "sha256")[:_AT_ONCE])
    for organisation_id, sha256 in found:
        let_go(organisation_id, sha256)
    return len(found)


def let_go(organisation_id: int, sha256: str) -> bool:
    """Delete these bytes and their row unless something counts on them; whether they are gone."""
    try:
        if not _forget_row(organisation_id, sha256):
            return False
        _delete_bytes(organisation_id, sha256)
    except OSError as error:
        # the row is gone and the mark stays: the bytes go when whatever keeps them answers again
        log.warning("the bytes of a file could not be deleted, again later: %s", type(error).__name__)
        marks = DroppedFile.objects.filter(organisation=organisation_id, sha256=sha256)
        marks.update(drop_after=server_now() + _AGAIN)
        return False
    return True


def _forget_row(organisation_id: int, sha256: str) -> bool:
    """First the row, in a transaction of its own; False when something counts on the bytes."""
    mark = DroppedFile.objects.filter(organisation=organisation_id, sha256=sha256)
    try:
        with transaction.atomic():
            _alone_with(organisation_id, sha256)
            blob = Blob.objects.filter(organisation=organisation_id, sha256=sha256).first()
            if blob is not None and is_counted_on(blob):
                mark.delete()
                return False
            if blob is not None:
                with connection.cursor() as cursor:  # not Django's: it would ask every relation once more
                    cursor.execute("DELETE FROM files_blob WHERE id = %s", [blob.pk])
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError:  # somebody began to count on it while we looked
        mark.delete()
        return False
    return True


def _delete_bytes(organisation_id: int, sha256: str) -> None:
    """Then the bytes, alone with them again: whoever kept the same ones in between has made a row, and needs them."""
    with transaction.atomic():
        _alone_with(organisation_id, sha256)
        if not Blob.objects.filter(organisation=organisation_id, sha256=sha256).exists():
            store.delete(organisation_id, sha256)
        DroppedFile.objects.filter(organisation=organisation_id, sha256=sha256).delete()


def is_counted_on(blob: Blob) -> bool:
    """Whether any row of any room points at it."""
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: blob.pk}).exists()
        # those without a name of their own too: most rooms point at a file that way
        for relation in Blob._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel)
    )


def hold_bytes(organisation_id: int, digests: Iterable[str]) -> None:
    """Until the transaction ends, these bytes are not deleted. Many may hold them at once; one statement for all."""
    keys = sorted({_key(organisation_id, sha256) for sha256 in digests})
    if keys:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(key) FROM unnest(%s::bigint[]) AS of (key)", [keys])


def _alone_with(organisation_id: int, sha256: str) -> None:
    """Until the transaction ends nobody begins to count on these bytes. A lock of the transaction, not of the session:
    a pooler may give the next transaction another one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_key(organisation_id, sha256)])


def _key(organisation_id: int, sha256: str) -> int:
    """A signed 64-bit number; two files that share one wait for each other, nothing more."""
    return (int(sha256[:16], 16) ^ (organisation_id << 17)) % 2**64 - 2**63

"""The draft's life: begun by the first sending of the form, corrected, sent once, forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import ngettext

from sportello.foundation.core import ids
from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean
from sportello.foundation.files.actions import keep_uploads
from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets.models import Ticket

from .models import DoorCount, DraftFile, FormDraft

#: A form half filled in the morning can be sent in the evening.
KEPT: Final = timedelta(hours=24)
#: The receipt page shows the access code: print and save it now, it is not a place to come back to.
RECEIPT_SHOWN: Final = timedelta(hours=1)
#: A person does not read and fill the form faster than this.
LEAST: Final = timedelta(seconds=3)
#: Longer than any door's window.
_COUNTS_KEPT: Final = timedelta(hours=2)
_AT_ONCE: Final = 500


def begin(organisation: Organisation, shown_at: datetime, follows: Ticket | None = None) -> tuple[FormDraft, str]:
    """A new draft and its token, which only the visitor holds."""
    token = ids.token()
    now = server_now()
    draft = FormDraft.objects.create(
        organisation=organisation, token_digest=ids.digest(token), shown_at=min(shown_at, now), expires_at=now + KEPT,
        follows=follows,
    )
    return draft, token


def find(organisation: Organisation, token: str) -> FormDraft | None:
    """The draft of `token`; None when there is none or its time is over."""
    if not token or len(token) > 100:
        return None
    return (
        FormDraft.objects.filter(organisation=organisation, token_digest=ids.digest(token), expires_at__gt=server_now())
        .select_related("organisation", "ticket", "follows")
        .first()
    )


def write(draft: FormDraft, typed: Mapping[str, str]) -> None:
    """Keep what was typed, as typed; a draft that was sent in the meantime stays as it is."""
    draft.typed = {name: clean(value) for name, value in typed.items()}
    draft.expires_at = server_now() + KEPT
    FormDraft.objects.filter(pk=draft.pk, sent_at__isnull=True).update(typed=draft.typed, expires_at=draft.expires_at)


def add_files(draft: FormDraft, uploads: Iterable[Any]) -> list[Refusal]:
    """Keep each file that can be kept; the refusals of the others, one each."""
    refused = []
    room = settings.ATTACHMENTS_AT_ONCE - draft.files.count()
    for upload in uploads:
        if room <= 0:
            refused.append(_too_many())
            break
        try:
            with transaction.atomic():
                for filename, blob in keep_uploads(draft.organisation, [upload]):
                    DraftFile.objects.get_or_create(
                        organisation=draft.organisation, draft=draft, blob=blob, filename=filename
                    )
            room -= 1
        except Refusal as refusal:
            refused.append(refusal)
    return refused


def drop_files(draft: FormDraft, file_ids: Iterable[int]) -> None:
    """Take files away again; ids of other drafts do nothing."""
    draft.files.filter(pk__in=list(file_ids)).delete()


def is_too_quick(draft: FormDraft) -> bool:
    return server_now() - draft.shown_at < LEAST


def mark_sent(draft: FormDraft, ticket: Ticket) -> None:
    """The ticket holds the words and files from now on; what remains is the way to the receipt, for an hour."""
    now = server_now()
    draft.ticket, draft.sent_at, draft.typed, draft.expires_at = ticket, now, {}, now + RECEIPT_SHOWN
    draft.save(update_fields=["ticket", "sent_at", "typed", "expires_at"])
    draft.files.all().delete()


def forget_old() -> int:
    """One batch of drafts and counts whose time is over; for the schedule. How many were forgotten."""
    now = server_now()
    old = FormDraft.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:_AT_ONCE]
    drafts, _each = FormDraft.objects.filter(pk__in=list(old)).delete()
    stale = DoorCount.objects.filter(began_at__lte=now - _COUNTS_KEPT).values_list("pk", flat=True)[:_AT_ONCE]
    counts, _each = DoorCount.objects.filter(pk__in=list(stale)).delete()
    return drafts + counts


def _too_many() -> Refusal:
    most = settings.ATTACHMENTS_AT_ONCE
    return Refusal(
        ngettext("You can attach one file at most.", "You can attach %(most)d files at most.", most) % {"most": most},
        field="files",
    )

"""The pipe of a mail server: `sportello mail deliver --to ADDRESS < message`. Exit codes of sysexits.h."""

from __future__ import annotations

import sys

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import StoreAway

from .addresses import mailbox_for
from .taking import Addressed, take

TAKEN = 0
NO_MESSAGE = 65  # EX_DATAERR
NO_SUCH_ADDRESS = 67  # EX_NOUSER
TRY_AGAIN = 75  # EX_TEMPFAIL


def deliver(to: str, raw: bytes) -> int:
    """Take one message for the mailbox `to`. 0 when it is safe, 75 when the mail server must try again (database
    away, disk full), 67 for an unknown address, 65 for no or too large a message; a sentence on stderr."""
    if not raw.strip():
        return _said(NO_MESSAGE, _("No message arrived on standard input."))
    if len(raw) > settings.MAIL_BYTES:
        return _said(
            NO_MESSAGE, _("The message is larger than %(limit)d MB.") % {"limit": settings.MAIL_BYTES // 1024 // 1024}
        )
    try:
        mailbox = mailbox_for(to)
        if mailbox is None:
            return _said(NO_SUCH_ADDRESS, _("There is no mailbox with this address here."))
        # the envelope's sender is not known to a pipe: Return-Path, which the mail server wrote, tells
        take(raw, [Addressed(mailbox, to)], door="pipe", envelope_from=None)
    except DatabaseError:
        return _said(TRY_AGAIN, _("The database is away: nothing was stored, try again later."))
    except StoreAway:
        return _said(TRY_AGAIN, _("The store of files is away: nothing was stored, try again later."))
    except OSError:
        return _said(TRY_AGAIN, _("The message could not be written to disk: try again later."))
    return TAKEN


def _said(code: int, sentence: str) -> int:
    print(f"sportello: {sentence}", file=sys.stderr)  # noqa: T201 - the mail server reads it
    return code

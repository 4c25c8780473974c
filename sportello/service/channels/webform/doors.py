"""How often is too often: counts per door, kept in the database so that all processes share them.

The limits leave room for a library or an office whose people share one network address.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection

from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.tenancy.models import Organisation

from .models import DoorCount


@dataclass(frozen=True)
class Door:
    """`most` knocks within `minutes`. On a demo everything comes from one address: a hundred times as many."""

    name: str
    most: int
    minutes: int

    @property
    def limit(self) -> int:
        return self.most * 100 if settings.DEMO else self.most

    @property
    def window(self) -> timedelta:
        return timedelta(minutes=self.minutes)


#: The form sent with or without errors; files go to disk with it.
FORM: Final = Door("form", 120, 60)
#: Requests that become tickets.
SEND: Final = Door("send", 30, 60)
#: Words added to a ticket.
WORDS: Final = Door("words", 60, 60)
#: Wrong number or code, counted alike whether or not the ticket exists.
WRONG_CODE: Final = Door("wrong_code", 10, 15)
#: New codes asked for, by address and by number.
NEW_CODE: Final = Door("new_code", 10, 60)
NEW_CODE_OF_TICKET: Final = Door("new_code_ticket", 3, 60)
#: Whether a public answer helped.
JUDGEMENT: Final = Door("judgement", 30, 60)

DOORS: Final = (FORM, SEND, WORDS, WRONG_CODE, NEW_CODE, NEW_CODE_OF_TICKET, JUDGEMENT)

# One statement, so that two processes at once count two. The window begins with its first knock.
_KNOCK = """
INSERT INTO channels_doorcount AS kept (organisation_id, door, who, began_at, knocks) VALUES (%s, %s, %s, %s, 1)
ON CONFLICT (organisation_id, door, who) DO UPDATE SET
  knocks = CASE WHEN kept.began_at <= %s THEN 1 ELSE kept.knocks + 1 END,
  began_at = CASE WHEN kept.began_at <= %s THEN EXCLUDED.began_at ELSE kept.began_at END
RETURNING knocks
"""


def knock(organisation: Organisation, door: Door, who: str) -> bool:
    """Count one; whether it is still within the limit."""
    now = server_now()
    with connection.cursor() as cursor:
        cursor.execute(_KNOCK, [organisation.pk, door.name, _hidden(who), now, now - door.window, now - door.window])
        (knocks,) = cursor.fetchone()
    return bool(knocks <= door.limit)


def is_shut(organisation: Organisation, door: Door, who: str) -> bool:
    """Whether the limit is reached, without counting."""
    return DoorCount.objects.filter(
        organisation=organisation, door=door.name, who=_hidden(who), knocks__gte=door.limit,
        began_at__gt=server_now() - door.window,
    ).exists()


def _hidden(who: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"door {who}".encode(), hashlib.sha256).hexdigest()

"""Sessions in the database, as Django keeps them, read by a question worded once: every page asks it (named in the
settings)."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore as InDatabase
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from sportello.foundation.core.questions import Question
from sportello.foundation.tenancy.clock import server_now


class SessionStore(InDatabase):
    def _get_session_from_db(self) -> Session | None:
        """Django's own way asks the same, and composes it anew each time."""
        found = _ALIVE.first(key=self.session_key, now=server_now()) if self.session_key else None
        if found is None:
            self._session_key = None
        return found


def _alive(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)[:1]


_ALIVE = Question(_alive, planned=True)

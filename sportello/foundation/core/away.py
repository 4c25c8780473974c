"""Telling apart what a piece of work did wrong and what everything stands on: a database or a store of files that is
away, for a restart, a failover, a cut cable. Then nothing is wrong with the row under way: it is done again later, and
does not count against it.
"""

from __future__ import annotations

from typing import Final

from django.db import DatabaseError, InterfaceError, OperationalError

from .errors import StoreAway

#: Class 25: the server we are connected to was the primary, and is a standby now (PostgreSQL, appendix A).
READ_ONLY: Final = "25006"


def is_away(error: BaseException) -> bool:
    """Whether trying the same again in a moment is the answer."""
    if isinstance(error, OperationalError | InterfaceError | StoreAway):
        return True
    return isinstance(error, DatabaseError) and getattr(error.__cause__, "sqlstate", None) == READ_ONLY

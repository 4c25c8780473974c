"""The index of words while many enter it: the dearest of all indexes, since an entry has a hundred of them.

To take it away and make it anew at the end was tried: with 590,000 tickets it took no less processor time than entering
them as they came, and there is no search meanwhile. So no index is touched by a load but for how much may wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from sportello.records.tickets.models import SearchRow
from sportello.records.tickets.search_index import clean_pending

_INDEX = next(one for one in SearchRow._meta.indexes if one.name == "search_words")
#: From so many tickets on.
_MANY = 2_000
#: Kilobytes that may wait, instead of the index's own.
_PENDING = 16 * 1024


@contextmanager
def let_wait(tickets: int) -> Iterator[None]:
    """Let more words wait before they enter: what waits together enters for less. Searches go on and look through what
    waits; a load that is killed leaves it so, and the next one takes it back."""
    if tickets < _MANY:
        yield
        return
    try:
        _limit(_PENDING)
        yield
    finally:
        _limit(int(_INDEX.gin_pending_list_limit))
        clean_pending()


def _limit(kilobytes: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER INDEX {_INDEX.name} SET (gin_pending_list_limit = {kilobytes})")

"""The index of words while many enter it: the dearest of all indexes, since an entry has a hundred of them.

Where more comes than is there, the index is taken away and made anew from everything at the end, by several processes
at once: a word that is sorted in with all its entries costs less than one that is looked up for each of them, and a
third of the write-ahead log falls away. Meanwhile the newest 5,000 entries of each organisation are searched as ever
and what lies further back is read through. A load that is killed leaves no index: the worker makes it again
(`search_index.keep`), or the next load does.

Where more is there than comes, or where the database's user may not (on a server of one's own), words enter as ever and
only more of them wait before they do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext

from django.db import OperationalError, connection, transaction

from sportello.records.tickets import search_index
from sportello.records.tickets.models import SearchRow

_NAME = search_index.WORDS.name
#: From so many tickets on.
MANY = 2_000
_MANY_TO_MAKE_ANEW = 10_000
#: Kilobytes that may wait, instead of the index's own.
_PENDING = 16 * 1024
#: Megabytes for sorting words, for each process that does it: with less the database lets fewer do it. More is dearer:
#: the tree of words grows out of the processor's cache (bench/figures/load.md).
_SORTING = 32
#: Rows of search a ticket besides its messages: receipt and closing notice.
_BESIDES = 2


@contextmanager
def entered_cheaply(
    tickets: int, messages: float, processes: int, *, meanwhile: Callable[[bool], None]
) -> Iterator[None]:
    """While so many tickets come, words enter as cheaply as they can. `meanwhile` is done when all have come, beside
    the making of the index where it is made; it is told whether more came than was there."""
    if tickets >= MANY and _is_worth_making_anew(tickets, messages):
        with _made_anew(processes, meanwhile):
            yield
        return
    with _let_wait() if tickets >= MANY else nullcontext():
        yield
    meanwhile(False)


def _is_worth_making_anew(tickets: int, messages: float) -> bool:
    coming = int(tickets * (messages + _BESIDES))
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if tickets < _MANY_TO_MAKE_ANEW or not cursor.fetchone()[0]:
            return False
    return SearchRow.objects.all()[: coming + 1].count() <= coming


@contextmanager
def _made_anew(processes: int, meanwhile: Callable[[bool], None]) -> Iterator[None]:
    """Without the index; a connection of its own holds what says so, since the load's own is closed before it forks."""
    holder = connection.copy()
    try:
        with holder.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [search_index.AWAY])
        if not _taken_away():
            with _let_wait():
                yield
            meanwhile(True)
            return
        try:
            yield
        except BaseException:
            _make(processes)
            raise
        with ThreadPoolExecutor(1) as beside:
            done = beside.submit(_with_its_own_connection, meanwhile)
            _make(processes)
            done.result()
    finally:
        holder.close()


def _make(processes: int) -> None:
    at_once = min(processes, os.cpu_count() or 1)  # nobody waits for anything here: more would take turns
    settings = {
        "maintenance_work_mem": f"{_SORTING * at_once}MB",
        "max_parallel_maintenance_workers": str(at_once - 1),
    }
    with connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
        search_index.make()
        for name in settings:
            cursor.execute(f"RESET {name}")


def _with_its_own_connection(work: Callable[[bool], None]) -> None:
    try:
        work(True)
    finally:
        connection.close()


def _taken_away() -> bool:
    """False where somebody reads or writes through it for seconds: others would wait behind us."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '3s'")
            cursor.execute(f"DROP INDEX IF EXISTS {_NAME}")
    except OperationalError:
        return False
    return True


@contextmanager
def _let_wait() -> Iterator[None]:
    """Let more words wait before they enter: what waits together enters for less. Searches go on and look through what
    waits; a load that is killed leaves it so, and the next one takes it back."""
    try:
        _limit(_PENDING)
        yield
    finally:
        _limit(int(search_index.WORDS.gin_pending_list_limit))
        search_index.keep()


def _limit(kilobytes: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER INDEX IF EXISTS {_NAME} SET (gin_pending_list_limit = {kilobytes})")

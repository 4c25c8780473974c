"""The whole load: several processes, each with every so-many-th chunk of tickets in a transaction of its own."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from typing import Any

from django.db import DatabaseError, connection, connections, transaction

from sportello.config.supervisor.parent import end_with_parent
from sportello.config.supervisor.trouble import Stopped, Trouble
from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets.models import SearchRow

from . import checking, office, telling, words, words_index
from .chunk import Maker
from .lexemes import Lexicon
from .life import Life
from .planning import Numbers, Plan, one_number
from .promises import shown
from .rows import Desk
from .speech import Language, Speech, languages
from .undisturbed import undisturbed, with_a_long_log

#: Whole tables, without parts of one, and the columns that are looked at.
_TABLES = """
SELECT quote_ident(relname), string_agg(quote_ident(attname), ', ')
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = current_schema()::regnamespace
AND relname <> %s AND attnum > 0 AND NOT attisdropped AND atttypid NOT IN ('text'::regtype, 'jsonb'::regtype)
GROUP BY relname
"""
#: Instead of 100: so many of the most frequent values are known, and three hundred times as many rows are read.
_ROUGHLY = 10
#: Called with (tickets done, rows so far) whenever a chunk is on its way to disk.
Tell = Callable[[int, int], None]
#: Bytes a process tells of a chunk: tickets, rows, what went wrong.
_Told = tuple[int, int, str]


@dataclass(frozen=True)
class Loaded:
    tickets: int
    rows: int
    seconds: float
    #: The number of the long ticket, empty where none was asked for.
    long_number: str = ""

    @property
    def rows_a_second(self) -> float:
        return self.rows / max(self.seconds, 0.001)


def load(organisation: Organisation, plan: Plan, tell: Tell = lambda done, rows: None) -> Loaded:
    """Fill `organisation` by `plan`. Trouble, with a sentence, when it could take no request or a process fails;
    Stopped when it was interrupted: what is there then is whole."""
    with with_a_long_log(plan.tickets) if plan.tickets >= words_index.MANY else nullcontext():
        return _load(organisation, plan, tell)


def _load(organisation: Organisation, plan: Plan, tell: Tell) -> Loaded:
    began = time.monotonic()
    maker = prepare(organisation, plan)
    with words_index.entered_cheaply(plan.tickets, plan.messages, plan.processes, meanwhile=_look_at_all_but_words):
        with _cheap_session():
            long_number = _first_ones(maker, plan)
        numbers = Numbers(organisation, plan, maker.office.now)
        tickets, rows = _filled(maker, plan, numbers, tell)
    _settle()
    checking.refuse_if_different(organisation)
    return Loaded(tickets, rows, time.monotonic() - began, long_number)


def prepare(organisation: Organisation, plan: Plan) -> Maker:
    """Read once what every process needs; readers of the journal are put past what will be loaded."""
    office.file_what_closed_before(organisation)
    place = office.office_of(organisation)
    telling.make_months(place.now - timedelta(days=plan.days + 1), place.now)
    telling.pass_over()
    lexicon, spoken = _vocabulary()
    return Maker(place, lexicon, spoken, plan.messages)


@cache
def _vocabulary() -> tuple[Lexicon, dict[str, Language]]:
    """Asked of the database once a process: two seconds."""
    lexicon = Lexicon()
    lexicon.learn(words.often())
    return lexicon, languages(lexicon)


def _first_ones(maker: Maker, plan: Plan) -> str:
    """The customer who writes often and the long ticket, before all others: written last the long one alone would fill
    every search."""
    if plan.busy:
        chance = plan.chance(-1)
        with connection.cursor() as cursor:
            maker.tables.draw(cursor, 1, 3, 0)
        at = maker.office.now - timedelta(days=plan.days)
        who = maker.stranger(chance, at)
        maker.tables.identities.add(who.id, who.address, who.address, shown(at))
        with transaction.atomic(), connection.cursor() as cursor:
            maker.tables.write(cursor)
        maker.busy = (who, plan.busy / plan.tickets)
    return _long_ticket(maker, plan) if plan.long else ""


def _long_ticket(maker: Maker, plan: Plan) -> str:
    """A ticket with so many entries, half of them answers, open: the longest anybody opens. Its number."""
    chance, place = plan.chance(-2), maker.office
    at = (place.now - timedelta(days=20)).replace(microsecond=0)
    with connection.cursor() as cursor:
        maker.tables.draw(cursor, 1, plan.long * 1.5, 9)
    speech = Speech(maker.languages, maker.lexicon, chance)
    desk = Desk(place, maker.tables, maker.teller, maker.letters, speech, maker.lexicon, chance)
    way = next((one for one in place.by_mail if not one.is_complaint), place.by_mail[0])
    number = one_number(place.organisation, at)
    life = Life(desk, way, maker.stranger(chance, at), number, at, maker.promises.of(way, at))
    life.sensitivity = "normal"
    life.open("email", is_new=True)
    for said in range(1, plan.long):
        if life.position >= plan.long - 1:
            break
        at += (place.now - at) / (plan.long - said + 1)
        life.until(at)
        if said % 2:
            life.answer(at)
        else:
            life.receive(at)
    life.until(place.now)
    life.end()
    with transaction.atomic(), connection.cursor() as cursor:
        maker.tables.write(cursor)
    return number


def _filled(maker: Maker, plan: Plan, numbers: Numbers, tell: Tell) -> tuple[int, int]:
    tables = [one.table for one in maker.tables.all()]
    with undisturbed(tables) if plan.tickets >= words_index.MANY else nullcontext():
        if plan.processes > 1:
            return _together(maker, plan, numbers, tell)
        with _cheap_session():
            return _alone(maker, plan, numbers, tell)


def _alone(maker: Maker, plan: Plan, numbers: Numbers, tell: Tell) -> tuple[int, int]:
    tickets = rows = 0
    for chunk in range(plan.chunks):
        done, more = _chunk(maker, plan, numbers, chunk)
        tickets, rows = tickets + done, rows + more
        tell(tickets, rows)
    return tickets, rows


def _chunk(maker: Maker, plan: Plan, numbers: Numbers, chunk: int) -> tuple[int, int]:
    coming = list(numbers.of(chunk, plan.instants(chunk, maker.office.now)))
    return len(coming), maker.make(plan.chance(chunk), coming)


def _together(maker: Maker, plan: Plan, numbers: Numbers, tell: Tell) -> tuple[int, int]:
    """Forked processes share what was read; each has its own connection. One that fails ends the others."""
    connections.close_all()
    gc.freeze()  # what was read stands in the memory of all: the collector would look through it, and so copy it
    context = multiprocessing.get_context("fork")
    told: SimpleQueue[_Told] = context.SimpleQueue()
    stop = context.Event()
    workers = [
        context.Process(target=_work, args=(maker, plan, numbers, share, told, stop), name=f"load {share}")
        for share in range(plan.processes)
    ]
    for worker in workers:
        worker.start()
    gc.unfreeze()
    tickets = rows = ended = 0
    trouble, stopped = "", False
    while ended < len(workers):
        try:
            if told.empty():
                if not any(worker.is_alive() for worker in workers):
                    break
                time.sleep(0.05)
                continue
            done, more, wrong = told.get()
        except KeyboardInterrupt:
            stop.set()
            stopped = True
            continue
        if wrong:
            trouble = trouble or wrong
            stop.set()
        ended += done == 0
        tickets, rows = tickets + done, rows + more
        tell(tickets, rows)
    for worker in workers:
        worker.join()
    if stopped:
        raise Stopped
    if trouble or ended < len(workers):
        raise Trouble(f"a process of the load ended: {trouble or 'it was killed'}. What is written is whole.")
    return tickets, rows


def _work(maker: Maker, plan: Plan, numbers: Numbers, share: int, told: SimpleQueue[_Told], stop: Event) -> None:
    """One process: its chunks, until there are none or it is told to stop. Ends by telling of no tickets."""
    end_with_parent(always=True)  # with it go the locks it holds, whose sockets we share
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(1_000_000, 50, 50)  # rows in their thousands are no rubbish: it is looked for more rarely
    wrong = ""
    try:
        with _cheap_session():
            for chunk in range(share, plan.chunks, plan.processes):
                if stop.is_set():
                    break
                told.put((*_chunk(maker, plan, numbers, chunk), ""))
    except Exception as error:  # told to whoever waits, which ends the load
        wrong = f"{type(error).__name__}: {error}"[:1000]
    finally:
        with suppress(DatabaseError):
            connection.close()
        told.put((0, 0, wrong))


@contextmanager
def _cheap_session() -> Iterator[None]:
    """What makes this session's writing cheap, where the database lets us.

    Foreign keys are not looked up row by row: the rows point at each other by construction, what else they point at is
    held (`Maker._hold`), and `checking.broken_keys` can look afterwards. Only a superuser may ask for it, as the
    embedded database's user is.
    """
    settings = {"synchronous_commit": "off", "work_mem": "128MB"}
    with connection.cursor() as cursor:
        if _may_leave_out_triggers(cursor):
            settings["session_replication_role"] = "replica"
        for name, value in settings.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                for name in settings:
                    cursor.execute(f"RESET {name}")


def _may_leave_out_triggers(cursor: Any) -> bool:
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    return bool(cursor.fetchone()[0])


def _look_at_all_but_words(is_most_new: bool) -> None:
    """Known to the planner, without what no question compares: texts, and facts as JSON. Where most of it is new, by
    three thousand rows a table instead of thirty thousand: the database's own looking counts a table of which only
    columns were looked at as not looked at yet, and does so whole when the load is over, beside everybody's work."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [SearchRow._meta.db_table])
        tables = cursor.fetchall()
        if is_most_new:
            cursor.execute(f"SET default_statistics_target = {_ROUGHLY}")
        cursor.execute(f"ANALYZE {', '.join(f'{name} ({columns})' for name, columns in tables)}")
        cursor.execute("RESET default_statistics_target")


def _settle() -> None:
    """The words known to the planner too, and all on disk."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {connection.ops.quote_name(SearchRow._meta.db_table)}")
        cursor.execute("SELECT pg_current_xact_id()")  # a commit that is waited for, after all that were not

"""A run of an import: the file is kept, its columns matched, tried out, done. The worker goes through it in batches,
each a transaction that also moves `next_row`: cut anywhere, it goes on where it was, and no line is taken twice.

Trying out is the same work in transactions that are taken back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.files.actions import keep, read
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor, person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership

from ..models import ImportFault, ImportRun
from . import table
from .fields import fields_of, headings_of
from .lines import Fault, Taken, keys_of, values_of
from .words import SENTENCES

log = logging.getLogger("sportello.imports")

BATCH = 100
#: A file that is wrong throughout tells so often enough.
MOST_FAULTS = 5_000
_State = ImportRun.State


@dataclass(frozen=True)
class Task:
    """What a taker needs besides the line's values."""

    run: ImportRun
    member: Membership
    actor: Actor
    at: datetime


#: Takes one line; runs inside a savepoint.
Taker = Callable[[Task, dict[str, str]], Taken]


def choose(member: Membership, sort: str, filename: str, content: bytes) -> ImportRun:
    """Keep the file, guess how it is written and what its columns are. Raises Refusal (field `file`)."""
    if sort not in ImportRun.Sort.values:
        raise Refusal(_("Choose what the list holds."), field="sort")
    encoding = table.guess_encoding(content)
    try:
        delimiter = table.guess_delimiter(table.decode(content, encoding))
        found = table.read(content, encoding, delimiter)
    except table.NotATable as error:
        raise Refusal(SENTENCES[error.code], field="file") from None
    organisation = member.organisation
    with transaction.atomic():
        run = ImportRun.objects.create(
            organisation=organisation, sort=sort, blob=keep(organisation, content), filename=one_line(filename, 255),
            encoding=encoding, delimiter=delimiter, mapping=table.guess_mapping(found.head, headings_of(sort)),
            total=len(found.lines), by_member=member, made_at=clock.now(organisation),
        )
        record(organisation, "import.chosen", run, person(member.user_id), sort=sort)
    return run


def match(run: ImportRun, mapping: Mapping[str, int], *, encoding: str = "", delimiter: str = "") -> None:
    """Field → column as a person says, and how the file is written where the guess was wrong."""
    with transaction.atomic():
        row = _locked(run)
        if row.state not in (_State.CHOSEN, _State.CHECKED):
            raise Refusal(_("This import is under way: stop it first."))
        row.encoding = encoding if encoding in table.ENCODINGS else row.encoding
        row.delimiter = delimiter if delimiter in table.DELIMITERS else row.delimiter
        try:
            found = table.read(read(row.blob), row.encoding, row.delimiter)
        except table.NotATable as error:
            raise Refusal(SENTENCES[error.code], field="delimiter") from None
        known = fields_of(row.sort)
        row.mapping = {field: column for field, column in mapping.items()
                       if field in known and 0 <= column < len(found.head)}
        row.state, row.total = _State.CHOSEN, len(found.lines)
        row.save()
    run.refresh_from_db()


def begin(run: ImportRun, member: Membership, *, for_good: bool) -> None:
    """Let the worker try it out, or, once tried out, do it. Raises Refusal."""
    with transaction.atomic():
        row = _locked(run)
        if for_good and row.state != _State.CHECKED:
            raise Refusal(_("Try it out first: nothing is written by that."))
        if not for_good and row.state not in (_State.CHOSEN, _State.CHECKED):
            raise Refusal(_("This import is under way or done."))
        wanted = ("name", "family_name", "email", "tax_code", "external", "phone") if row.sort == "customers" else (
            "subject",)
        if not any(field in row.mapping for field in wanted):
            raise Refusal(_("Match at least one column that says who or what it is about."))
        row.state = _State.RUNNING if for_good else _State.CHECKING
        row.next_row, row.counts = 0, {}
        row.save()
        row.faults.all().delete()
        record(row.organisation, "import.begun", row, person(member.user_id), total=row.total)
    run.refresh_from_db()


def stop(run: ImportRun) -> None:
    """What was taken stays; the rest is not. Stopping what is done changes nothing."""
    with transaction.atomic():
        row = _locked(run)
        if row.state not in (_State.DONE, _State.STOPPED):
            row.state, row.ended_at = _State.STOPPED, clock.now(row.organisation)
            row.save()
    run.refresh_from_db()


def step(takers: Mapping[str, Taker]) -> int:
    """One batch of the oldest run that waits; how many lines. Two workers do not take the same batch."""
    with transaction.atomic():
        waiting = ImportRun.objects.select_for_update(of=("self",), skip_locked=True)
        run = waiting.filter(state__in=(_State.CHECKING, _State.RUNNING)).order_by("id").first()
        if run is None:
            return 0
        member = Membership.objects.select_related("user", "organisation").get(pk=run.by_member_id)
        run = ImportRun.objects.select_related("organisation", "blob").get(pk=run.pk)
        lines, firsts = _lines(run)
        batch = lines[run.next_row : run.next_row + BATCH]
        task = Task(run, member, person(member.user_id), clock.now(run.organisation))
        outcomes = _take_all(takers[run.sort], task, batch, firsts)
        _count(run, outcomes)
        run.next_row += len(batch)
        if run.next_row >= len(lines):
            _end(run, task)
        run.save()
    return len(batch) or 1


@dataclass(frozen=True)
class _Outcome:
    line: int
    taken: Taken


def _take_all(
    taker: Taker, task: Task, batch: list[tuple[int, dict[str, str]]], firsts: dict[tuple[str, str], int]
) -> list[_Outcome]:
    """Every line in a savepoint of its own; when trying out, all is taken back at the end."""
    outcomes: list[_Outcome] = []
    with transaction.atomic():
        for number, values in batch:
            outcomes.append(_Outcome(number, _take_one(taker, task, number, values, firsts)))
        if task.run.state == _State.CHECKING:
            transaction.set_rollback(True)
    return outcomes


def _take_one(
    taker: Taker, task: Task, number: int, values: dict[str, str], firsts: dict[tuple[str, str], int]
) -> Taken:
    try:
        with transaction.atomic():
            taken = taker(task, values)
    except Refusal as refusal:
        # a rule of the room that no check foresaw: its sentence is already in words
        return Taken("refused", [Fault("said", True, {"why": str(refusal.sentence)})])
    except DatabaseError:
        log.exception("line %d of import %s", number, task.run.pk)
        return Taken("refused", [Fault("failed", True)])
    if task.run.sort == ImportRun.Sort.CUSTOMERS:
        twice = next(((sort, firsts[sort, value]) for sort, value in keys_of(values)
                      if firsts.get((sort, value), number) < number), None)
        if twice:
            taken.faults.append(Fault("as_line", facts={"line": twice[1], "field": twice[0]}))
            # tried out, the line before was taken back: together they are one
            taken.outcome = "completed" if taken.outcome == "added" else taken.outcome
    return taken


def _count(run: ImportRun, outcomes: list[_Outcome]) -> None:
    counts = dict(run.counts)
    for one in outcomes:
        counts[one.taken.outcome] = counts.get(one.taken.outcome, 0) + 1
    room = MOST_FAULTS - run.faults.count()
    faults = [(one.line, fault) for one in outcomes for fault in one.taken.faults]
    counts["doubts"] = counts.get("doubts", 0) + sum(not fault.refused for _line, fault in faults)
    run.counts = counts
    ImportFault.objects.bulk_create(
        ImportFault(organisation_id=run.organisation_id, run=run, line=line, is_refused=fault.refused, code=fault.code,
                    facts=fault.facts)
        for line, fault in faults[: max(room, 0)]
    )


def _end(run: ImportRun, task: Task) -> None:
    if run.state == _State.CHECKING:
        run.state = _State.CHECKED
    else:
        run.state, run.ended_at = _State.DONE, task.at
        record(run.organisation, "import.ended", run, task.actor, rows=run.next_row)


def _lines(run: ImportRun) -> tuple[list[tuple[int, dict[str, str]]], dict[tuple[str, str], int]]:
    mapping = tuple(sorted(run.mapping.items()))
    return _parsed(run.organisation_id, run.blob.sha256, run.encoding, run.delimiter, mapping, run.pk)


@lru_cache(maxsize=2)
def _parsed(
    organisation_id: int, sha256: str, encoding: str, delimiter: str, mapping: tuple[tuple[str, int], ...], run_id: int
) -> tuple[list[tuple[int, dict[str, str]]], dict[tuple[str, str], int]]:
    """The file's lines as values, and the first line of each key; read once for all batches of a run."""
    run = ImportRun.objects.select_related("blob").get(Q(organisation_id=organisation_id), pk=run_id)
    found = table.read(read(run.blob), encoding, delimiter)
    lines = [(number, values_of(cells, dict(mapping))) for number, cells in found.lines]
    firsts: dict[tuple[str, str], int] = {}
    for number, values in lines:
        for key in keys_of(values):
            firsts.setdefault(key, number)
    return lines, firsts


def _locked(run: ImportRun) -> ImportRun:
    ImportRun.objects.select_for_update().values_list("pk").get(pk=run.pk)
    return ImportRun.objects.select_related("organisation", "blob").get(pk=run.pk)

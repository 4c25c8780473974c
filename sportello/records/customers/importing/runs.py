"""A run of an import: the file is kept, its columns matched, tried out, done. The worker goes through it in batches,
each a transaction that also moves `next_row`: cut anywhere, it goes on where it was, and no line is taken twice.

Trying out is the same work in transactions that are taken back.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
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
from .lines import Fault, Taken, keys_of, reference_of, values_of
from .words import OUTCOMES, SENTENCES

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
    #: What a taker looked up for a line before and need not ask again: lives as long as a batch.
    known: dict[str, Any] = field(default_factory=dict)


#: Takes one line; runs inside a savepoint.
Taker = Callable[[Task, dict[str, str]], Taken]


def choose(member: Membership, sort: str, filename: str, content: bytes) -> ImportRun:
    """Keep the file, guess how it is written and what its columns are. Raises Refusal (field `file`)."""
    if sort not in ImportRun.Sort.values:
        raise Refusal(_("Choose what the list holds."), field="sort")
    encoding = table.guess_encoding(content)
    try:
        delimiter = table.guess_delimiter(table.decode(content, encoding))
        found = table.look(content, encoding, delimiter)
    except table.NotATable as error:
        raise Refusal(SENTENCES[error.code], field="file") from None
    organisation = member.organisation
    with transaction.atomic():
        run = ImportRun.objects.create(
            organisation=organisation, sort=sort, blob=keep(organisation, content), filename=one_line(filename, 255),
            encoding=encoding, delimiter=delimiter, mapping=table.guess_mapping(found.head, headings_of(sort)),
            total=found.total, by_member=member, made_at=clock.now(organisation),
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
            found = table.look(read(row.blob), row.encoding, row.delimiter)
        except table.NotATable as error:
            raise Refusal(SENTENCES[error.code], field="delimiter") from None
        known = fields_of(row.sort)
        row.mapping = {field: column for field, column in mapping.items()
                       if field in known and 0 <= column < len(found.head)}
        row.state, row.total = _State.CHOSEN, found.total
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
        row.next_row, row.counts, row.outcomes = 0, {}, ""
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
        reading = _reading(run)
        batch = reading.batch(run.next_row)
        task = Task(run, member, person(member.user_id), clock.now(run.organisation))
        outcomes = _take_all(takers[run.sort], task, batch, reading.firsts)
        _count(run, outcomes)
        run.next_row += len(batch)
        if run.next_row >= run.total or not batch:
            _end(run, task)
            _last.clear()
        run.save()
    return len(batch) or 1


@dataclass(frozen=True)
class _Outcome:
    line: int
    taken: Taken


def _take_all(
    taker: Taker, task: Task, batch: list[tuple[int, dict[str, str]]], firsts: dict[int, int]
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
    taker: Taker, task: Task, number: int, values: dict[str, str], firsts: dict[int, int]
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
    if task.run.sort == ImportRun.Sort.TICKETS:
        first = next((firsts.get(hash(key), number) for key in reference_of(values)), number)
        if first < number and taken.outcome != "refused":  # tried out, the line before was taken back
            return Taken("same", [Fault("twice", facts={"line": first})])
        return taken
    twice = next(((key[0], firsts[hash(key)]) for key in keys_of(values)
                  if firsts.get(hash(key), number) < number), None)
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
    run.outcomes += "".join(OUTCOMES[one.taken.outcome].sign for one in outcomes)
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


class _Reading:
    """The lines of a run one after the other, from the file itself: of 200,000 none is kept but the one being taken.

    What is kept of all is where each key stands first, as a number (`firsts`), so that a list that names somebody twice
    is told so whichever batch each line falls into.
    """

    def __init__(self, run: ImportRun, mark: tuple[object, ...]) -> None:
        self.mark, self.at = mark, 0
        self._content, self._written, self._mapping = read(run.blob), (run.encoding, run.delimiter), dict(run.mapping)
        self.firsts: dict[int, int] = {}
        keys = reference_of if run.sort == ImportRun.Sort.TICKETS else keys_of
        for number, values in self._values():
            for key in keys(values):
                self.firsts.setdefault(hash(key), number)
        self._rest = self._values()

    def _values(self) -> Iterator[tuple[int, dict[str, str]]]:
        numbered = table.rows(self._content, *self._written)
        next(numbered, None)
        return ((number, values_of(cells, self._mapping)) for number, cells in numbered)

    def batch(self, start: int) -> list[tuple[int, dict[str, str]]]:
        """The lines from the `start`-th on; going back (a batch that was cut) begins at the top again."""
        if start < self.at:
            self._rest, self.at = self._values(), 0
        for _line in itertools.islice(self._rest, start - self.at):
            pass
        found = list(itertools.islice(self._rest, BATCH))
        self.at = start + len(found)
        return found


#: What this process read last: the batches of a run come one after the other.
_last: list[_Reading] = []


def _reading(run: ImportRun) -> _Reading:
    mark = (run.pk, run.blob.sha256, run.encoding, run.delimiter, tuple(sorted(run.mapping.items())))
    if not _last or _last[0].mark != mark:
        _last[:] = [_Reading(run, mark)]
    return _last[0]


def _locked(run: ImportRun) -> ImportRun:
    ImportRun.objects.select_for_update().values_list("pk").get(pk=run.pk)
    return ImportRun.objects.select_related("organisation", "blob").get(pk=run.pk)


def report(run: ImportRun) -> Iterator[tuple[int, dict[str, str], str, list[ImportFault]]]:
    """Every line the last pass went through: number, values, outcome, what is to be said of it. One at a time."""
    numbered = table.rows(read(run.blob), run.encoding, run.delimiter)
    next(numbered, None)
    faults = run.faults.order_by("line", "pk").iterator(chunk_size=500)
    waiting = next(faults, None)
    codes = {outcome.sign: code for code, outcome in OUTCOMES.items()}
    for (number, cells), sign in zip(numbered, run.outcomes, strict=False):
        said = []
        while waiting is not None and waiting.line <= number:
            said.append(waiting)
            waiting = next(faults, None)
        yield number, values_of(cells, run.mapping), codes[sign], said

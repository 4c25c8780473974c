"""`python -m bench.settling`: mixed mail (`spool.py`) through intake with every guard and fsync on, by several worker
processes.

Counted: messages a second from the first claim to the last, statements and bytes of the write-ahead log a message, and
that each message is in exactly the state it must end in, its words on exactly one ticket. `--statements` prints those
of one opening and one join, `--profile` where one worker's time goes.

On a machine that others use too, messages a second say little. So the processor time of a message is printed, of the
workers and of every process of the database (its writers, too), and beside it a fixed calculation that the workers
repeat between their rounds: its own time says how dear processor time was just then (`PACE_ALONE` at its best).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from .place import installation
from .spent import PACE_ALONE, Log, database, pace_now
from .spool import MAILBOX, Letter, kept, letters


def main() -> int:
    """0 when nothing was lost or doubled."""
    args = _arguments()
    if args.worker:
        return _worker(Path(args.worker))
    with installation() as home:
        from tests.cast import assemble

        cast = assemble()
        seeds = letters(200, args.seed, [])
        _take(seeds)
        _settle()
        tokens = _tokens()
        if args.statements:
            _statements(tokens)
            return 0
        spool = letters(args.mails, args.seed + 1, tokens)
        taken = _timed(lambda: _take(spool))
        if args.profile:
            return _profile()
        workers = _workers(home, args.workers)
        used, log = database(home), Log.now()
        settled = _timed(lambda: _go(home, workers))
        spent = [database(home) - used, *_processor(home, args.workers)]
        written = Log.now().since(log, args.mails)
        wrong = _check([*seeds, *spool])
        before = len(cast.users)
        print(
            f"{args.mails} mails: taken at {args.mails / taken:.0f}/s, settled at {args.mails / settled:.0f}/s by "
            f"{args.workers} workers ({before} people, load {os.getloadavg()[0]:.1f}); wrong: {wrong or 'nothing'}"
        )
        _tell(*(one / args.mails for one in spent[:4]), pace=spent[4] / args.workers)
        print(f"a mail: {written}")
    return 1 if wrong else 0


def _tell(theirs: float, ours: float, statements: float, commits: float, *, pace: float) -> None:
    both = ours + theirs
    print(
        f"processor time a mail: {ours:.1f} ms of the workers, {theirs:.1f} ms of the database's processes, "
        f"{both:.1f} ms in all: {2_000 / both:.0f}/s on two cores at this pace\n"
        f"pace: {pace:.1f} ms for what takes {PACE_ALONE} ms alone: {2_000 / both * pace / PACE_ALONE:.0f}/s on two "
        f"cores at the pace of one process alone\n"
        f"statements a mail {statements:.1f}, transactions {commits:.2f}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.settling", description=__doc__)
    parser.add_argument("--mails", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--statements", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--worker", metavar="HOME", help=argparse.SUPPRESS)
    return parser.parse_args()


# Through the door and on ------------------------------


def _take(spool: list[Letter]) -> None:
    from sportello.service.channels.email.taking import Addressed, take
    from sportello.service.channels.models import Mailbox

    mailbox = Mailbox.objects.select_related("organisation").get(address=MAILBOX)
    for one in spool:
        take(one.raw, [Addressed(mailbox, MAILBOX)], door="smtp", envelope_from=one.sender)


def _settle() -> None:
    from sportello.service.channels import intake

    while intake.work():
        pass


def _tokens() -> list[tuple[str, str]]:
    from sportello.records.tickets.models import Message, Recipient

    ours = Recipient.objects.filter(message__direction=Message.Direction.OUT).exclude(message__token="")
    return [(address, token) for address, token in ours.values_list("address", "message__token")]


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


# Workers ------------------------------


def _workers(home: Path, count: int) -> list[subprocess.Popen[bytes]]:
    """Started and ready, waiting for the file that lets them go."""
    started = [
        subprocess.Popen([sys.executable, "-m", "bench.settling", "--worker", str(home / f"go-{number}")],
                         env=dict(os.environ))
        for number in range(count)
    ]  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not all((home / f"go-{n}.ready").exists() for n in range(count)):
        time.sleep(0.05)
    return started


def _go(home: Path, workers: list[subprocess.Popen[bytes]]) -> None:
    for number in range(len(workers)):
        (home / f"go-{number}").touch()
    for worker in workers:
        worker.wait(600)


def _worker(go: Path) -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sportello.config.settings")
    django.setup()
    from django.db import connection

    from sportello.service.channels import intake
    from sportello.service.channels.mailkit import language
    from sportello.service.channels.models import IncomingMail

    IncomingMail.objects.exists()
    language.detect("Un processo carica il modello delle lingue una volta sola, alla prima lettera.")
    Path(f"{go}.ready").touch()
    for _wait in range(60_000):
        if go.exists():
            break
        time.sleep(0.001)
    counted, spent, idle = Counted(), 0.0, 0
    paces = [pace_now()]
    with connection.execute_wrapper(counted):
        while idle < 3:
            began = time.process_time()
            idle = 0 if intake.work() else idle + 1
            spent += time.process_time() - began
            paces.append(pace_now())
    pace = sum(paces) / len(paces)
    Path(f"{go}.spent").write_text(json.dumps([1000 * spent, counted.statements, counted.commits, pace]))
    return 0


class Counted:
    """Statements as Django sends them, and transactions."""

    def __init__(self) -> None:
        self.statements = self.commits = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        self.commits += "FOR NO KEY UPDATE OF" in sql and "channels_incomingmail" in sql
        return execute(sql, params, many, context)


def _processor(home: Path, workers: int) -> list[float]:
    """Sums over the workers: milliseconds of theirs, statements, transactions, pace."""
    each = [json.loads((home / f"go-{number}.spent").read_text()) for number in range(workers)]
    return [sum(column) for column in zip(*each, strict=True)]


# What became of them ------------------------------


def _check(spool: list[Letter]) -> dict[str, object]:
    """What is lost or doubled; empty when nothing is."""
    from sportello.records.tickets.models import Message, Notice, Ticket
    from sportello.service.channels.models import Dispatch, IncomingMail

    wrong: dict[str, object] = {}
    states = Counter(IncomingMail.objects.values_list("state", flat=True))
    if states != Counter(one.state for one in spool):
        wrong["states"] = dict(states)
    texts = Message.objects.filter(direction=Message.Direction.IN).values_list("text", flat=True)
    marks = Counter(match[1] for text in texts if (match := re.search(r"^Segno (\S+)\.", text, re.MULTILINE)))
    due = Counter(one.mark for one in kept(spool))
    if marks != due:
        wrong["words"] = {"missing": list(due - marks)[:5], "doubled": list(marks - due)[:5]}
    tickets, receipts = Ticket.objects.count(), Notice.objects.filter(moment="receipt").count()
    if not tickets == receipts == Dispatch.objects.count():
        wrong["receipts"] = {"tickets": tickets, "receipts": receipts, "dispatches": Dispatch.objects.count()}
    return wrong


def _statements(tokens: list[tuple[str, str]]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for sort, one in zip(("new", "reply"), letters(2, 9, tokens), strict=True):
        _take([one])
        with CaptureQueriesContext(connection) as asked:
            _settle()
        print(f"== {sort}: {len(asked.captured_queries)}")
        for one in asked.captured_queries:
            print(f"{float(one['time']) * 1000:5.1f} {one['sql'][:170]}")


def _profile() -> int:
    from pyinstrument import Profiler

    with Profiler(interval=0.001) as profiler:
        spent = _timed(_settle)
    print(profiler.output_text(color=False, show_all=False, timeline=False))
    print(f"{spent:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`sportello load`: fill an organisation with tickets, to try a machine at the size one will have."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sportello.foundation.tenancy.models import Organisation

HELP = "fill an organisation with invented tickets, to try this machine at any size"


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many, of what, from which seed."""
    parser.add_argument("--tickets", type=int, required=True, metavar="N", help="how many more")
    parser.add_argument(
        "--messages-per-ticket", type=float, default=3.0, metavar="M",
        help="words of customers and colleagues a ticket, on average (3); receipts and notices come besides",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed says the same things (1)")
    parser.add_argument("--organisation", metavar="SLUG", help="which; may be left out where there is one")
    parser.add_argument("--processes", type=int, default=0, metavar="P", help="how many at once (one more than cores)")
    parser.add_argument("--days", type=int, default=365, metavar="D", help="over how many days until now (365)")
    parser.add_argument("--long", type=int, default=0, metavar="E", help="also one ticket with so many entries")
    parser.add_argument("--busy", type=int, default=0, metavar="T", help="so many of them are one customer's")


def run(args: argparse.Namespace) -> int:
    """0 when all are there; 130 when interrupted: what is there then is whole."""
    from sportello.config.cli import start_django
    from sportello.config.supervisor.embedded import database
    from sportello.config.supervisor.trouble import Stopped, Trouble

    if args.tickets < 1 or not 1 <= args.messages_per_ticket <= 20:
        raise Trouble("give at least one ticket, and from 1 to 20 messages a ticket.")
    with database():
        start_django()
        from sportello.config.load import running
        from sportello.config.load.planning import Plan, several

        organisation = _organisation(args.organisation)
        processes = args.processes or several()
        plan = Plan(
            args.tickets, args.messages_per_ticket, args.seed, processes, max(1, args.days), args.long, args.busy
        )
        progress = Progress(organisation.slug, args.tickets)
        try:
            loaded = running.load(organisation, plan, progress)
        except Stopped:
            progress.end(f"Stopped: {progress.done} tickets are there, each whole. Run it again to add more.")
            return 130
        progress.end(
            f"{organisation.slug}: {loaded.tickets} tickets, {loaded.rows} rows in {loaded.seconds:.0f} s"
            f" ({loaded.rows_a_second:.0f} rows a second)"
        )
        if loaded.long_number:
            print(f"the long ticket: {loaded.long_number}")
    return 0


def _organisation(slug: str | None) -> Organisation:
    """The one that is meant; Trouble with a sentence when it is not there, or the database has no tables."""
    from django.db import DatabaseError

    from sportello.config.supervisor.trouble import Trouble
    from sportello.foundation.tenancy.models import Organisation

    try:
        found = list(Organisation.objects.order_by("slug")[:20])
    except DatabaseError as error:
        said = str(error).strip().splitlines()[0]
        raise Trouble(f"the database is not ready ({said}): start Sportello once.") from None
    slugs = ", ".join(one.slug for one in found) or "none yet: make one with `sportello found`"
    if slug is None:
        if len(found) == 1:
            return found[0]
        raise Trouble(f"say which organisation by --organisation ({slugs}).")
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        raise Trouble(f"there is no organisation {slug!r} here ({slugs}).")
    return organisation


class Progress:
    """A line that goes on: over itself on a terminal, a new one every ten seconds elsewhere."""

    def __init__(self, name: str, whole: int) -> None:
        self._name, self._whole, self._began, self._told = name, whole, time.monotonic(), 0.0
        self._over = sys.stderr.isatty()
        self.done = 0

    def __call__(self, done: int, rows: int) -> None:
        self.done, now = done, time.monotonic()
        if now - self._told < (0.3 if self._over else 10.0):
            return
        self._told = now
        spent = max(now - self._began, 0.001)
        left = spent * (self._whole - done) / max(done, 1)
        line = (
            f"{self._name}: {done} of {self._whole} tickets, {rows} rows, {done / spent:.0f} tickets a second,"
            f" {left:.0f} s to go"
        )
        print(f"\r{line:<100}" if self._over else line, end="" if self._over else "\n", file=sys.stderr, flush=True)

    def end(self, line: str) -> None:
        print(f"\r{line:<100}" if self._over else line, file=sys.stderr, flush=True)

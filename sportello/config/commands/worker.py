"""`sportello worker`: the periodic work of `config/schedule.py`, and the jobs."""

from __future__ import annotations

import argparse

HELP = "do the periodic work and the jobs (started by run)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """--once: each periodic work once, then the jobs that wait, then end."""
    parser.add_argument("--once", action="store_true", help="do what is due now and end")
    parser.add_argument("--round", action="store_true", help="the same, but stay when there was any (by run)")


def run(args: argparse.Namespace) -> int:
    """Works until SIGTERM; the pieces under way are finished (jobs within three seconds)."""
    from sportello.config.cli import start_django
    from sportello.config.supervisor.parent import end_with_parent
    from sportello.config.titles import entitle

    end_with_parent()
    entitle("worker")
    start_django()
    from sportello.config import rounds

    if args.round:
        return rounds.work_a_round()
    return rounds.work_once() if args.once else rounds.work_until_told()

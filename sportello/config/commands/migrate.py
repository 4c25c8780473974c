"""`sportello migrate`: bring the database's schema up to this version."""

from __future__ import annotations

import argparse
import sys

HELP = "bring the database up to this version"


def arguments(parser: argparse.ArgumentParser) -> None:
    """--check: only say whether something is to be done (exit code 1)."""
    parser.add_argument("--check", action="store_true", help="say whether migrations wait; change nothing")


def run(args: argparse.Namespace) -> int:
    """0 when the schema is of this version (afterwards)."""
    from sportello.config.supervisor.embedded import database

    with database(say=lambda words: print(words, file=sys.stderr)):
        from sportello.config.cli import start_django

        start_django()
        from sportello.config.prepare import migrate

        migrate(check_unapplied=args.check, verbosity=1)
    return 0

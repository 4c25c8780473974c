"""`sportello prepare`: what changes with a version: schema, translations, static files."""

from __future__ import annotations

import argparse

HELP = "schema, translations and static files of this version (done by run)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Names of what to do; all when none is given."""
    parser.add_argument("what", nargs="*", metavar="schema|catalogues|static")


def run(args: argparse.Namespace) -> int:
    """0 when all is done."""
    from sportello.config.supervisor.parent import end_with_parent

    end_with_parent()
    wanted = set(args.what) or {"schema", "catalogues", "static"}
    from sportello.config import prepare

    prepare.prepare(wanted)
    return 0

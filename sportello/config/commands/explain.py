"""`sportello explain NUMBER`: the walk of one ticket, from the door to the answer, with the reasons kept."""

from __future__ import annotations

import argparse

HELP = "tell why a ticket is what and where it is"


def arguments(parser: argparse.ArgumentParser) -> None:
    """NUMBER, and the organisation's slug when two have that number."""
    parser.add_argument("number", help="such as 2026-0004213")
    parser.add_argument("--organisation", help="slug, when two organisations have this number")


def run(args: argparse.Namespace) -> int:
    """Prints the walk; 1 when there is no such ticket."""
    from sportello.config.cli import reach, start_django
    from sportello.config.supervisor.trouble import Trouble

    start_django()
    explain = reach("sportello.config.explain:explain")
    from sportello.foundation.core.errors import Refusal

    try:
        print(explain(args.number, organisation=args.organisation))
    except (LookupError, Refusal) as error:
        raise Trouble(str(getattr(error, "sentence", error))) from None
    return 0

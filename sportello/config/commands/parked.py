"""`sportello parked`: what a reaction could not do, and doing it again after it was mended.

A reaction that fails parks its event and goes on with the others; it is tried again after ten seconds, a minute, ten
minutes and then every hour. After the fault was mended nobody waits for the hour.
"""

from __future__ import annotations

import argparse
from typing import Any

HELP = "list what reactions could not do, and try it again"


def arguments(parser: argparse.ArgumentParser) -> None:
    """--again: try all of them now."""
    parser.add_argument("--again", action="store_true", help="try all of them now")


def run(args: argparse.Namespace) -> int:
    """0 when nothing is parked (any more), 1 while something is."""
    from sportello.config.cli import reach, start_django
    from sportello.config.supervisor.embedded import database

    with database():
        start_django()
        if args.again:
            done = reach("sportello.foundation.journal.consumers:retry_all_parked")()
            print(f"{done} done")
        rows = _rows()
    for row in rows:
        print(
            f"{row.consumer}  event {row.event_id} ({row.verb})  since {row.parked_at:%Y-%m-%d %H:%M:%S} UTC"
            f"  tried {row.attempts} times  {row.error.partition('(')[0]}"
        )
    print(f"{len(rows)} parked")
    return 1 if rows else 0


def _rows() -> list[Any]:
    from sportello.foundation.journal.models import ParkedEvent

    return list(ParkedEvent.objects.order_by("consumer", "event_id"))

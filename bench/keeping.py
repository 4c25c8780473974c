"""`python -m bench.keeping HOME --tickets N`: an installation that stays, with the people of the tests and so many
tickets in Borgo, to measure again and again (`python -m bench --home HOME`)."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .place import kept

if TYPE_CHECKING:  # Django is set up first
    from tests.cast import Cast


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.keeping", description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--long", type=int, default=2_000, help="entries of the long ticket (2000)")
    parser.add_argument("--busy", type=int, default=5_000, help="tickets of the customer who writes often (5000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=0)
    args = parser.parse_args()
    with kept(args.home.resolve()) as is_new:
        from tests.cast import assemble

        if not is_new:
            print(f"{args.home} is there already: remove it, or load more into it by `sportello load`", file=sys.stderr)
            return 1
        made = fill(assemble(), args.tickets, args.seed, args.processes, long=args.long, busy=args.busy)
        print(made, flush=True)
    return 0


def fill(cast: Cast, tickets: int, seed: int, processes: int, *, long: int = 2_000, busy: int = 5_000) -> str:
    """Load Borgo, the shop with a tenth of it (at most 10,000), and vacuum; what was done, in a line."""
    from django.db import connection

    from sportello.config.commands.load import Progress
    from sportello.config.load import running
    from sportello.config.load.planning import Plan, several

    processes = processes or several()
    plan = Plan(tickets, 3.0, seed, processes, 365, long, min(busy, tickets // 2))
    done = running.load(cast.borgo, plan, Progress("borgo", tickets))
    shop = min(10_000, tickets // 10)
    running.load(cast.bottega, Plan(shop, 3.0, seed + 1, processes), Progress("bottega", shop))
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        (size,) = cursor.fetchone()
    return (
        f"borgo: {done.tickets} tickets, {done.rows} rows in {done.seconds:.0f} s, {done.rows_a_second:.0f} rows a"
        f" second; vacuum {time.monotonic() - began:.0f} s; {size}; the long ticket {done.long_number}"
    )


if __name__ == "__main__":
    sys.exit(main())

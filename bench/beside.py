"""`python -m bench.beside HOME HOME`: the same pages of two kept installations (`bench.keeping`), asked in turn.

A rented machine's processor is twice as fast in one minute as in the next: only what was asked in the same moment says
what size costs. Nothing of it stays.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

WARMING = 15
#: Seconds until an installation's pages stand, and until one of them answers.
_PATIENCE = 180


def main() -> int:
    """0 when all was asked, whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m bench.beside", description=__doc__)
    parser.add_argument("home", nargs=2, type=Path)
    parser.add_argument("--only", default="^list|^ticket", metavar="PATTERN", help="pages whose name it matches")
    parser.add_argument("--requests", type=int, default=60, help="timed requests of each page here and there (60)")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        return _serve(args.home[0].resolve(), args.only)
    return _compare(args)


def _compare(args: argparse.Namespace) -> int:
    sides = [Side(home, args.only) for home in args.home]
    try:
        names = [side.hear() for side in sides]
        print(f"| p50 ms, asked in turn | {names[0]['tickets']:,} | {names[1]['tickets']:,} | second by first |")
        print("|---|---|---|---|")
        for name in [one for one in names[0]["pages"] if one in names[1]["pages"]]:
            times: tuple[list[float], list[float]] = ([], [])
            for number in range(WARMING + args.requests):
                # who goes first changes, so that none always comes after the other's work
                for at in ((0, 1), (1, 0))[number % 2]:
                    took = sides[at].ask(name)
                    if number >= WARMING:
                        times[at].append(took)
            first, second = (median(one) for one in times)
            print(f"| {name} | {first:.1f} | {second:.1f} | {second / first:.2f} |", flush=True)
    finally:
        for side in sides:
            side.end()
    return 0


class Side:
    """One installation, in a process of its own: Django is set up for one database."""

    def __init__(self, home: Path, only: str) -> None:
        words = [sys.executable, "-m", "bench.beside", str(home), str(home), "--serve", "--only", only]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def hear(self) -> Any:
        """RuntimeError when it has ended."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):  # others' words are the product's log
                return json.loads(line)
        raise RuntimeError("an installation ended before it was done")

    def ask(self, name: str) -> float:
        """Milliseconds of one request."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{name}\n")
        self._process.stdin.flush()
        return float(self.hear()["took"])

    def end(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(_PATIENCE)


def _serve(home: Path, only: str) -> int:
    from .place import kept, web

    with kept(home):
        from sportello.records.tickets.models import Ticket

        from . import measuring, pages
        from .people import cast_again

        cast = cast_again()
        with web(home) as (base, pid):
            signed = measuring.Signed(base, cast, home, pid)
            known = {_name(one): one for one in pages.pages(cast) if re.search(only, one.name)}
            asked: dict[str, Iterator[str]] = {name: one.addresses() for name, one in known.items()}
            _tell(tickets=Ticket.objects.filter(organisation=cast.borgo).count(), pages=list(known))
            for line in sys.stdin:
                name = line.strip()
                hop = signed.over(known[name].who).first_hop(next(asked[name]))
                _tell(took=hop.milliseconds)
    return 0


def _name(one: Any) -> str:
    """Without the number or the word, which are others in another installation."""
    return re.sub(r"\d+ entries", "many entries", re.sub(r" \([^)]*\)$", "", one.name))


def _tell(**words: Any) -> None:
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    sys.exit(main())

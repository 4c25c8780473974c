"""`python -m bench`: fill installations of its own, or take kept ones; measure their pages; print tables."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

PLANS = Path(__file__).parent / "figures" / "plans"


def main() -> int:
    """0 when everything ran, whatever the figures say."""
    args = _arguments()
    if not args.one:
        return _each_apart(args)
    from .place import installation, kept

    home = Path(args.home[0]).resolve() if args.home else None
    with kept(home) if home else installation() as place:
        measured = _measure(Path(os.environ["SPORTELLO_HOME"]), args, is_kept=home is not None and not place)
    Path(args.one).write_text(json.dumps(measured))
    return 0


def _each_apart(args: argparse.Namespace) -> int:
    """Every installation in a process of its own: Django is set up for one database."""
    from . import report

    found: list[Any] = []
    places = [["--home", home] for home in args.home] or [["--sizes", str(size)] for size in args.sizes]
    same = [word for name in ("requests", "clients", "long", "seed", "mails") for word in
            (f"--{name}", str(getattr(args, name)))]  # fmt: skip
    for place in places:
        out = Path(f"/tmp/sportello-bench-{os.getpid()}.json")
        same_plans = ["--plans", args.plans] if args.plans else []
        only = ["--only", args.only] if args.only else []
        done = subprocess.run([sys.executable, "-m", "bench", *place, *same, *same_plans, *only, "--one", str(out)])
        if done.returncode:
            return done.returncode
        found.append(report.measured(json.loads(out.read_text())))
        out.unlink()
    text = report.page_of_figures(found, args.clients)
    print(text)
    if args.save:
        Path(args.save).write_text(json.dumps(report.data(found), indent=1))
    return 1 if any(figure.failed for one in found for figure in one.figures) else 0


def _measure(home: Path, args: argparse.Namespace, *, is_kept: bool) -> dict[str, Any]:
    from sportello.records.tickets.models import Ticket
    from tests.cast import assemble

    from . import keeping, mails, measuring, pages, report
    from .people import cast_again
    from .place import web
    from .spent import surroundings

    cast, filled = (cast_again(), "kept") if is_kept else (assemble(), "")
    if not is_kept:
        size = args.sizes[0]
        filled = keeping.fill(cast, size, args.seed, 0, long=args.long, busy=min(5_000, size // 2))
    tickets = Ticket.objects.filter(organisation=cast.borgo).count()
    figures = []
    before = surroundings()
    with web(home) as (base, pid):
        signed = measuring.Signed(base, cast, home, pid)
        for one in pages.pages(cast):
            if not re.search(args.only, one.name):
                continue
            _say(one.name)
            figure = measuring.page(signed, one, args.requests, args.clients)
            figures.append(figure)
            if args.plans and figure.plan:
                name = re.sub(r"[^a-z0-9]+", "-", report.short_name(figure).lower()).strip("-")
                figure.plan.keep(Path(args.plans) / str(tickets) / f"{name}.txt", figure.name)
        first = signed.over("Anna").first_visit("/desk/lists/all/")
        if not is_kept and not args.only:
            _say("replies")
            figures.append(measuring.replies(signed, min(args.requests, 100)))
    if not is_kept and not args.only:
        _say("mail")
        print(report.intake(mails.measure(_mailbox(), args.mails, args.seed)))
    return report.as_data(report.Measured(tickets, filled, figures, first, f"{before}; afterwards {surroundings()}"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=[10_000], help="tickets of each installation (10000)")
    parser.add_argument("--home", action="append", default=[], help="a kept one (bench.keeping); may be repeated")
    parser.add_argument("--requests", type=int, default=200, help="timed requests a page from one client (200)")
    parser.add_argument("--clients", type=int, default=8, help="how many ask at once afterwards (8; 1: not)")
    parser.add_argument("--only", default="", metavar="PATTERN", help="pages whose name it matches")
    parser.add_argument("--mails", type=int, default=200, help="mails through intake (200)")
    parser.add_argument("--long", type=int, default=2_000, help="entries of the long ticket (2000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--plans", metavar="FOLDER", default="", help=f"keep plans, as in {PLANS}")
    parser.add_argument("--one", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return [int(one) for one in text.split(",")]


def _mailbox() -> Any:
    from sportello.service.channels.models import Mailbox

    return Mailbox.objects.select_related("organisation").get(organisation__slug="borgo", is_default=True)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""`python -m bench`: fill an installation of its own, measure it, print a table, leave nothing behind."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path


def main() -> int:
    """0 when everything ran, whatever the figures say."""
    args = _arguments()
    from .place import installation, web

    with installation() as home:
        from tests.cast import assemble

        from . import fill, mails, measuring, pages, report

        cast = assemble()
        shop = args.tickets // 10
        long = fill.long_ticket(cast.borgo, args.long, args.seed)
        rows = fill.fill([(cast.borgo, args.tickets - shop), (cast.bottega, shop)], args.seed, _say)
        print(report.filled(rows))
        with web(home) as base:
            signed = measuring.Signed(base, cast)
            figures = []
            for one in pages.pages(cast, long):
                _say(one.name)
                figures.append(measuring.page(signed, one, args.requests))
            first = signed.over("Anna").first_visit("/desk/lists/all/")
            _say("replies")
            figures.append(measuring.replies(signed, args.requests))
        _say("mail")
        mail = mails.measure(_mailbox(), args.mails, args.seed)
        print(f"\nload average now and of five minutes: {_load()}\n")
        print(report.table(figures))
        print(report.visit(*first))
        print(report.intake(mail))
        if args.explain:
            _explain(figures, args.explain)
        if args.save:
            Path(args.save).write_text(json.dumps(report.data(rows, figures, first, mail), indent=1))
    return 1 if any(one.failed for one in figures) or set(mail.states) != {"ticketed"} else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--tickets", type=int, default=20_000, help="how many in all (20000); a tenth are the shop's")
    parser.add_argument("--requests", type=int, default=200, help="timed requests a page (200)")
    parser.add_argument("--mails", type=int, default=500, help="mails through intake (500)")
    parser.add_argument("--long", type=int, default=2_000, help="entries of the long ticket (2000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--explain", type=float, default=0, metavar="MS", help="plans of statements of at least MS")
    return parser.parse_args()


def _mailbox() -> object:
    from sportello.service.channels.models import Mailbox

    return Mailbox.objects.select_related("organisation").get(organisation__slug="borgo", is_default=True)


def _explain(figures: list[object], least: float) -> None:
    from . import inside

    for one in figures:
        if one.inside.slowest_ms >= least:
            _columns, _, rest = one.inside.slowest.partition(" FROM ")
            print(f"\n== {one.name}: {one.inside.slowest_ms:.0f} ms\n… FROM {rest[:3000]}\n")
            print(inside.plan(one.inside.slowest))


def _load() -> str:
    return "{:.1f}, {:.1f}".format(*os.getloadavg()[:2])


def _say(words: str) -> None:
    print(words, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

"""A day on the desk: customers, requests and operators from a seed, through the real doors.

Customers write by SMTP and fill in the portal's form over HTTP; who comes to the counter or calls is recorded by the
verbs the desk uses, and so are the operators' answers. It makes the demo, and it is the load of the kill tests: while a
service at work is away everybody tries again, as mail servers and people do.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import timedelta

DEMO_DAYS = 28
#: Seconds a customer goes on knocking, and an operator goes on trying, while a service at work is away.
PATIENCE = 900.0


def main(args: argparse.Namespace) -> int:
    """Play; 0 when it was played to its end. The doors must be open (`sportello run`)."""
    from sportello.config.day.answered import Answered
    from sportello.config.day.founders import found_demo
    from sportello.config.day.needs import draw
    from sportello.config.day.pace import Faster, MovedClock, Pace
    from sportello.config.day.play import Play
    from sportello.foundation.tenancy import clock
    from sportello.foundation.tenancy.models import Organisation

    made = found_demo()
    organisations = list(Organisation.objects.filter(slug__in=("roccaserena", "lanaelino")))
    if args.demo and not made:
        MovedClock(organisations).end()  # a demo cut short left the clocks where they were
        welcome()
        return 0
    days = args.days or (DEMO_DAYS if args.demo else 1)
    now = clock.server_now()
    began = now - timedelta(days=days) if args.demo else now
    zone = clock.zone(organisations[0])
    drawn = draw(args.seed, began.astimezone(zone).date(), days + 1, zone, args.times)
    drawn = [one for one in drawn if one.at >= began]
    pace: Pace = MovedClock(organisations) if args.demo or not args.speed else Faster(args.speed, began)
    moved = isinstance(pace, MovedClock)
    patience = 0.0 if moved else PATIENCE
    play = Play(organisations, drawn, args.seed, pace, _progress(), Answered(args.answered), patience=patience)
    done = play.run()
    print(f"  {done} things happened in {days} days                ", file=sys.stderr)
    if args.demo:
        welcome()
    return 0


def _progress() -> Callable[[int, int], None]:
    """Says how far it is, at most five times a second on a terminal, every ten seconds elsewhere."""
    pause = 0.2 if sys.stderr.isatty() else 10.0
    last = time.monotonic()

    def said(done: int, known: int) -> None:
        nonlocal last
        if time.monotonic() - last >= pause:
            last = time.monotonic()
            print(f"  {done} of about {known}", end="\r" if pause < 1 else "\n", file=sys.stderr, flush=True)

    return said


def welcome() -> None:
    """What the supervisor prints at the end of a start: who can sign in, where to write."""
    from sportello.config import home
    from sportello.config.day.organisations import COLLEAGUES, PASSWORD, SHOP, TOWN

    lines = ["Demo accounts (password for all: " + PASSWORD + ")"]
    for colleague in COLLEAGUES:
        places = ", ".join(f"{role} at {slug}" for slug, role, _ in colleague.places) or "runs the installation"
        lines.append(f"  {colleague.email:<28} {places}")
    lines.append("Demo mailboxes")
    lines += [f"  {mailbox.address}" for plan in (TOWN, SHOP) for mailbox in plan.mailboxes]
    folder = home.home() / "run"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "welcome.txt").write_text("\n".join(lines) + "\n")

"""`sportello day`: a day on the desk, played through the real doors (see practice)."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

HELP = "play days of customers, requests and operators from a seed; makes the demo"


def arguments(parser: argparse.ArgumentParser) -> None:
    """--seed, --speed, --days, --demo, --times, --answered."""
    parser.add_argument("--seed", type=int, default=1, help="the same seed plays the same day")
    parser.add_argument("--speed", type=float, default=0.0, help="simulated seconds a second; 0: at once")
    parser.add_argument("--days", type=int, default=None, help="how many days")
    parser.add_argument("--times", type=int, default=1, help="so many times as many customers")
    parser.add_argument("--answered", type=Path, metavar="FILE", help="keep here what the doors took, a line each")
    parser.add_argument("--demo", action="store_true", help="the two demo organisations and weeks of tickets")


def run(args: argparse.Namespace) -> int:
    """0 when it was played to its end."""
    from sportello.config.cli import reach, start_django
    from sportello.config.supervisor.embedded import database
    from sportello.config.supervisor.parent import end_with_parent

    end_with_parent()
    if args.demo:
        os.environ["SPORTELLO_DEMO"] = "1"
    with database():
        start_django()
        return int(reach("sportello.config.day:main")(args) or 0)

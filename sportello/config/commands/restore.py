"""`sportello restore DIR`: an installation from its backup. Sportello must not be running."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "make this installation what a backup says"


def arguments(parser: argparse.ArgumentParser) -> None:
    """DIR, and --replace to lose what is there."""
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--replace", action="store_true", help="lose what this database holds now")


def run(args: argparse.Namespace) -> int:
    """0 when everything is back."""
    from sportello.config import backup
    from sportello.config import home as place
    from sportello.config.supervisor.embedded import database
    from sportello.config.supervisor.lock import HomeLock
    from sportello.config.supervisor.trouble import Trouble

    holder = HomeLock(place.home()).holder()
    if holder is not None:
        raise Trouble(f"Sportello is running (process {holder}): stop it before a restore.")
    backup.check(args.folder.resolve())
    with database(say=print) as cluster:
        made = backup.restore(args.folder.resolve(), cluster, args.replace, print)
    print(f"restored what was backed up at {made['made_at']} by Sportello {made['sportello']}")
    for name in made["damaged"]:
        print(f"damaged in the backup, and not brought back: {name}")
    return 1 if made["damaged"] else 0

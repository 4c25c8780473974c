"""`sportello backup DIR`: dump, then files, then keys. May run while everything works."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "back the whole installation up into a folder"


def arguments(parser: argparse.ArgumentParser) -> None:
    """DIR: new, or an earlier backup to bring up to date."""
    parser.add_argument("folder", type=Path, metavar="DIR")


def run(args: argparse.Namespace) -> int:
    """0 when the backup is whole."""
    from sportello.config import backup
    from sportello.config.supervisor.embedded import database

    with database(say=print):
        made = backup.backup(args.folder.resolve(), print)
    print(f"backup in {args.folder}: database and {made['blobs']} files")
    for name in made["damaged"]:
        print(f"damaged where files are kept, and not in the backup: {name}")
    return 1 if made["damaged"] else 0

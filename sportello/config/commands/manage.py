"""`sportello manage ...`: Django's own commands, on this installation's database."""

from __future__ import annotations

import argparse
import os

HELP = "Django's own commands (shell, dbshell, createsuperuser, ...)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Everything after `manage` is Django's."""
    parser.add_argument("words", nargs=argparse.REMAINDER)


def run(args: argparse.Namespace) -> int:
    """Django ends the process itself when it is not pleased."""
    from sportello.config.supervisor.embedded import database

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sportello.config.settings")
    words = ["sportello manage", *args.words]
    from django.core.management import execute_from_command_line

    if not args.words or args.words[0] in {
        "help",
        "--help",
        "-h",
        "makemigrations",
        "--version",
        "compilemessages",
    }:
        execute_from_command_line(words)
        return 0
    with database():
        execute_from_command_line(words)
    return 0

"""The command line. Each command is a module of `sportello.config.commands`, imported only when it is the
one.

A command module has `HELP` (one line), `arguments(parser)` and `run(args) -> exit code`, and imports what is
heavy inside `run`: the supervisor and `mail show` must not pay for Django.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, Protocol, cast

from sportello import __version__
from sportello.config import home
from sportello.config.supervisor.trouble import Stopped, Trouble

COMMANDS = (
    "run",
    "status",
    "explain",
    "parked",
    "terms",
    "day",
    "load",
    "mail",
    "found",
    "mailbox",
    "oidc",
    "backup",
    "restore",
    "migrate",
    "catalogues",
    "manage",
    "web",
    "stream",
    "worker",
    "intake",
    "listen",
    "collect",
    "prepare",
)


#: What may stand behind a pooler in transaction mode, and `run`, which hands both addresses on.
POOLED = ("run", "web", "stream", "listen", "mail", "status")


class Command(Protocol):
    """What a module of `commands/` offers."""

    HELP: str

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own arguments."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it; the exit code."""


def main(words: Sequence[str]) -> int:
    """Run one command. A person's mistake ends with a sentence on stderr and code 1 (2: wrong words)."""
    args = parsed(words)
    if not words or words[0] not in POOLED:
        home.use_session_database()
    return done(args)


def done(args: argparse.Namespace) -> int:
    """Do what the words mean."""
    try:
        return cast(Command, args.command).run(args)
    except Trouble as trouble:
        print(f"sportello: {trouble}", file=sys.stderr)  # noqa: T201 - this is the terminal
        return 1
    except (KeyboardInterrupt, Stopped):
        return 130
    except BrokenPipeError:  # `sportello status | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def parsed(words: Sequence[str]) -> argparse.Namespace:
    """What the words mean; `command` among it is the module that does it."""
    parser = argparse.ArgumentParser(prog="sportello", description="The desk of a customer-service operator.")
    parser.add_argument("--version", action="version", version=f"sportello {__version__}")
    commands = parser.add_subparsers(metavar="command", required=True)
    asked = words[0] if words else ""
    for name in [asked] if asked in COMMANDS else COMMANDS:
        command = cast(Command, importlib.import_module(f"sportello.config.commands.{name}"))
        # argparse would take the options meant for Django's own commands
        helped = name != "manage"
        own = commands.add_parser(name, help=command.HELP, description=command.HELP, add_help=helped)
        command.arguments(own)
        own.set_defaults(command=command)
    return parser.parse_args(words)


def reach(address: str) -> Callable[..., Any]:
    """The function at `module:name`. Trouble, with one sentence, when this installation has no such part."""
    module, _, name = address.partition(":")
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        if error.name is None or not (module == error.name or module.startswith(error.name + ".")):
            raise
        found = None
    if found is None:
        raise Trouble(f"this part of Sportello is not here yet ({address}).")
    return cast("Callable[..., Any]", found)


def start_django() -> None:
    """Settings and models ready; Trouble when there is no database to speak of."""
    if not home.database_url():
        raise Trouble("no database: start Sportello (`make run`), or set DATABASE_URL.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sportello.config.settings")
    import django
    from django.apps import apps

    if apps.ready:  # forked from a process that had started it
        return

    django.setup()

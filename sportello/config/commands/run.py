"""`sportello run`: everything, under one supervisor, until Ctrl-C."""

from __future__ import annotations

import argparse
from socket import socket

HELP = "start everything (database, pages, live stream, worker, mail listener) and watch over it"


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments: what differs between installations comes from the environment."""


def run(args: argparse.Namespace) -> int:
    """Returns 0 after an orderly stop."""
    from sportello.config.supervisor.run import Supervisor
    from sportello.config.titles import entitle

    # Before any fork, too: the library must see the words we were started with before the environment changes.
    entitle("run")
    return Supervisor(_nursery).run()


def _nursery(channel: socket) -> int:
    """In the nursery's process only: here Django is imported."""
    from sportello.config import nursery, preloading

    return nursery.life(channel, preloading.everything, preloading.warm)

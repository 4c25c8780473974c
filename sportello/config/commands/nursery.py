"""`sportello nursery`: imports the application once and forks the programs, on the supervisor's word only."""

from __future__ import annotations

import argparse
import os
import socket

HELP = "import the application once and fork the programs (started by run)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments: the supervisor hands over a socket."""


def run(args: argparse.Namespace) -> int:
    """Forks until the supervisor lets go of the socket."""
    from sportello.config.supervisor.nursery import CHANNEL
    from sportello.config.supervisor.parent import end_with_parent
    from sportello.config.supervisor.trouble import Trouble

    number = os.environ.pop(CHANNEL, "")
    if not number:
        raise Trouble("the nursery works for `sportello run` only.")
    end_with_parent()
    from sportello.config import nursery, preloading
    with socket.socket(fileno=int(number)) as channel:
        return nursery.life(channel, preloading.everything, preloading.warm)

"""`sportello listen`: the SMTP and LMTP door."""

from __future__ import annotations

import argparse

HELP = "take mail by SMTP and LMTP (started by run)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments: address and port come from the environment (SPORTELLO_BIND, SPORTELLO_MAIL_PORT)."""


def run(args: argparse.Namespace) -> int:
    """Listens until SIGTERM."""
    from sportello.config import preloading, resting
    from sportello.config.cli import reach, start_django
    from sportello.config.supervisor import doors
    from sportello.config.supervisor.parent import end_with_parent
    from sportello.config.titles import entitle

    end_with_parent()
    entitle("listen")
    start_django()
    preloading.give_connections_back()
    door = doors.given()
    listen = reach("sportello.service.channels.email.listener:main")
    return int(listen(door, resting.QUIET if door is not None and resting.may_rest() else None) or 0)

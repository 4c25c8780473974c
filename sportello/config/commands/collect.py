"""`sportello collect`: fetch the mail that waits in providers' mailboxes."""

from __future__ import annotations

import argparse

HELP = "fetch mail by IMAP and POP3 (started by run)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments: the mailboxes are those of the desk's page."""


def run(args: argparse.Namespace) -> int:
    """Reads until SIGTERM."""
    from sportello.config import resting
    from sportello.config.cli import reach, start_django
    from sportello.config.supervisor.parent import end_with_parent
    from sportello.config.titles import entitle

    end_with_parent()
    entitle("collect")
    start_django()
    read = reach("sportello.service.channels.collecting.process:main")
    return int(read(resting.QUIET if resting.may_rest() else None) or 0)

"""`sportello intake`: read incoming mail, and nothing else, beside the worker."""

from __future__ import annotations

import argparse

HELP = "read incoming mail beside the worker (started by run)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments: what is pending is claimed row by row, whoever comes first."""


def run(args: argparse.Namespace) -> int:
    """Reads until SIGTERM; what is under way is finished or left pending."""
    from sportello.config.cli import start_django
    from sportello.config.supervisor.parent import end_with_parent
    from sportello.config.titles import entitle

    end_with_parent()
    entitle("intake")
    start_django()
    from sportello.config import rounds

    return rounds.work_until_told(only="intake")

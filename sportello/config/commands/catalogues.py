"""`sportello catalogues`: compile the translations, and say which sentences have none."""

from __future__ import annotations

import argparse
import sys

HELP = "compile the translations; fails on one that is missing or broken"


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(args: argparse.Namespace) -> int:
    """1 when a catalogue has untranslated, doubtful or broken sentences."""
    from sportello.config import catalogues

    for line in catalogues.compile_all(force=True):
        print(line)
    faults = catalogues.faults()
    for line in faults:
        print(line, file=sys.stderr)
    return 1 if faults else 0

"""The name a process has in the system's list: `sportello web`, whoever started it and however."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from setproctitle import setproctitle


def entitle(program: str) -> str:
    """Call this process `sportello <program>`; returns the title."""
    title = f"sportello {program}"
    setproctitle(title)
    return title


def loader(program: str) -> Callable[[str], Any]:
    """How granian's workers load `module:name`. It has just added their number to the title: without, whoever looks for
    a program by its last word finds its workers, too."""

    def load(target: str) -> Any:
        entitle(program)
        module, _, name = target.partition(":")
        return getattr(import_module(module), name)

    return load

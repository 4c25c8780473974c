"""Statements of this process's connections: how many, how long, which were slow."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper

from . import slow
from .current import current

_READ_AT_MOST: Final = 20_000
_SHOWN: Final = 600
#: What may hold a value: strings, strings between dollars, numbers that are no part of a name.
_VALUES: Final = re.compile(r"'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$|(?<![\w$.\"])-?\d+(?:\.\d+)?\b", re.DOTALL)
_SPACES: Final = re.compile(r"\s+")
#: `%s, %s, %s` of a list as long as its values, and lines of an INSERT that are alike.
_MANY: Final = re.compile(r"((?:%s|\?)(?:::\w+(?:\[\])?)?)(?:, ?(?:%s|\?)(?:::\w+(?:\[\])?)?){2,}")
_LINES: Final = re.compile(r"(\([^()]*\))(?:, ?\1)+")


def meter(sender: object, connection: BaseDatabaseWrapper, **more: object) -> None:
    """Measure what a connection does from now on; it lives as long as its thread, and passes here at each opening."""
    if _measured not in connection.execute_wrappers:
        # outermost, so that what others do before a statement is in its time
        connection.execute_wrappers.insert(0, _measured)


def _measured(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    work = current()
    if work is not None:
        work.statements += 1
        work.depth += 1
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        took = time.perf_counter() - began
        if work is not None:
            work.depth -= 1
            if not work.depth:
                work.seconds += took
        if took >= slow.STATEMENT:
            slow.saw("statement", normal(sql), took)


#: Looks at nothing but the statement (`core/planned.py`).
_measured.only_measures = True  # type: ignore[attr-defined]  # a mark


def normal(sql: object) -> str:
    """The statement without its values, so that alike ones are one and none of them says anything of anybody."""
    text = sql if isinstance(sql, str) else type(sql).__name__
    plain = _VALUES.sub("?", _SPACES.sub(" ", text[:_READ_AT_MOST]).strip())
    plain = _LINES.sub(r"\1, …", _MANY.sub(r"\1, …", plain))
    # what was cut within a string has lost its end
    plain = plain.split("'", 1)[0]
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…"

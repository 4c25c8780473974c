"""What an organisation is set up as, kept from one request or mail to the next, and never older than the question.

`Organisation.set_up` is a mark the database changes, by triggers, in the transaction that changes anything the
organisation is set up as (`config/migrations/0002_set_up_moves.py` lists the tables). So whoever has just read the
organisation's row knows whether what this process read earlier still holds, also when another process changed it, by
whatever statement; and a mark that was undone never comes again, since each is drawn anew.

What is kept is shared by the threads of a process: values nobody changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast
from uuid import UUID

from .models import Organisation

Value = TypeVar("Value")
#: Organisations times questions; then it begins anew.
_MOST = 5_000
_KEPT: dict[tuple[int, str], tuple[UUID, Any]] = {}


def kept(organisation: Organisation, name: str, read: Callable[[], Value]) -> Value:
    """What `read` answers, or answered under the same mark; `name` is of the question, which depends on the
    organisation's set-up alone. `organisation` must have been read in this transaction or request: its mark is older
    than the answer, never younger."""
    if organisation.set_up is None:
        return read()
    known = _KEPT.get((organisation.pk, name))
    if known is not None and known[0] == organisation.set_up:
        return cast("Value", known[1])
    value = read()
    if len(_KEPT) >= _MOST:
        _KEPT.clear()
    _KEPT[organisation.pk, name] = (organisation.set_up, value)
    return value

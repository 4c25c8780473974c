"""What is being worked on here and now: a request, a mail, a dispatch. Lines of the log carry it, figures add up in it.

    with about(mail=mail.pk): …      # lines written in the block name the mail
    note(person=7)                   # from now on, in what is under way

Only ids, codes and numbers of tickets: the words of `IDS`. Anything else is refused where it is noted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

#: What a line of the log may name, in this order.
IDS: Final = (
    "request", "organisation", "ticket", "number", "person", "view", "mail", "mailbox", "dispatch", "job", "loop",
    "consumer", "event",
)  # fmt: skip


#: Where the id of a request stands in its META, for lines Django writes when the work is over.
REQUEST_KEY: Final = "sportello.request"


class Work:
    """One piece of work: its ids, its statements and their seconds."""

    __slots__ = ("depth", "ids", "seconds", "statements")

    def __init__(self, ids: dict[str, str | int]) -> None:
        self.ids = ids
        self.statements = 0
        self.seconds = 0.0
        #: Statements under way: one may make another run before it, whose time is in its own already.
        self.depth = 0


_CURRENT: ContextVar[Work | None] = ContextVar("work", default=None)


def current() -> Work | None:
    return _CURRENT.get()


def begin(work: Work) -> object:
    """Make `work` the current one; give what this returns to `end`."""
    return _CURRENT.set(work)


def end(token: object) -> None:
    _CURRENT.reset(token)  # type: ignore[arg-type]  # the token of `begin`, whose type is the context's own business


def note(**ids: str | int) -> None:
    """Name what is being worked on; nothing happens outside of a piece of work."""
    work = _CURRENT.get()
    if work is not None:
        _check(ids)
        work.ids.update(ids)


@contextmanager
def about(**ids: str | int) -> Iterator[Work]:
    """A piece of work in its own right, which also names what the one around it names."""
    _check(ids)
    around = _CURRENT.get()
    work = Work({**around.ids, **ids} if around is not None else dict(ids))
    token = _CURRENT.set(work)
    try:
        yield work
    finally:
        _CURRENT.reset(token)


def _check(ids: dict[str, str | int]) -> None:
    for name in ids:
        if name not in IDS:
            raise ValueError(f"{name} is not what a line of the log may name")

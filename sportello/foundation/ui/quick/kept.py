"""`{% kept row place %}…{% endkept %}`: a part of a page remembered by everything it is drawn from.

Inside it there is nothing but the names it is given: no request, no person, no csrf token. So what was drawn for the
same values in the same language is what would be drawn again, for whoever asks; it cannot grow old, and nothing of
anybody else's is in it that was not given. What cannot be compared (a list) is drawn anew each time. The one thing
that does grow old is the clock: a record that carries the present instant (`now`) says what else it is made of
(`kept_by`), is drawn without it, and each `{% instant %}` of it stays a hole that is filled every time. What differs
each time by its nature (the words around what was found) is named after `with`: `{% kept row with words %}` leaves a
hole for it as well, wherever `{{ words }}` is written and nothing else is asked of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import Parser, Token
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language

from ..markup import escaped
from ..words import Here

#: So many parts and so many letters of them are remembered a process and place of a template; then it begins anew.
MOST: Final = 4000
MOST_LETTERS: Final = 8_000_000


class _Now:
    """Stands for the present instant while something is drawn to be kept: it can be said, and nothing else."""


NOW: Final[Any] = _Now()


_HOLES: ContextVar[list[tuple[datetime, str]] | None] = ContextVar("holes", default=None)
#: Of this process alone: nobody can have written it into a text.
_MARK = f"\ufdd2{token_hex(8)}:"
_MARKS = re.compile(rf"{_MARK}(\w+);")


def hole(at: datetime, style: str) -> SafeString:
    """Where the words for an instant belong in what is being drawn to be kept. Raises LookupError outside of that."""
    holes = _HOLES.get()
    if holes is None:
        raise LookupError("an instant without a clock, and nothing is being kept")
    holes.append((at, style))
    return SafeString(f"{_MARK}{len(holes) - 1};")


def drawn_with_holes(draw: Callable[[], str]) -> list[str]:
    """The texts between the instants of what `draw` gives, each in the place where it is written."""
    token = _HOLES.set([])
    try:
        return _MARKS.split(draw())[::2]
    finally:
        _HOLES.reset(token)


class _Drawn:
    """Text with holes between its pieces; `holes` in the order in which they are met: an instant with its style, or a
    name."""

    __slots__ = ("holes", "pieces")

    def __init__(self, text: str, instants: Sequence[tuple[datetime, str]]) -> None:
        parts = _MARKS.split(text)
        self.pieces = parts[::2]
        self.holes = [instants[int(one)] if one.isdigit() else one for one in parts[1::2]]

    def at(self, now: Any, where: Here, filling: Mapping[str, Any]) -> str:
        if not self.holes:
            return self.pieces[0]
        from ..templatetags.ui import said_here

        said = [self.pieces[0]]
        for hole, piece in zip(self.holes, self.pieces[1:], strict=True):
            if isinstance(hole, str):
                said += (escaped(filling[hole]), piece)
            else:
                at, style = hole
                said += (said_here(at, now, style, where), piece)  # type: ignore[arg-type]  # a style that was given to it
        return "".join(said)


class KeptNode(Node):
    child_nodelists = ("nodelist",)

    def __init__(self, names: Sequence[str], nodelist: NodeList, filled: Sequence[str] = ()) -> None:
        self.names, self.nodelist, self.filled = names, nodelist, filled
        self._known: dict[Hashable, _Drawn] = {}
        self._letters = 0

    def render(self, context: Context) -> str:
        return self.draw(context, get_language())

    def draw(self, context: Context, language: str | None) -> SafeString:
        """In a language that is known to be active. A page is drawn in one time zone: it is asked for once."""
        zone = vars(context).get("_zone")
        if zone is None:
            zone = vars(context)["_zone"] = get_current_timezone()
        where = zone, language or ""
        layers = context.dicts[::-1]
        given = []
        for name in self.names:
            for layer in layers:
                if name in layer:
                    given.append((name, layer[name]))
                    break
        now = None
        parts: list[Any] = [language]
        for name, value in given:
            kind = type(value)  # what is safe and what is not may read alike, and 1 is equal to True
            if hasattr(kind, "kept_by"):
                now = value.now
                parts += (name, kind, value.kept_by)
            else:
                parts += (name, kind, value)
        filling = {name: context.get(name, "") for name in self.filled} if self.filled else _NOTHING
        key = tuple(parts)
        try:
            found = self._known.get(key)
        except TypeError:
            return SafeString(self._drawn(context, given).at(now, where, filling))
        if found is None:
            found = self._drawn(context, given)
            self._keep(key, found)
        return SafeString(found.at(now, where, filling))

    def _keep(self, key: Hashable, drawn: _Drawn) -> None:
        if len(self._known) >= MOST or self._letters > MOST_LETTERS:
            self._known.clear()
            self._letters = 0
        self._known[key] = drawn
        self._letters += sum(map(len, drawn.pieces))

    def _drawn(self, context: Context, given: Sequence[tuple[str, Any]]) -> _Drawn:
        holes: list[tuple[datetime, str]] = []
        token = _HOLES.set(holes)
        try:
            inside = {
                name: replace(value, now=NOW) if hasattr(type(value), "kept_by") else value for name, value in given
            } | {name: SafeString(f"{_MARK}{name};") for name in self.filled}
            return _Drawn(self.nodelist.render(context.new(inside)), holes)
        finally:
            _HOLES.reset(token)


#: Where nothing is filled in.
_NOTHING: Final[Mapping[str, Any]] = {}


def kept(parser: Parser, token: Token) -> KeptNode:
    """`{% kept name name … with name … %}…{% endkept %}`; names of the context only."""
    names = token.split_contents()[1:]
    at = names.index("with") if "with" in names else len(names)
    names, filled = names[:at], names[at + 1 :]
    if not names or not all(name.isidentifier() for name in (*names, *filled)):
        raise TemplateSyntaxError("kept: which names of the context it is drawn from")
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(names, nodelist, filled)

"""A part of a page drawn once for each of its shapes; what is written into it is put in every time.

    _COMPOSER = Stencil("desk/_composer.html")
    _COMPOSER.draw(shape, lambda: {"address": mark("address"), …}, {"address": "/desk/…/", …})

The shape is everything the template decides by, conditions and words alike; it is hashable, and few of them are met.
The template is drawn for it by Django as ever, with a mark in place of each value; the marks then give way to the
values, escaped as the template would have escaped them. So a value may only be written where it stands: what is tested
of it, or made of it, belongs to the shape, or is given as it is drawn (a `SafeString`). Each `{% instant … now %}` with
`now` from `quick.kept.NOW` is a hole in the same way; `instants` fills them, in their order.

Unlike `{% kept %}` it serves what nobody has asked for before, and holds what must not be kept: the name of a customer,
a token against forgery.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from secrets import token_hex
from typing import Any, Final

from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ..markup import escaped
from .kept import drawn_with_holes

#: So many shapes of one template are known; one with more of them has a value among its shape.
MOST: Final = 500
#: Of this process alone: nobody can have written it into a text.
_SIGN = f"\ufdd3{token_hex(8)}:"
_MARKS = re.compile(rf"{_SIGN}(\w+);")


class Mark(str):
    """Stands for a value while a shape is drawn."""

    __slots__ = ()


def mark(name: str) -> Mark:
    return Mark(f"{_SIGN}{name};")


Given = Mapping[str, Any]


class Stencil:
    """One template; `draw` by whoever knows its shapes."""

    def __init__(self, template: str) -> None:
        self._template = template
        #: shape → text, name of a value, text … ; what is odd and empty is an instant
        self._known: dict[Hashable, list[str]] = {}

    def draw(
        self, shape: Hashable, make: Callable[[], Given], values: Given, instants: Sequence[str] = ()
    ) -> SafeString:
        """`make` gives the context to draw the shape with; it is called once for each."""
        key = (get_language(), shape)
        pieces = self._known.get(key)
        if pieces is None:
            pieces = self._drawn(make())
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[key] = pieces
        said, filling = pieces[:], iter(instants)
        for at in range(1, len(said), 2):
            name = said[at]
            said[at] = escaped(values[name]) if name else next(filling)
        return SafeString("".join(said))

    def _drawn(self, given: Given) -> list[str]:
        template: Any = get_template(self._template)
        texts = drawn_with_holes(lambda: template.template.render(Context(dict(given))))
        pieces: list[str] = []
        for text in texts:
            pieces += ["", *_MARKS.split(text)] if pieces else _MARKS.split(text)
        return pieces

"""The few rules of a large stylesheet that our pages use. Pure.

Bootstrap Italia's CSS is 612 kB for every component there is; the portal uses its reboot, grid, header and footer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
_GROUPS = ("@media", "@supports")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)


def rules(css: str) -> Iterator[tuple[str, str]]:
    """Top-level rules as (prelude, body without its braces); statements without a body are left out."""
    start = position = 0
    while position < len(css):
        sign = css[position]
        if sign == ";":
            start = position + 1
        elif sign in "\"'":
            position = css.index(sign, position + 1)
        elif sign == "{":
            end = _closing(css, position)
            yield css[start:position].strip(), css[position + 1 : end]
            position, start = end, end + 1
        position += 1


def _closing(css: str, opening: int) -> int:
    """Index of the brace that closes the one at `opening`; braces in strings and data addresses do not count."""
    depth, position = 0, opening
    while position < len(css):
        sign = css[position]
        if sign in "\"'":
            position = css.index(sign, position + 1)
        elif sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if not depth:
                return position
        position += 1
    raise ValueError("unbalanced braces")


def selectors(prelude: str) -> list[str]:
    """The comma-separated selectors of a rule; commas inside `:is(…)` do not separate."""
    parts, depth, start = [], 0, 0
    for position, sign in enumerate(prelude):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            parts.append(prelude[start:position].strip())
            start = position + 1
    return [*parts, prelude[start:].strip()]


def keep(css: str, is_wanted: Callable[[str], bool]) -> str:
    """The rules of `css` whose selectors name wanted classes only (or none); fonts and animations are dropped."""
    return "".join(_kept(_COMMENT.sub("", css).lstrip("\ufeff"), is_wanted))


def _kept(css: str, is_wanted: Callable[[str], bool]) -> Iterator[str]:
    for prelude, body in rules(css):
        if prelude.startswith(_GROUPS):
            inner = "".join(_kept(body, is_wanted))
            if inner:
                yield f"{prelude}{{{inner}}}"
        elif not prelude.startswith("@"):
            left = [one for one in selectors(prelude) if all(map(is_wanted, _CLASS.findall(one)))]
            if left:
                yield f"{','.join(left)}{{{body}}}"

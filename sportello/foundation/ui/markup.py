"""Attributes of elements: htmx's by our own names, keys as people read them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

#: Our word → htmx 2's attribute. Templates outside this room write the words: htmx 4 changes the attributes.
HTMX = {word: f"hx-{word}" for word in (
    "get", "post", "put", "patch", "delete", "target", "swap", "trigger", "select", "include", "indicator", "sync",
    "vals", "encoding", "disinherit", "preserve",
)} | {"push": "hx-push-url", "swap_oob": "hx-swap-oob", "select_oob": "hx-select-oob",
      "disable_while": "hx-disabled-elt", "confirm": "data-confirm"}
#: What the Content-Security-Policy refuses at run time, refused here while the page is written.
_EVALUATED = re.compile(r"\s*(?:js|javascript):", re.IGNORECASE)

_signs = re.compile("[&<>\"']").search
_SHORT = 200

_KEYS = {"mod": "⌘/Ctrl", "shift": "⇧", "alt": "Alt", "enter": "↵", "escape": "Esc", "arrowup": "↑", "arrowdown": "↓"}
_ARIA = {"mod": "Control", "shift": "Shift", "alt": "Alt", "enter": "Enter", "escape": "Escape"}


def escaped(value: Any) -> str:
    """`value` as text of HTML; what is safe already stays. As Django's, without its detour for every plain string."""
    kind = type(value)
    if kind is SafeString:
        return value  # type: ignore[no-any-return]  # a str
    if kind is not str:
        return conditional_escape(value)
    # most of what a page says is short and has none of the signs
    return value if len(value) < _SHORT and _signs(value) is None else html.escape(value)


def paragraphs(safe: str) -> str:
    """Text of HTML in paragraphs, as Django's filter `linebreaks` gives it for what is safe."""
    parts = _BETWEEN.split(safe.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n\n".join([f"<p>{part.replace(_LINE, '<br>')}</p>" for part in parts])


_LINE = "\n"
_BETWEEN = re.compile("\n{2,}")


def attributes(given: Mapping[str, Any]) -> SafeString:
    """` name="value"` for each; True stands alone, None and False are left out, `_` in names becomes `-`."""
    return SafeString("".join([_attribute(name, value) for name, value in given.items()
                               if value is not None and value is not False]))


def _attribute(name: str, value: Any) -> str:
    written = _written(name)
    if value is True:
        return f" {written}"
    text = str(value)
    if written == "hx-trigger" and "[" in text:
        raise ValueError("trigger filters are evaluated: refused by the Content-Security-Policy")
    if _EVALUATED.match(text):
        raise ValueError(f"{written}: evaluated values are refused by the Content-Security-Policy")
    return f' {written}="{escaped(value)}"'


@lru_cache(1024)
def _written(name: str) -> str:
    """The attribute's name, refused where the policy would refuse it."""
    written = HTMX.get(name, name.rstrip("_").replace("_", "-"))
    if written.startswith(("on", "hx-on")) or written == "style":
        raise ValueError(f"attribute {written!r} is refused by the Content-Security-Policy")
    return escaped(written)


@lru_cache(1024)
def hint(keys: str) -> str:
    """`mod+enter` as it is printed on a key hint."""
    return " ".join("+".join(_KEYS.get(key, key.upper() if len(key) == 1 else key) for key in chord.split("+"))
                    for chord in keys.split())


@lru_cache(1024)
def shortcut(keys: str) -> str:
    """`keys` for aria-keyshortcuts; empty for sequences, which it cannot say."""
    if not keys or " " in keys:
        return ""
    return "+".join(_ARIA.get(key, key.upper() if len(key) == 1 else key) for key in keys.split("+"))

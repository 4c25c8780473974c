"""Attributes of elements: htmx's by our own names, keys as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

#: Our word → htmx 2's attribute. Templates outside this room write the words: htmx 4 changes the attributes.
HTMX = {word: f"hx-{word}" for word in (
    "get", "post", "put", "patch", "delete", "target", "swap", "trigger", "select", "include", "indicator", "sync",
    "vals", "encoding", "disinherit", "preserve",
)} | {"push": "hx-push-url", "swap_oob": "hx-swap-oob", "select_oob": "hx-select-oob",
      "disable_while": "hx-disabled-elt", "confirm": "data-confirm"}
#: What the Content-Security-Policy refuses at run time, refused here while the page is written.
_EVALUATED = ("js:", "javascript:")

_KEYS = {"mod": "⌘/Ctrl", "shift": "⇧", "alt": "Alt", "enter": "↵", "escape": "Esc", "arrowup": "↑", "arrowdown": "↓"}
_ARIA = {"mod": "Control", "shift": "Shift", "alt": "Alt", "enter": "Enter", "escape": "Escape"}


def attributes(given: Mapping[str, Any]) -> SafeString:
    """` name="value"` for each; True stands alone, None and False are left out, `_` in names becomes `-`."""
    return SafeString("".join(_attribute(name, value) for name, value in given.items()))


def _attribute(name: str, value: Any) -> SafeString:
    if value is None or value is False:
        return SafeString("")
    written = HTMX.get(name, name.rstrip("_").replace("_", "-"))
    if written.startswith(("on", "hx-on")) or written == "style":
        raise ValueError(f"attribute {written!r} is refused by the Content-Security-Policy")
    if written == "hx-trigger" and "[" in str(value):
        raise ValueError("trigger filters are evaluated: refused by the Content-Security-Policy")
    if str(value).strip().lower().startswith(_EVALUATED):
        raise ValueError(f"{written}: evaluated values are refused by the Content-Security-Policy")
    return format_html(" {}", written) if value is True else format_html(' {}="{}"', written, value)


def hint(keys: str) -> str:
    """`mod+enter` as it is printed on a key hint."""
    return " ".join("+".join(_KEYS.get(key, key.upper() if len(key) == 1 else key) for key in chord.split("+"))
                    for chord in keys.split())


def shortcut(keys: str) -> str:
    """`keys` for aria-keyshortcuts; empty for sequences, which it cannot say."""
    if not keys or " " in keys:
        return ""
    return "+".join(_ARIA.get(key, key.upper() if len(key) == 1 else key) for key in keys.split("+"))

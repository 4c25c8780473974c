"""The card of keys in the operators' guide is made of the table that the desk itself works from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.utils.translation import override

from sportello.faces.desk import keys
from tests.cast import Cast

CARD = Path(__file__).resolve().parents[3] / "docs" / "operators" / "keys.md"
HEAD = """# The card of keys

The same table the desk works from. `?` shows the keys of the page one is on; *All keys* (`/desk/keys/`) prints this card with
the keys one has chosen oneself, and there keys of one character are changed or turned off. `Ctrl` is `⌘` on a Mac.

"""
_SAID = {"mod": "Ctrl", "enter": "↵", "space": "space", "shift": "⇧"}


def said(key: str) -> str:
    """`mod+enter` as it stands on the keyboard."""
    return " ".join("".join(f"{_SAID[one]} " if one == "mod" else _SAID.get(one, one.upper()) for one in step.split("+"))
                    for step in key.split())


def card(cast: Cast) -> str:
    parts = [HEAD]
    with override("en"):
        for where, rows in keys.groups(cast.person("Anna")):
            parts.append(f"## {where}\n\n| key | does |\n|---|---|\n")
            parts += [f"| `{said(row.keys)}` | {row.word} |\n" for row in rows]
            parts.append("\n")
    return "".join(parts).rstrip("\n") + "\n"


@pytest.mark.django_db
def test_the_card_in_the_guide_is_that_of_the_desk(cast: Cast) -> None:
    if os.environ.get("SPORTELLO_TAKE_PICTURES") == "1":
        CARD.write_text(card(cast))
    assert CARD.read_text() == card(cast), "scripts/pictures writes it again"

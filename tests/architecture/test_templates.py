"""Every template of the product: nothing the Content-Security-Policy would refuse in front of a person.

A page that breaks a rule here would fail silently in the browser: the script does not run, the style does not apply.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parent.parent.parent / "sportello"
TEMPLATES = sorted(path for path in ROOT.rglob("templates/**/*.html"))
#: The room that owns htmx's attributes; elsewhere they come from its tags (`{% attrs %}`, `{% button %}`).
OWNER = ROOT / "foundation" / "ui"

_COMMENTS = re.compile(r"{#.*?#}|{% comment.*?endcomment %}|<!--.*?-->", re.S)
#: (what is wrong, how it is found).
REFUSED = [
    ("inline script", re.compile(r"<script(?![^>]*\bsrc=)", re.I)),
    ("script with content", re.compile(r"<script[^>]*>\s*[^<\s]", re.I)),
    ("inline style element", re.compile(r"<style\b", re.I)),
    ("style attribute", re.compile(r"<[^>]*\sstyle\s*=", re.I)),
    ("event attribute", re.compile(r"<[^>]*\son[a-z]+\s*=", re.I)),
    ("hx-on", re.compile(r"\bhx-on\b|\bdata-hx-on\b", re.I)),
    ("trigger filter", re.compile(r"(?:hx-trigger|trigger)\s*=\s*[\"'][^\"']*\[", re.I)),
    ("evaluated value", re.compile(r"[\"'](?:js|javascript):", re.I)),
    ("another origin", re.compile(
        r"<(?:script|link|img|iframe|source|use)\b[^>]*(?:src|href)=[\"'](?:https?:)?//", re.I)),
    ("autoescape off", re.compile(r"{%\s*autoescape\s+off")),
]


def name(path: Path) -> str:
    return path.as_posix().split("/templates/", 1)[1]


def words_of(path: Path) -> str:
    return _COMMENTS.sub("", path.read_text(encoding="utf-8"))


def test_there_are_templates_to_look_at() -> None:
    assert OWNER / "templates" / "ui" / "base.html" in TEMPLATES


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_nothing_the_policy_refuses(path: Path) -> None:
    text = words_of(path)
    assert [what for what, found in REFUSED if found.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_htmx_stays_inside_the_ui_room(path: Path) -> None:
    if not path.is_relative_to(OWNER):
        assert not re.search(r"\s(?:data-)?hx-[a-z]", words_of(path)), "use {% attrs … %} or a component"


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_template_compiles(path: Path) -> None:
    """Unknown tags, filters and parents are found here, not by a person."""
    assert engines["django"]
    get_template(name(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_form_that_changes_something_carries_its_token(path: Path) -> None:
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", words_of(path), re.S | re.I):
        assert "{% csrf_token %}" in form, form[:120]


@pytest.mark.parametrize(("line", "what"), [
    ("<script>alert(1)</script>", "inline script"), ('<p style="color:red">', "style attribute"),
    ('<a onclick="x()">', "event attribute"), ('<div hx-on:click="x">', "hx-on"),
    ('{% attrs trigger="click[ctrlKey]" %}', "trigger filter"), ('<a href="javascript:x">', "evaluated value"),
    ('<img src="https://example.org/x.png">', "another origin"), ("<style>p{}</style>", "inline style element"),
])
def test_the_rules_can_fail(line: str, what: str) -> None:
    assert what in [rule for rule, found in REFUSED if found.search(line)]

"""What is made from the theme's wheel: whole, small, and naming nothing from outside."""

from __future__ import annotations

import gzip
import re
import xml.etree.ElementTree as ET
from pathlib import Path

from django.contrib.staticfiles import finders

from sportello.foundation.ui.theme import finder, icons, made, stylesheet


def test_the_sprite_has_every_icon_once_and_is_an_image() -> None:
    drawn = ET.fromstring(made.sprite())
    assert {symbol.get("id") for symbol in drawn} == icons.NAMES
    assert all(len(symbol) for symbol in drawn), "an empty icon"


def test_rules_of_other_components_are_left_out() -> None:
    css = ".a{x:1}.b,.a .c{y:2}@media (min-width:1px){.b{z:3}.a:not(.c){q:4}}@font-face{src:url(x)}p{content:\"}{\"}"
    kept = stylesheet.keep(css, lambda name: name == "a")
    assert kept == '.a{x:1}p{content:"}{"}'


def test_the_portal_takes_a_tenth_of_bootstrap_italia() -> None:
    css = made.theme_css()
    assert ".it-header-center-wrapper" in css and ".it-footer" in css and ".container" in css
    assert ".splide" not in css and "@font-face" not in css and "video-js" not in css
    assert css.count("{") == css.count("}")


def test_a_first_visit_weighs_less_than_its_budget(tmp_path: Path) -> None:
    """300 kB compressed without fonts: a page ≤ 100, so styles, icons and scripts have 200."""
    finder.make(tmp_path)
    folder = tmp_path / finder.PREFIX
    scripts = (finder.OWN_CSS.parent / "js").glob("*.js")
    htmx = finders.find("django_htmx/htmx-2.min.js")
    assert isinstance(htmx, str)
    parts = [*scripts, Path(htmx), folder / "icons.svg", folder / "portal.css", folder / "desk.css"]
    assert sum(len(gzip.compress(part.read_bytes())) for part in parts) < 80_000


def test_stylesheets_load_nothing_from_elsewhere_and_every_font_exists(tmp_path: Path) -> None:
    finder.make(tmp_path)
    folder = tmp_path / finder.PREFIX
    for name in made.BUNDLES:
        for address in re.findall(r"url\(\s*[\"']?([^\"')]+)", (folder / f"{name}.css").read_text()):
            assert address.startswith("data:image/svg") or (folder / address).is_file(), address


def test_the_finder_serves_them_under_their_names() -> None:
    assert finders.find("ui/made/icons.svg")
    assert finders.find("ui/made/fonts/titillium-400.woff2")
    assert not finders.find("ui/made/none.css")


def test_made_again_only_when_something_changed(tmp_path: Path) -> None:
    finder.make(tmp_path)
    sprite = tmp_path / finder.PREFIX / "icons.svg"
    sprite.write_text("mine")
    finder.make(tmp_path)
    assert sprite.read_text() == "mine"
    (tmp_path / "made-from").write_text("another wheel")
    finder.make(tmp_path)
    assert sprite.read_text() != "mine"

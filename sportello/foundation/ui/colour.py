"""Colours that can be read: contrast as WCAG 2.2 defines it, and an organisation's accent made readable.

Pure. Colours are `#rrggbb`.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: WCAG 2.2, success criterion 1.4.3 (text of ordinary size).
READABLE = 4.5
#: What the accent lies on: `--paper` and the tinted papers of `css/tokens.css`, lightest and darkest of each theme.
LIGHT_PAPERS = ("#ffffff", "#eef1f4")
DARK_PAPERS = ("#11161c", "#232c36")
#: Bootstrap Italia's blue.
DEFAULT = "#0066cc"

_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
Rgb = tuple[int, int, int]


def parse(colour: str) -> Rgb:
    """`#rgb` or `#rrggbb` as numbers; ValueError for anything else."""
    found = _HEX.fullmatch(colour.strip())
    if not found:
        raise ValueError(f"not a colour: {colour!r}")
    signs = found[1] if len(found[1]) == 6 else "".join(sign * 2 for sign in found[1])
    return int(signs[0:2], 16), int(signs[2:4], 16), int(signs[4:6], 16)


def luminance(colour: str) -> float:
    """Relative luminance, 0 black to 1 white."""
    parts = [part / 255 for part in parse(colour)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mix(colour: str, towards: str, share: float) -> str:
    """`share` of `towards` in `colour`."""
    pairs = zip(parse(colour), parse(towards), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def readable_on(colour: str, papers: tuple[str, ...], towards: str) -> str:
    """`colour`, moved in steps towards black or white until it reads on all `papers`."""
    for step in range(51):
        tried = mix(colour, towards, step / 50)
        if all(contrast(tried, paper) >= READABLE for paper in papers):
            return tried
    return towards


def ink_on(colour: str) -> str:
    """White or near-black, whichever reads better on `colour` (one of the two is always ≥ 4.5)."""
    return max(("#ffffff", "#0b1117"), key=lambda ink: contrast(ink, colour))


@lru_cache(maxsize=256)
def accent_css(colour: str) -> str:
    """The stylesheet of an organisation's accent, corrected where it could not be read.

    An organisation without a colour, or with something that is not one, has the default.
    """
    try:
        parse(colour)
    except ValueError:
        colour = DEFAULT
    on_light = readable_on(colour, LIGHT_PAPERS, "#000000")
    on_dark = readable_on(colour, DARK_PAPERS, "#ffffff")
    return "@layer accent{:root{" + ";".join((
        f"--accent-light:{on_light}", f"--accent-light-ink:{ink_on(on_light)}",
        f"--accent-light-strong:{mix(on_light, '#000000', 0.22)}",
        f"--accent-dark:{on_dark}", f"--accent-dark-ink:{ink_on(on_dark)}",
        f"--accent-dark-strong:{mix(on_dark, '#ffffff', 0.22)}",
    )) + "}}"

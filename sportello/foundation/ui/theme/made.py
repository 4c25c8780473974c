"""What is made from the installed wheel, nothing of it kept in the repository: sprite, fonts, portal base, bundles.

All functions return text; `finder` writes and serves it. A bundle is our own files one after another, in the order
of their layers: forty small files over HTTP/1.1's six connections would be seen.
"""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from sportello.foundation.ui.theme import icons, stylesheet

#: The package of the theme's wheel; never in INSTALLED_APPS, its static files are 9 MB.
_WHEEL = "bootstrap_italia_template"

#: (file made, family, weight, style, source within the wheel's fonts).
FONTS = (
    ("titillium-400", "Titillium Web", 400, "normal", "Titillium_Web/titillium-web-v10-latin-ext_latin-regular"),
    ("titillium-400i", "Titillium Web", 400, "italic", "Titillium_Web/titillium-web-v10-latin-ext_latin-italic"),
    ("titillium-600", "Titillium Web", 600, "normal", "Titillium_Web/titillium-web-v10-latin-ext_latin-600"),
    ("titillium-700", "Titillium Web", 700, "normal", "Titillium_Web/titillium-web-v10-latin-ext_latin-700"),
    ("roboto-mono-400", "Roboto Mono", 400, "normal", "Roboto_Mono/roboto-mono-v13-latin-ext_latin-regular"),
    ("roboto-mono-700", "Roboto Mono", 700, "normal", "Roboto_Mono/roboto-mono-v13-latin-ext_latin-700"),
    ("lora-400", "Lora", 400, "normal", "Lora/lora-v20-latin-ext_latin-regular"),
    ("lora-700", "Lora", 700, "normal", "Lora/lora-v20-latin-ext_latin-700"),
)

#: Classes of Bootstrap Italia the portal's templates may use: exact names, then beginnings.
_CLASSES = frozenset({
    "container", "row", "visually-hidden", "visually-hidden-focusable", "link-list", "link-list-wrapper",
    "breadcrumb", "breadcrumb-item", "breadcrumb-container", "separator", "active", "theme-light",
})
_BEGINNINGS = ("it-header-slim-wrapper", "it-header-center", "it-header-wrapper", "it-brand", "it-nav-wrapper",
               "it-footer", "col-md-", "col-lg-", "col-12", "footer-")

LAYERS = "@layer theme,tokens,base,layout,components,accent,print;\n"
#: Our files by bundle, in order; `components/` is everything else in the folder, by name.
_FRAMES = {
    "desk": ("tokens", "base", "desk"),
    "portal": ("tokens", "base", "portal"),
    "plain": ("tokens", "base", "plain"),
}
_NOT_COMPONENTS = {"tokens", "base", "desk", "portal", "plain", "print"}


def wheel(path: str) -> Traversable:
    """A file of the theme's wheel."""
    return files(_WHEEL).joinpath("static", path)


def sprite() -> str:
    """One SVG with the symbols of `icons`, ids being our names."""
    source = wheel("svg/sprites.svg").read_text(encoding="utf-8")
    drawn = dict(re.findall(r'<symbol id="it-([\w-]+)"[^>]*>(.*?)</symbol>', source, re.S))
    inner = {**{name: drawn[theirs] for name, theirs in icons.FROM_THEME.items()}, **icons.OWN}
    symbols = (f'<symbol id="{name}" viewBox="0 0 24 24">{inner[name]}</symbol>' for name in sorted(inner))
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


def font_css() -> str:
    """Our own @font-face rules: the theme's come by an inline style, which the policy refuses."""
    return "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};font-display:swap;'
        f'src:url("fonts/{name}.woff2") format("woff2")}}\n'
        for name, family, weight, style, _ in FONTS
    )


def font(source: str) -> bytes:
    return wheel(f"fonts/{source}.woff2").read_bytes()


def theme_css() -> str:
    """The part of Bootstrap Italia the portal uses, in the lowest layer: our own rules win without a fight."""
    source = wheel("css/bootstrap-italia.min.css").read_text(encoding="utf-8")
    wanted = stylesheet.keep(source, lambda name: name in _CLASSES or name.startswith(_BEGINNINGS))
    return f"@layer theme{{{wanted}}}\n"


def bundle(name: str, folder: Path) -> str:
    """`desk.css`, `portal.css` or `plain.css` from our files in `folder`."""
    frames = [folder / f"{stem}.css" for stem in _FRAMES[name]]
    components = [path for path in sorted(folder.glob("*.css")) if path.stem not in _NOT_COMPONENTS]
    parts = [path.read_text(encoding="utf-8") for path in (*frames, *components, folder / "print.css")]
    theme = theme_css() if name == "portal" else ""
    return LAYERS + font_css() + theme + "\n".join(_COMMENT.sub("", part) for part in parts)


_COMMENT = re.compile(r"/\*.*?\*/\s*", re.S)
BUNDLES = tuple(_FRAMES)

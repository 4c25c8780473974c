"""HTML of strangers made safe to show (in a sandboxed frame with its own policy all the same).

nh3 parses as a browser does and writes the tree anew; what comes out is regular (`name="value"`, quotes
escaped), so one pass over its tags can do what nh3 has no switch for: hold remote pictures back, name
embedded ones, weigh styles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from itertools import islice
from typing import Final

import nh3

from sportello.service.channels.mailkit import limits
from sportello.service.channels.mailkit.defects import Defects

_TAGS: Final = {
    "a", "abbr", "address", "article", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center",
    "cite",
    "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font",
    "footer",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark",
    "nav", "ol",
    "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "sup", "table",
    "tbody",
    "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
_DROPPED_WHOLE: Final = {
    "script",
    "style",
    "title",
    "template",
    "iframe",
    "object",
    "embed",
    "applet",
    "noembed",
}
_ATTRIBUTES: Final = {
    "*": {"style", "class", "id", "align", "dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type"},
    "blockquote": {"type"},
    "font": {"color", "face", "size"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "td": {"colspan", "rowspan", "valign", "width", "height", "bgcolor"},
    "th": {"colspan", "rowspan", "valign", "width", "height", "bgcolor"},
    "tr": {"valign", "bgcolor"},
    "col": {"span", "width"},
}
# No property that can load (background, list-style, cursor, content), cover the page (position, z-index) or
# hide words from the operator that the customer's text part shows (display, visibility, opacity).
_STYLES: Final = {
    "color", "background-color", "font-family", "font-size", "font-style", "font-weight", "line-height",
    "text-align",
    "text-decoration", "text-indent", "vertical-align", "white-space", "width", "max-width", "height",
    "border",
    "border-top", "border-bottom", "border-left", "border-right", "border-collapse", "border-color",
    "border-style",
    "border-width", "padding", "padding-top", "padding-bottom", "padding-left", "padding-right", "margin-top",
    "margin-bottom", "margin-left",
}  # fmt: skip
_CLEANER: Final = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_DROPPED_WHOLE,
    attributes=_ATTRIBUTES,
    filter_style_properties=_STYLES,
    url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)
_TAG_WITH_ATTRIBUTES: Final = re.compile(r'<([a-z][a-z0-9]*)((?: [^\s=">]+="[^"]*")+)>')
_START_TAG: Final = re.compile(r"<[A-Za-z]")
_AMPERSAND: Final = re.compile(r"&")
_ANY_TAG: Final = re.compile(r"<[^<>]*>")
_INVISIBLE: Final = re.compile(r"<(style|script)\b[^<]{0,100000}</\1\s*>", re.IGNORECASE)
_DRAWING: Final = re.compile(r"<(?:svg|math)\b", re.IGNORECASE)
_DRAWING_BODY: Final = re.compile(r"<(svg|math)\b[^<>]{0,10000}>(.*?)(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_ATTRIBUTE: Final = re.compile(r' ([^\s=">]+)="([^"]*)"')
_COLOUR: Final = re.compile(r"(?:rgb|hsl)a?\([0-9.,%\s/]{1,60}\)", re.IGNORECASE)
_STYLE_DANGER: Final = re.compile(r"[()\\@<]|url|expression|script|behavior|-moz-binding", re.IGNORECASE)
_EMBEDDED: Final = re.compile(r"data:image/(?:png|jpeg|jpg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_QUOTE_NAMES: Final = frozenset({
    "gmail_quote", "gmail_quote_container", "gmail_attr", "yahoo_quoted", "moz-cite-prefix", "divrplyfwdmsg",
    "x_divrplyfwdmsg", "protonmail_quote", "zmail_extra", "ms-outlook-mobile-reference-message",
    "appendonsend",
    "sp-quote",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """Safe HTML, and the words of what was too much for the sanitiser, as text."""

    safe: str
    beyond: str


@dataclass(slots=True)
class Budget:
    """What the sanitiser may still be given in this message, all its parts together."""

    characters: int = limits.HTML
    tags: int = limits.HTML_TAGS
    entities: int = limits.HTML_ENTITIES


def clean(html: str, budget: Budget, defects: Defects) -> Page:
    """Safe HTML of a mail part. What the sanitiser is spared, or could not answer for, comes back as text."""
    cut = _spend(html, budget)
    if cut < len(html):
        defects.add("html_cut")
    safe = _sanitised(html[:cut], defects) if cut else ""
    return Page(safe, _bare_words(html[cut:] if safe else html))


def _spend(html: str, budget: Budget) -> int:
    """Where the part of `html` ends that the budget covers; the budget pays for it."""
    cut = min(len(html), budget.characters)
    tags = [found.start() for found in islice(_START_TAG.finditer(html, 0, cut), budget.tags + 1)]
    if len(tags) > budget.tags:
        cut = tags.pop()
    entities = [found.start() for found in islice(_AMPERSAND.finditer(html, 0, cut), budget.entities + 1)]
    if len(entities) > budget.entities:
        cut = entities.pop()
    budget.characters -= cut
    budget.tags -= len(tags)
    budget.entities -= len(entities)
    return cut


def _bare_words(html: str) -> str:
    """Text between tags without building a tree; for the rare rest."""
    if not html.strip():
        return ""
    return unescape(_ANY_TAG.sub(" ", _INVISIBLE.sub(" ", html[: limits.TEXT_BYTES]))).strip()


def _sanitised(html: str, defects: Defects) -> str:
    try:
        safe = _CLEANER.clean(html)
    except BaseException as error:
        # A panic in Rust arrives as pyo3's PanicException, which is no Exception; one mail must not stop a
        # collector.
        if type(error).__name__ != "PanicException":
            raise
        defects.add("html_refused")
        return ""
    if len(safe) > limits.SAFE_HTML:
        defects.add("html_refused")
        return ""
    return (_TAG_WITH_ATTRIBUTES.sub(_rewrite_tag, safe) + _drawn_words(html, safe)).strip()


def _drawn_words(html: str, safe: str) -> str:
    """Text inside drawings and formulas, which the sanitiser drops with them: as paragraphs at the end.

    Escaped here and now, so that nothing of it can be markup; what the browser's rules moved out of the drawing is in
    `safe` already.
    """
    if not _DRAWING.search(html):
        return ""
    runs: dict[str, None] = {}
    for drawing in islice(_DRAWING_BODY.finditer(html), limits.DRAWN_WORDS):
        for run in _ANY_TAG.split(_INVISIBLE.sub(" ", drawing.group(2)[: limits.HTML]))[: 20 * limits.DRAWN_WORDS]:
            said = " ".join(unescape(run).split())
            if said and len(runs) < limits.DRAWN_WORDS:
                runs[escape(said)] = None
    seen = " ".join(safe.split())
    return "".join(f"<p>{run}</p>" for run in runs if run not in seen)


def _rewrite_tag(match: re.Match[str]) -> str:
    """Matches run from tag to tag, so that none can begin inside an attribute's value."""
    tag = match.group(1)
    out = [f"<{tag}"]
    quoted = False
    for name, value in _ATTRIBUTE.findall(match.group(2)):
        if name in ("class", "id") or (tag == "blockquote" and name == "type"):
            quoted = quoted or value.lower() == "cite" or not _QUOTE_NAMES.isdisjoint(value.lower().split())
        elif name == "style":
            if _is_safe_style(value):
                out.append(f' style="{value}"')
        elif name == "src":
            out.append(_picture(value))
        elif name == "href":
            if value.strip().lower().startswith(("http:", "https:", "mailto:", "tel:")):
                out.append(f' href="{value}"')
        else:
            out.append(f' {name}="{value}"')
    if quoted:
        out.append(' class="sp-quote"')
    out.append(">")
    return "" if out == ["<img", "", ">"] else "".join(out)


@lru_cache(maxsize=2_048)  # a page says the same thing in every paragraph
def _is_safe_style(value: str) -> bool:
    return not _STYLE_DANGER.search(_COLOUR.sub("", value).replace("&quot;", ""))


def _picture(source: str) -> str:
    kind = source.strip()[:8].lower()
    if kind.startswith("cid:"):
        return f' data-cid="{source.strip()[4:]}"'
    if kind.startswith(("http:", "https:")):
        return f' data-remote-src="{source.strip()}"'
    return f' src="{source.strip()}"' if _EMBEDDED.fullmatch(source.strip()) else ""

"""Hostile HTML: nothing that runs, loads, submits or covers comes out, and the words stay."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.service.channels.mailkit import htmlsafe, htmltext
from sportello.service.channels.mailkit.defects import Defects

ATTRIBUTES = {
    "style", "class", "align", "dir", "lang", "title", "href", "rel", "src", "alt", "width", "height", "start", "type",
    "color", "face", "size", "border", "cellpadding", "cellspacing", "bgcolor", "colspan", "rowspan", "valign", "span",
    "data-remote-src", "data-cid",
}  # fmt: skip
STYLES_THAT_ACT = ("url", "position", "expression", "behavior", "import", "-moz", "z-index", "content", "display", "\\")

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.example/a.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://x.example/p.gif' onload=alert(1)>",
    "<img src=`javascript:alert(1)`>",
    '<img srcset="https://x.example/a 1x, https://x.example/b 2x">',
    "<img src='data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+'>",
    "<img src='data:text/html,<script>alert(1)</script>'>",
    "<img src=//x.example/p.gif>",
    "<img src='ftp://x.example/p.gif'>",
    "<a href='javascript:alert(1)'>parola</a>",
    "<a href='java&#x0A;script:alert(1)'>parola</a>",
    "<a href=' &#14; javascript:alert(1)'>parola</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>parola</a>",
    "<a href='vbscript:msgbox(1)'>parola</a>",
    "<a href='file:///etc/passwd'>parola</a>",
    "<a href='cid:x'>parola</a>",
    "<a href=https://x.example target=_top rel=opener>parola</a>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    '<svg><style><a title="</style><img src=x onerror=alert(1)>"></svg>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea><p title='</textarea><img src=x onerror=alert(1)>'>",
    "<title><img title='</title><img src=x onerror=alert(1)>'>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=https://x.example/a.swf></object><embed src=https://x.example/a>",
    "<form action=https://x.example><input name=pin autofocus onfocus=alert(1)>"
    "<button formaction=//x>Invia</button></form>",
    "<base href=https://x.example/><a href=/a>parola</a>",
    "<meta http-equiv=refresh content='0;url=https://x.example'>",
    "<link rel=stylesheet href=https://x.example/a.css>",
    "<style>@import url(https://x.example/a.css); body{background:url(https://x.example/b)}</style>",
    "<p style='background:url(https://x.example/a)'>parola</p>",
    "<p style='background-image:u\\72l(https://x.example/a)'>parola</p>",
    "<p style='position:fixed;top:0;left:0;width:100%;height:100%'>parola</p>",
    "<p style='width:expression(alert(1))'>parola</p>",
    "<p style='color:red;-moz-binding:url(https://x.example)'>parola</p>",
    "<p style=\"font-family:'a\\22 ;background:url(https://x.example/a)'\">parola</p>",
    "<p style='list-style:url(https://x.example/a);cursor:url(https://x.example/b),auto'>parola</p>",
    "<p style='border-image:url(https://x.example/a)'>parola</p>",
    "<p style='color:image-set(\"https://x.example/a\" 1x)'>parola</p>",
    "<table background=https://x.example/a><tr><td background=https://x.example/b>parola</table>",
    "<body background=https://x.example/a onload=alert(1)>parola",
    "<video poster=https://x.example/a src=https://x.example/b autoplay></video><audio src=https://x.example/c>",
    "<picture><source srcset=https://x.example/a><img src=https://x.example/b></picture>",
    "<input type=image src=https://x.example/a>",
    "<details open ontoggle=alert(1)><summary>parola</summary></details>",
    "<p id=sessione name=form class='btn btn-primary gmail_quote'>parola</p>",
    "<img name=getElementById><form name=body>",
    '<p title="<img src=https://x.example/a onerror=alert(1)>">parola</p>',
    "<p title='\"><script>alert(1)</script>'>parola</p>",
    "<!--[if mso]><script>alert(1)</script><![endif]-->parola",
    "<![CDATA[<script>alert(1)</script>]]>parola",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<p/onclick=alert(1)>parola",
    "<a href='https://x.example/\" onclick=\"alert(1)'>parola</a>",
    "<custom-element onclick=alert(1)>parola</custom-element>",
    "<template><img src=x onerror=alert(1)></template>",
    "<marquee onstart=alert(1)>parola</marquee>",
    "<a ping=https://x.example href=https://y.example>parola</a>",
    "<img data-remote-src=javascript:alert(1) data-cid=x>",
    "<img src='cid:a\" onerror=\"alert(1)'>",
    "\x00<scr\x00ipt>alert(1)</script>",
    "<p>&lt;script&gt;alert(1)&lt;/script&gt; parola</p>",
]  # fmt: skip


OPENERS = ["</style>", "-->", "<!--", "'", '"', ">", "<svg>", "<math>", "<style>", "<table>"]


class Inspector(HTMLParser):
    """Collects what a browser would see in the sanitiser's answer."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in htmlsafe._TAGS:
            self.faults.append(f"tag {tag}")
        for name, value in attrs:
            self._look_at(tag, name, (value or "").strip())

    def _look_at(self, tag: str, name: str, value: str) -> None:
        lower = value.lower()
        if name not in ATTRIBUTES:
            self.faults.append(f"{tag} {name}")
        if name == "href" and not lower.startswith(("http:", "https:", "mailto:", "tel:")):
            self.faults.append(f"href {value}")
        if name == "src" and not lower.startswith(
            ("data:image/png;", "data:image/jp", "data:image/gif;", "data:image/webp;")
        ):
            self.faults.append(f"src {value}")
        if name == "data-remote-src" and not lower.startswith(("http:", "https:")):
            self.faults.append(f"remote {value}")
        if name == "style" and any(word in lower for word in STYLES_THAT_ACT):
            self.faults.append(f"style {value}")
        if name == "class" and value != "sp-quote":
            self.faults.append(f"class {value}")
        if tag == "a" and name == "rel" and value != "noopener noreferrer nofollow":
            self.faults.append(f"rel {value}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"declaration {decl}")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data}")


def clean(html: str) -> str:
    return htmlsafe.clean(html, htmlsafe.Budget(), Defects()).safe


def faults(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(clean(html))
    inspector.close()
    return inspector.faults


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_acts(html: str) -> None:
    assert faults(html) == []
    assert faults(f"<div><b>{html}</b></div>") == []
    assert faults(f"<table><tr>{html}") == []


@pytest.mark.parametrize("html", [html for html in HOSTILE if "parola" in html])
def test_the_words_stay(html: str) -> None:
    assert "parola" in htmltext.to_text(clean(html))


@pytest.mark.parametrize("html", HOSTILE)
def test_cleaning_twice_changes_nothing(html: str) -> None:
    """What comes out is a fixed point of the parser: no second reading brings anything back to life."""
    once = clean(html)
    held_back = once.replace("data-remote-src=", "src=").replace("data-cid=", "src=cid:")
    assert faults(held_back) == []


@settings(max_examples=300)
@given(st.lists(st.sampled_from([*HOSTILE, *OPENERS]), min_size=2, max_size=5))
def test_nor_in_any_mixture(pieces: list[str]) -> None:
    assert faults("".join(pieces)) == []


def test_remote_pictures_are_held_back_and_embedded_ones_named() -> None:
    safe = clean('<img src="https://x.example/p.gif?u=1&amp;v=2" alt="logo"><img src="CID:logo@x">')
    assert safe == '<img data-remote-src="https://x.example/p.gif?u=1&amp;v=2" alt="logo"><img data-cid="logo@x">'


def test_harmless_style_stays() -> None:
    assert clean('<p style="color: rgb(1, 2, 3); font-family: Arial">x</p>').count("style=") == 1

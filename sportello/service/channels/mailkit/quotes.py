"""Where somebody else's words begin: the lines mail programs put above what they quote.

Own rules and not a library's: those at hand take anything below "Thanks," or a hyphen for a signature, and
their patterns take cubic time on hostile text. Here every line is looked at a bounded number of times.
"""

from __future__ import annotations

import re
from typing import Final

MARKER: Final = "##- Rispondi sopra questa riga / Reply above this line -##"
"""Written by us at the top of what a customer may quote."""

_MARKER: Final = re.compile(r"##- .{1,200} -##")
_LONGEST: Final = 500

# "Il giorno 3 nov 2026 alle ore 10:15 URP <urp@…> ha scritto:", and the same in the customers' languages.
_WROTE: Final = re.compile(
    r"(?:(?<!\bmi )(?<!\bci )(?<!\bgli )(?<!\ble )(?<!\bvi )(?<!\bti )ha scritto|scrive|wrote|a écrit|"
    r"schrieb(?: .{1,120})?|"
    r"escribió|escreveu|a scris|ka shkruar|napisał\(?a?\)?|написал\(?а?\)?|пише|написав|shkroi|写道)\s?[:\uff1a]\s*$",
    re.IGNORECASE,
)
_WROTE_FIRST: Final = re.compile(r"(?:scrive|schrieb|citat)\b.{0,200}[:\uff1a]\s*$", re.IGNORECASE)
# Arabic says who after the verb: "on such a day, at such an hour, wrote X:".
_WROTE_ARABIC: Final = re.compile(r"كتبت?(?:/كتبت)?\s|تمت كتابة")
_COLONS: Final = (":", "\uff1a")
_OPENING: Final = re.compile(
    r"(?:(?:il|in data|on|le|am|el|em|no dia|pe|la|în|më|në|w dniu|dnia|nel|data|at|в|у|о|在|في)\b|\"|'|\d{1,4}[-/. ]|"
    r"[^\s<>]{1,40} (?:[^\s<>]{1,40} )?<)",
    re.IGNORECASE,
)
_ISO_ATTRIBUTION: Final = re.compile(r"\d{4}-\d\d-\d\d .{0,80}<[^<>\s]{3,254}>\s?:\s*$")
_TIME: Final = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
_TIME_AND_WHO: Final = re.compile(
    r"\b\d{1,2}[:.h]\d{2}(?::\d{2})?(?:\s?(?:[ap]\.?m\.?|cet|cest|gmt[+0-9:]*|uhr|utc))?(?:,|، | schrieb)",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[/.]\d{1,2}[/.]\d\d\b")
_DIGIT: Final = re.compile(r"\d")

_SEPARATOR: Final = re.compile(
    r"[-_=* ]{2,}\s{0,3}(?:(?:original|forwarded) (?:message|mail)|begin forwarded message|"
    r"messaggio (?:originale|inoltrato|"
    r"di posta certificata)|inizio messaggio inoltrato|ursprüngliche nachricht|weitergeleitete nachricht|"
    r"message (?:d'origine|"
    r"original|transféré)|mensaje (?:original|reenviado)|mensagem (?:original|encaminhada)|mesaj original|"
    r"mesaj redirecționat|original appointment|messaggio da)\b.{0,80}",
    re.IGNORECASE,
)
_BARE_SEPARATOR: Final = re.compile(r"(?:begin forwarded message|inizio messaggio inoltrato|"
                                    r"début du message transféré)\s?:",
                                    re.IGNORECASE)  # fmt: skip
_LABEL: Final = re.compile(
    r"[*_ \t]{0,4}(?:(?P<sender>da|from|von|de|de la|nga|od|mittente|от|від|من|发件人|寄件者)|"
    r"(?P<sent>inviato(?: il)?|data|sent|date|gesendet|datum|envoyé|enviado(?: el| em)?|fecha|trimis|dërguar(?: më)?|"
    r"wysłano|отправлено|надіслано|відправлено|дата|تم الإرسال|التاريخ|发送时间|日期)|"
    r"(?P<to>a|to|an|à|para|către|për|do|إلى|"
    r"destinatari(?:o)?|кому|收件人)"
    r"|(?P<copy>cc|ccn|bcc|copia|kopie|copie|reply-to|rispondi a)|(?P<subject>oggetto|ogg|subject|betreff|"
    r"objet|asunto|assunto|subiect|subjekti|temat"
    r"|тема|الموضوع|主题))[*_ \t]{0,4}[:\uff1a][*_ \t]{0,4}(?P<value>.*)",
    re.IGNORECASE | re.DOTALL,
)
_RULE: Final = re.compile(r"\s*[-_=*–—]{3,}\s*")
_BLOCK: Final = 14


def is_quoted(line: str) -> bool:
    """Whether the line carries a quote mark."""
    return line.lstrip(" ").startswith((">", "|>"))


def is_marker(line: str) -> bool:
    """Whether the line is our own "reply above this line"."""
    return "##-" in line[:_LONGEST] and _MARKER.search(line[:_LONGEST]) is not None


def is_separator(line: str) -> bool:
    """Whether the line announces an original or forwarded message."""
    text = line.strip()
    return len(text) <= 200 and bool(_SEPARATOR.match(text) or _BARE_SEPARATOR.match(text))


def attribution_length(lines: list[str], at: int) -> int:
    """How many lines from `at` form "on such a day X wrote:"; 0 when they do not. Programs fold it over up to four."""
    first = lines[at].strip()
    if not first or is_quoted(first) or len(first) > _LONGEST:
        return 0
    whole = first.endswith(_COLONS)
    if whole and _ISO_ATTRIBUTION.fullmatch(first):
        return 1
    named = whole and "@" in first and _WROTE.search(first)
    if not named and not _OPENING.match(first) and not _WROTE_FIRST.match(first):
        return 0
    joined = ""
    for count in range(1, min(5, len(lines) - at + 1)):
        line = lines[at + count - 1].strip()
        if not line or is_quoted(line) or len(line) > _LONGEST:
            break
        joined = f"{joined} {line}" if joined else line
        if line.endswith(_COLONS) and _says_wrote(joined):
            return count if _DIGIT.search(joined) or "@" in joined else 0
    return 0


def _says_wrote(joined: str) -> bool:
    if _WROTE.search(joined) or ("@" in joined and _WROTE_FIRST.match(joined)):
        return True
    return bool(_WROTE_ARABIC.search(joined)) and ("@" in joined or bool(_TIME.search(joined)))


def is_sure_attribution(lines: list[str], at: int, length: int) -> bool:
    """Whether the line names an address, or a full date with an hour and then a name, as programs do: people who tell
    what somebody wrote do not."""
    joined = " ".join(lines[at : at + length])
    return "@" in joined or bool(_TIME_AND_WHO.search(joined) and _YEAR.search(joined))


def is_header_block(lines: list[str], at: int) -> bool:
    """Whether "Da: … Inviato: … A: … Oggetto: …" begins here.

    A subject is asked for, or an address and a date: "Da: Roma, A: Milano, Data: 3 maggio" is a journey.
    """
    if not _LABEL.match(lines[at][:_LONGEST]):
        return False
    seen: set[str] = set()
    with_address = with_date = False
    strangers = 0
    for line in lines[at : at + _BLOCK]:
        match = _LABEL.match(line[:_LONGEST])
        if match:
            kind = str(match.lastgroup if match.lastgroup != "value" else _kind(match))
            seen.add(kind)
            with_address = with_address or (kind == "sender" and "@" in match.group("value"))
            with_date = with_date or (kind == "sent" and bool(_DIGIT.search(match.group("value"))))
        elif line.strip():
            strangers += 1
            if strangers > 3:
                break
    if "sender" not in seen:
        return False
    return ("subject" in seen and bool(seen & {"sent", "to"})) or (with_address and with_date and "to" in seen)


def _kind(match: re.Match[str]) -> str:
    for name in ("sender", "sent", "to", "copy", "subject"):
        if match.group(name):
            return name
    return ""


def is_rule(line: str) -> bool:
    """A line drawn with hyphens, underscores or equal signs."""
    return len(line) <= 200 and _RULE.fullmatch(line) is not None

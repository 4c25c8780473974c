"""The customer's own words, apart from what they quote and from their signature.

Losing a word of the customer is worse than keeping a quote, hence: nothing is deleted, every line ends up in
one of the three texts; what is doubtful stays with the customer; and when nothing would be left, all is
theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sportello.service.channels.mailkit import limits, quotes

_DASHES: Final = re.compile(r"--[ \t\xa0]*")
_SENT_FROM: Final = re.compile(
    r"(?:inviat[oa] (?:da|dal|dall'|con|tramite) ?(?:il )?(?:mi[oa]\b|[^\W\d_]{0,3}(?:phone|pad)\b|android|smartphone|"
    r"cellulare|telefono|dispositivo|samsung|huawei|xiaomi|outlook|libero|virgilio|tim\b|alice|tiscali|aruba|yahoo|gmail|"
    r"posta|mail|proton|app\b|blackberry|nokia|windows|spark|bluemail)|"
    r"sent (?:from|with|via)\b|get outlook\b|ottieni outlook\b|"
    r"scarica (?:outlook|bluemail|spark)\b|download outlook\b|envoyé (?:de|depuis|à partir)\b|"
    r"gesendet (?:von|mit)\b|"
    r"von meinem .{1,40} gesendet|enviado (?:desde|do|con|via)\b|trimis de pe\b|wysłane z\b|отправлено с|"
    r"надіслано з|"
    r"发自我的|أُ?رسلت? من|تم الإرسال من|dërguar nga\b|da (?:libero|virgilio|tim) mail\b).{0,120}",
    re.IGNORECASE,
)
_DISCLAIMER: Final = re.compile(
    r"(?:avviso di (?:riservatezza|confidenzialità)|le informazioni contenute (?:in|nella) (?:quest|present)|"
    r"questo messaggio (?:di posta elettronica )?(?:è destinato (?:esclusiva|unica|sola)|"
    r"contiene informazioni (?:riservat|confidenzial|strettamente))|"
    r"ai sensi (?:del|dell.art|e per)\b.{0,160}(?:informazioni contenute|quest[ao] (?:e-?mail|messaggio)|presente "
    r"(?:e-?mail|messaggio|comunicazione))|"
    r"confidentiality notice|"
    r"this (?:e-?mail|message) (?:and any|is intended|contains confidential)|rispetta l'ambiente|"
    r"prima di stampare|please consider the environment|mail priva di virus|virus-free|"
    r"questa e-?mail è stata controllata)",
    re.IGNORECASE,
)
_AFTERTHOUGHT: Final = re.compile(
    r"\s{0,9}(?:p\. ?s\.|ps ?[:.]|post scriptum|n\. ?b\.|nb ?[:.]|p\. ?d\.|пс\b|з\. ?ы\.)", re.IGNORECASE
)
_ANSWERS_BELOW: Final = re.compile(
    r"\b(?:rispond\w{1,6}|rispost[ae]|comment\w{1,4}|osservazioni|answer\w{0,4}|repl(?:y|ies)|antwort\w{0,3}|"
    r"répon\w{1,5}|răspun\w{1,6}|respuest\w{1,2})\b.{0,60}"
    r"\b(?:sotto|di seguito|qui sotto|in (?:rosso|blu|verde|grassetto|maiuscolo|linea|calce)|nel testo|"
    r"tra le righe|inline|in-line|below|in (?:red|blue|bold)|unten|in rot|ci-dessous|en rouge|mai jos|abajo|en rojo)\b"
    r"|\b(?:vedi|vedere|see) (?:sotto|below|inline)\b",
    re.IGNORECASE,
)
"""The writer says that the answers stand inside what is quoted."""
_SENT_FROM_WORDS: Final = 12
_LONGEST_SIGNATURE: Final = 15
_LONGEST_LINE: Final = 500


@dataclass(frozen=True, slots=True)
class Split:
    """Three texts that hold, together, every line of the message."""

    reply: str
    quoted: str
    signature: str


def split(text: str) -> Split:
    """Divide the text of one message."""
    lines = text.split("\n")
    seen = lines[: limits.SPLIT_LINES]
    beyond = lines[limits.SPLIT_LINES :]
    quoted = _quoted_lines(seen)
    own = [line for line, is_quote in zip(seen, quoted, strict=True) if not is_quote]
    others = [line for line, is_quote in zip(seen, quoted, strict=True) if is_quote]
    # Beyond the limit nothing is looked at: it goes on as the last line seen.
    (others if quoted and quoted[-1] else own).extend(beyond)
    if not _any_words(own) or _answers_inside(own, others):
        return Split(text.strip(), "", "")
    own, signature = _cut_signature(own)
    return Split(_joined(own), _joined(others), _joined(signature))


def _answers_inside(own: list[str], others: list[str]) -> bool:
    """Whether the answers stand, unmarked, inside what is quoted: then nobody can tell whose line is whose."""
    unmarked = sum(1 for line in others if line.strip() and not quotes.is_quoted(line))
    return unmarked > 4 and any(_ANSWERS_BELOW.search(line[:_LONGEST_LINE]) for line in own[:60])


def _is_sent_from(line: str) -> bool:
    """A phone's line, not a sentence that begins like one ("Inviato da casa il reclamo, senza risposta")."""
    return len(line) <= 160 and len(line.split()) <= _SENT_FROM_WORDS and _SENT_FROM.fullmatch(line) is not None


def _any_words(lines: list[str]) -> bool:
    return any(char.isalnum() for line in lines for char in line) or any(
        line.strip() and not quotes.is_rule(line) for line in lines
    )


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip() if any(line.strip() for line in lines) else ""


def _quoted_lines(lines: list[str]) -> list[bool]:
    """For each line, whether it belongs to somebody else."""
    quoted = [False] * len(lines)
    attributed = False
    at = 0
    while at < len(lines):
        if _begins_quote_to_the_end(lines, at):
            start = _with_rules_above(lines, at)
            quoted[start:] = [True] * (len(lines) - start)
            break
        length = quotes.attribution_length(lines, at)
        if length:
            below = _next_written(lines, at + length)
            if below is not None and quotes.is_quoted(lines[below]):
                quoted[at : at + length] = [True] * length
                attributed = True
            elif below is not None and quotes.is_sure_attribution(lines, at, length):
                quoted[at:] = [True] * (len(lines) - at)
                break
        at += max(1, length)
    _mark_angle_lines(lines, quoted, attributed=attributed)
    return quoted


def _begins_quote_to_the_end(lines: list[str], at: int) -> bool:
    line = lines[at]
    if not line.strip() or (quotes.is_quoted(line) and not quotes.is_marker(line)):
        return False
    if quotes.is_quoted(line):
        return False  # our marker inside marked lines: they are recognised by their marks
    return quotes.is_marker(line) or quotes.is_separator(line) or quotes.is_header_block(lines, at)


def _with_rules_above(lines: list[str], at: int) -> int:
    """The line Outlook draws above its header block belongs to it."""
    start = at
    for above in range(at - 1, max(-1, at - 4), -1):
        if quotes.is_rule(lines[above]):
            start = above
        elif lines[above].strip():
            break
    return start


def _next_written(lines: list[str], at: int) -> int | None:
    for index in range(at, min(at + 4, len(lines))):
        if lines[index].strip():
            return index
    return None


def _mark_angle_lines(lines: list[str], quoted: list[bool], *, attributed: bool) -> None:
    """Lines with a quote mark. Without a line that says who wrote them, one alone may be the customer's (`>
    18 anni`)."""
    run: list[int] = []
    for index in range(len(lines) + 1):
        if index < len(lines) and not quoted[index] and quotes.is_quoted(lines[index]):
            run.append(index)
            continue
        if attributed or len(run) >= 2 or any(quotes.is_marker(lines[marked]) for marked in run):
            for marked in run:
                quoted[marked] = True
        run = []


def _cut_signature(own: list[str]) -> tuple[list[str], list[str]]:
    """Own words and signature. Greetings and names stay with the words: they say who writes."""
    end = len(own)
    while end and not own[end - 1].strip():
        end -= 1
    start = _dashes(own, end)
    if start is None:
        start = _closing_lines(own, end)
    if start is None or not _any_words(own[:start]):
        return own, []
    signed = next((at for at in range(start + 1, end) if _AFTERTHOUGHT.match(own[at])), len(own))
    # The delimiter itself is nobody's word; an afterthought below it is the customer's.
    begins = start + 1 if _DASHES.fullmatch(own[start][:40]) else start
    return own[:start] + own[signed:], own[begins:signed]


def _dashes(own: list[str], end: int) -> int | None:
    """The usual delimiter (RFC 3676 section 4.3) near the end; the last one, so that a line drawn earlier
    cuts nothing."""
    for index in range(end - 1, max(-1, end - _LONGEST_SIGNATURE - 2), -1):
        if _DASHES.fullmatch(own[index][:40]):
            return index
    return None


def _closing_lines(own: list[str], end: int) -> int | None:
    """ "Inviato da iPhone" and disclaimers, when nothing but their like follows."""
    start: int | None = None
    paragraph_end = end
    for index in range(end - 1, max(-1, end - _LONGEST_SIGNATURE - 1), -1):
        line = own[index].strip()
        first_of_paragraph = index == 0 or not own[index - 1].strip() or quotes.is_rule(own[index - 1])
        is_last_line = index == paragraph_end - 1 and _is_sent_from(line)
        is_disclaimer = first_of_paragraph and _DISCLAIMER.match(line[:_LONGEST_LINE].lstrip("*_ "))
        if is_last_line or is_disclaimer:
            start = paragraph_end = index
        elif not line or quotes.is_rule(own[index]):
            paragraph_end = index if paragraph_end == index + 1 else paragraph_end
    return start

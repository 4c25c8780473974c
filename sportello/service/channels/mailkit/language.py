"""Which language a message is written in. The model (0.6 s, 80 MB) is loaded at the first message that needs it, and
let go of when none has needed it for a while: half of what an installation takes that only stands there."""

from __future__ import annotations

import re
import threading
import time
from typing import Any, Final

SPOKEN: Final = (
    "it", "en", "ro", "sq", "ar", "zh", "uk", "ru", "fr", "de", "es", "pt", "pl", "bn", "hi", "pa", "ur",
    "tl", "si",
    "mk", "sr", "bg", "nl", "tr", "ja",
)  # fmt: skip
"""The languages of Italy's customers. Fewer candidates, fewer wrong answers on short texts."""

_LETTERS: Final = 20
_IDEOGRAPHS: Final = 6
_SURE: Final = 0.80
_READ: Final = 800
"""Characters that are looked at: certainty is reached long before, and a longer text costs its length again."""

_GLANCE: Final = 200
_CLEAR: Final = 0.99
"""So many of them say it at once in most messages."""

_NOISE: Final = re.compile(r"https?://\S{1,500}|\S{1,100}@\S{1,100}|[\d_#*=<>|/\\-]+")
_LETTER: Final = re.compile(r"[^\W\d_]")
_IDEOGRAPH: Final = re.compile("[\u3400-\u9fff]")

LET_GO: Final = 60.0
"""Seconds without a message to read: where mails come more seldom, one is read six tenths of a second later, which
nobody sees, and is a hundredth of a core at most."""

_lock = threading.Lock()
_loaded: list[Any] = []  # py3langid carries no types
_used = [0.0]


def detect(text: str) -> str:
    """ISO 639-1 code, or an empty string when there is too little text or too little certainty."""
    words = _NOISE.sub(" ", text[:_READ])
    if len(_LETTER.findall(words[:200])) < _LETTERS and len(_LETTER.findall(words)) < _LETTERS and (
        len(_IDEOGRAPH.findall(words)) < _IDEOGRAPHS
    ):
        return ""
    plain = " ".join(words.split())
    code, certainty = _identifier().classify(plain[:_GLANCE])
    if certainty < _CLEAR and len(plain) > _GLANCE:
        code, certainty = _identifier().classify(plain)
    return str(code) if float(certainty) >= _SURE else ""


def _identifier() -> Any:
    with _lock:
        missing = not _loaded
        if missing:
            from py3langid.langid import MODEL_FILE, LanguageIdentifier

            identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
            known = set(identifier.nb_classes)
            identifier.set_languages([code for code in SPOKEN if code in known])
            _loaded.append(identifier)
        _used[0] = time.monotonic()  # loading is no use of it: on a busy machine it can take longer than it may rest
        if missing:
            threading.Thread(target=_let_go, args=(LET_GO,), name="language", daemon=True).start()
        return _loaded[0]


def _let_go(after: float) -> None:
    """The life of one model: as long as it is used. Who is using it has it in hand."""
    while (unused := time.monotonic() - _used[0]) < after:
        time.sleep(after - unused)
    with _lock:
        _loaded.clear()

"""The spool of a public desk's mailbox, the same for the same seed: what intake and its parser are measured with.

Of twenty letters: eight from people who ask something new, four of them in HTML, two with files; eight that answer our
receipt and quote it, three of them in HTML, two with files; one that came twice; two of robots; one malformed in one
of eight ways. Files are PDFs, photographs and office documents of 20 to 200 kB, so that a letter has 44 kB on average.
"""

from __future__ import annotations

import email.policy
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

from sportello.config.load.words import Words, person_name

MAILBOX: Final = "urp@borgo.test"
#: Of twenty letters; each a sort, and what hangs on it.
_SORTS: Final = (
    "new", "reply", "new html", "reply", "known html", "reply html", "new files", "machine", "new", "reply",
    "reply files", "new html", "again", "reply", "new files", "bulk", "reply html", "reply files", "known html",
    "broken",
)  # fmt: skip
_SMALLEST, _LARGEST = 20_000, 200_000
_WROTE: Final = "Il giorno lun 2 nov 2026 alle ore 09:00 URP Borgo Lieto <urp@borgo.test> ha scritto:"
_RECEIPT: Final = (
    "Gentile cliente,\n\nabbiamo ricevuto la sua richiesta e le abbiamo dato il numero qui sopra. Le risponderemo "
    "entro il termine indicato.\nPuò aggiungere qualcosa rispondendo a questo messaggio.\n\nCordiali saluti\nURP Borgo"
)


@dataclass(frozen=True)
class Letter:
    """`mark` stands in its words; `state` is where its row must end."""

    raw: bytes
    sender: str
    mark: str
    state: str = "ticketed"


def letters(count: int, seed: int, answered: Sequence[tuple[str, str]]) -> list[Letter]:
    """`answered`: (address of a customer, token of what we sent them); without any, all are plain ones of strangers."""
    chance = random.Random(seed)
    writing = _Writing(chance, Words("it", chance), list(answered), seed)
    found: list[Letter] = []
    for number in range(count):
        sort = _SORTS[number % len(_SORTS)] if answered else "new"
        found.append(found[-1] if sort == "again" else writing.letter(number, sort))
        if sort == "again":  # the bytes of the one before, sent again by a server that was not told "250" in time
            found[-1] = Letter(found[-2].raw, found[-2].sender, "", "duplicate")
    return found


def kept(found: Sequence[Letter]) -> Iterator[Letter]:
    """Those whose words stand on a ticket afterwards, each once."""
    return (one for one in found if one.state == "ticketed")


@dataclass
class _Writing:
    chance: random.Random
    words: Words
    answered: list[tuple[str, str]]
    seed: int

    def letter(self, number: int, sort: str) -> Letter:
        first, *rest = sort.split()
        mark = f"{self.seed}-{number}"
        sender, token = f"cliente.{mark}@example.com", ""
        if first in ("known", "reply", "machine"):
            sender, token = self.chance.choice(self.answered)
        mail = self._head(mark, sender)
        if first in ("reply", "machine"):
            mail["In-Reply-To"] = mail["References"] = f"<sp.{token}@borgo.test>"
        if first == "broken":
            return _broken(mail, self.words.text(), mark, sender, number // len(_SORTS))
        if first == "machine":
            mail["Auto-Submitted"] = "auto-replied"
        if first == "bulk":
            mail["List-Unsubscribe"], mail["Precedence"] = "<https://example.com/fuori>", "bulk"
            rest = ["html"]
        self._words(mail, mark, quotes=first == "reply", html=bool(rest) or first == "bulk")
        if "files" in rest:
            self._files(mail)
        state = "machine" if first == "bulk" else "ticketed"
        return Letter(mail.as_bytes(policy=email.policy.SMTP), sender, mark, state)

    def _head(self, mark: str, sender: str) -> EmailMessage:
        mail = EmailMessage()
        mail["Return-Path"] = f"<{sender}>"
        for hop in range(3):
            mail.add_header("Received", f"from mx{hop}.example.com by mx.borgo.test with ESMTPS id {hop}{mark}; "
                            "Mon, 02 Nov 2026 10:00:00 +0100")  # fmt: skip
        mail["DKIM-Signature"] = f"v=1; a=rsa-sha256; d=example.com; s=s1; bh={'A' * 43}=; b={'B' * 172}"
        mail["From"], mail["To"] = f"{person_name(self.chance)} <{sender}>", MAILBOX
        mail["Subject"] = f"{self.words.subject()[:60]} è così"
        mail["Date"] = "Mon, 02 Nov 2026 10:00:00 +0100"
        mail["Message-ID"] = f"<{mark}.{self.chance.getrandbits(60)}@mail.example.com>"
        return mail

    def _words(self, mail: EmailMessage, mark: str, *, quotes: bool, html: bool) -> None:
        said = f"Segno {mark}.\n{self.words.text()}"
        quoted = "\n".join(f"> {line}" for line in _RECEIPT.splitlines())
        tail = f"\n\n{_WROTE}\n{quoted}\n" if quotes else "\n\n-- \nInviato dal telefono\n"
        mail.set_content(said + tail)
        if html:
            mail.add_alternative(_page(said, quotes), subtype="html")

    def _files(self, mail: EmailMessage) -> None:
        for _file in range(self.chance.choice((1, 1, 2))):
            content = self.chance.randbytes(self.chance.randint(_SMALLEST, _LARGEST))
            start, main, sub, name = self.chance.choice(_FILES)
            mail.add_attachment(start + content, maintype=main, subtype=sub, filename=name)


_FILES: Final = (
    (b"%PDF-1.4\n", "application", "pdf", "carta d'identità.pdf"),
    (b"\xff\xd8\xff\xe0", "image", "jpeg", "buca in via Garibaldi.jpg"),
    (b"\x89PNG\r\n\x1a\n", "image", "png", "schermata.png"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application", "msword", "modulo di richiesta.doc"),
)


def _page(said: str, quotes: bool) -> str:
    def paragraphs(text: str) -> str:
        return "".join(f'<p class="MsoNormal" style="margin-top:0;color:#222"><span lang="IT">{line}</span></p>'
                       for line in text.splitlines() if line)  # fmt: skip

    quote = _WROTE.replace("<", "&lt;").replace(">", "&gt;")
    behind = (f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{quote}<br></div>'
              f'<blockquote class="gmail_quote">{paragraphs(_RECEIPT)}</blockquote></div>')  # fmt: skip
    return (f'<html><head><meta charset="utf-8"><style>p.MsoNormal {{margin:0}}</style></head><body>'
            f'<div dir="ltr">{paragraphs(said)}</div><br>{behind if quotes else ""}</body></html>')  # fmt: skip


# Malformed ------------------------------


def _broken(mail: EmailMessage, text: str, mark: str, sender: str, turn: int) -> Letter:
    """As programs that never read an RFC send it; all but one can be read nevertheless."""
    damage, state = _DAMAGES[turn % len(_DAMAGES)]
    said = f"Segno {mark}.\r\n" + text.replace("\n", "\r\n")
    head = "".join(f"{name}: {value}\r\n" for name, value in mail.items() if name != "Subject")
    return Letter(damage(head, said), sender, mark, state)


def _never_closed(head: str, said: str) -> bytes:
    """A boundary never closed, and base64 cut in the middle of a quantum."""
    files = "--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK"
    words = f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{said}\r\n"
    head += 'Subject: X\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return f"{head}{words}{files}{'A' * 30_001}".encode()


def _eight_bits(head: str, said: str) -> bytes:
    """Headers and words without a charset."""
    return f"{head}Subject: Perché così\r\n\r\n{said} è però".encode("latin-1")


def _no_charset(head: str, said: str) -> bytes:
    """One nobody has."""
    return f"{head}Subject: X\r\nContent-Type: text/plain; charset=x-nessuno\r\n\r\n{said}".encode()


def _nobody(head: str, said: str) -> bytes:
    return f"{head.replace('From:', 'X-From:')}Subject: X\r\n\r\n{said}".encode()


def _bare_lines(head: str, said: str) -> bytes:
    """Bare line feeds, and a header that is none."""
    return f"{head}Subject: X\r\nquesta non è una testata\r\n\r\n{said}".replace("\r\n", "\n").encode()


def _not_quoted_printable(head: str, said: str) -> bytes:
    return f"{head}Subject: X\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{said} =ZZ 100=".encode()


def _never_ended(head: str, said: str) -> bytes:
    """An encoded word without its end, and half a content type."""
    return f"{head}Subject: =?utf-8?b?w6g\r\nContent-Type: text\r\n\r\n{said}".encode()


def _never_begun(head: str, said: str) -> bytes:
    """Two subjects, and a boundary that is announced and never comes."""
    return f"{head}Subject: X\r\nSubject: Y\r\nContent-Type: multipart/mixed; boundary=n\r\n\r\n{said}".encode()


_DAMAGES: Final[tuple[tuple[Callable[[str, str], bytes], str], ...]] = (
    (_never_closed, "ticketed"),
    (_eight_bits, "ticketed"),
    (_no_charset, "ticketed"),
    (_nobody, "quarantined"),
    (_bare_lines, "ticketed"),
    (_not_quoted_printable, "ticketed"),
    (_never_ended, "ticketed"),
    (_never_begun, "ticketed"),
)

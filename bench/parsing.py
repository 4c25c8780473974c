"""How many mails a second one core reads: `python -m bench.parsing`. No database, nothing is left behind.

The mix is that of a public desk's mailbox: of ten mails four are plain replies with what they quote, four are replies
in text and HTML, one has a picture and one a PDF of 40 kB. The standard library is asked for the same things as far as
it can answer: addresses, subject, date, words, files with their hash. It neither makes HTML safe nor tells quotes,
machines, bounces or languages apart, so its figure is a floor of what reading costs and no rival.
"""

from __future__ import annotations

import argparse
import cProfile
import email
import email.policy
import hashlib
import pstats
import random
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage

from sportello.config.load.words import Words, person_name
from sportello.service.channels.mailkit.parse import parse

_ATTACHED = 40_000
_ROUNDS = 3


def mails(count: int, seed: int) -> list[bytes]:
    """`count` messages, the same for the same seed."""
    chance = random.Random(seed)
    words = Words("it", chance)
    return [_mail(words, chance, number) for number in range(count)]


def _mail(words: Words, chance: random.Random, number: int) -> bytes:
    mail = EmailMessage()
    name = person_name(chance)
    mail["Return-Path"] = f"<cliente.{number}@example.com>"
    for hop in range(3):
        mail.add_header("Received", f"from mx{hop}.example.com by mx.comune.example.it with ESMTPS id {hop}{number}; "
                        "Tue, 03 Nov 2026 10:15:00 +0100")  # fmt: skip
    mail["DKIM-Signature"] = f"v=1; a=rsa-sha256; d=example.com; s=s1; bh={'A' * 43}=; b={'B' * 172}"
    mail["From"], mail["To"] = f"{name} <cliente.{number}@example.com>", "URP <urp@comune.example.it>"
    mail["Subject"] = f"Re: {words.subject()[:60]} è così"
    mail["Date"] = "Tue, 03 Nov 2026 10:15:00 +0100"
    mail["Message-ID"] = f"<{number}.{chance.getrandbits(60)}@mail.example.com>"
    mail["In-Reply-To"] = mail["References"] = "<sp.abcdefghijklmnopqrstuvwx@comune.example.it>"
    said, asked = words.text(), words.text()
    wrote = "Il giorno lun 2 nov 2026 alle ore 09:00 URP <urp@comune.example.it> ha scritto:"
    quoted = "\n".join(f"> {line}" for line in asked.splitlines())
    mail.set_content(f"{said}\n\n{wrote}\n{quoted}\n")
    sort = number % 10
    if sort >= 4:
        mail.add_alternative(_page(said, asked, wrote), subtype="html")
    if sort == 8:
        picture = b"\xff\xd8\xff\xe0" + chance.randbytes(_ATTACHED)
        mail.add_attachment(picture, maintype="image", subtype="jpeg", filename="buca in via Garibaldi.jpg")
    elif sort == 9:
        paper = b"%PDF-1.4\n" + chance.randbytes(_ATTACHED)
        mail.add_attachment(paper, maintype="application", subtype="pdf", filename="carta d'identità.pdf")
    return mail.as_bytes(policy=email.policy.SMTP)


def _page(said: str, asked: str, wrote: str) -> str:
    def paragraphs(text: str) -> str:
        return "".join(f'<p style="margin-top:0;color:#222"><span lang="IT">{line}</span></p>'
                       for line in text.splitlines() if line)  # fmt: skip

    quote = wrote.replace("<", "&lt;").replace(">", "&gt;")
    return (f'<html><head><meta charset="utf-8"></head><body><div dir="ltr">{paragraphs(said)}</div><br>'
            f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{quote}<br></div>'
            f'<blockquote class="gmail_quote">{paragraphs(asked)}</blockquote></div></body></html>')  # fmt: skip


def library(raw: bytes) -> int:
    """The same questions, put to Python's own parser. The answer is a number so that no work can be skipped."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    said = 0
    for name in ("from", "to", "cc", "reply-to"):
        said += sum(len(one.addr_spec) for one in getattr(mail[name], "addresses", ()))
    said += len(mail["subject"] or "") + bool(mail["date"] and mail["date"].datetime)
    for part in mail.walk():
        if part.is_multipart():
            continue
        if part.get_content_maintype() == "text":
            said += len(part.get_content())
        else:
            said += len(hashlib.sha256(part.get_content()).hexdigest()) + len(part.get_filename() or "")
    return said


def a_second(read: Callable[[bytes], object], spool: list[bytes]) -> float:
    """Messages a second of this process's processor time, the best of three rounds: other programs share the core."""
    best = 0.0
    for _ in range(_ROUNDS):
        began = time.process_time()
        for raw in spool:
            read(raw)
        best = max(best, len(spool) / (time.process_time() - began))
    return best


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.parsing", description=__doc__.partition("\n")[0])
    parser.add_argument("--mails", type=int, default=2_000, help="how many different messages (2000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", action="store_true", help="where the time goes, and no figures")
    args = parser.parse_args()
    spool = mails(args.mails, args.seed)
    parse(spool[0])  # the language model is loaded once
    if args.profile:
        _profile(spool)
        return 0
    ours, theirs = a_second(parse, spool), a_second(library, spool)
    size = sum(map(len, spool)) / len(spool)
    print(f"{len(spool)} mails of {size:,.0f} bytes on average, one core, processor time, best of {_ROUNDS}")
    print(f"sportello, everything      {ours:8,.0f} a second")
    print(f"standard library, reading  {theirs:8,.0f} a second")
    return 0


def _profile(spool: list[bytes]) -> None:
    with cProfile.Profile() as profile:
        for raw in spool:
            parse(raw)
    pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    sys.exit(main())

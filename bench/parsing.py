"""How many mails a second one core reads: `python -m bench.parsing`. No database, nothing is left behind.

The mix is that of a public desk's mailbox (`spool.py`): replies, HTML, files of 20 to 200 kB, robots, malformed ones.
The standard library is asked for the same things as far as
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
import sys
import time
from collections.abc import Callable
from email.parser import BytesHeaderParser

from sportello.service.channels.mailkit.parse import parse

from .spool import letters

_ROUNDS = 3


def mails(count: int, seed: int) -> list[bytes]:
    """`count` messages of the spool intake is measured with, the same for the same seed."""
    return [one.raw for one in letters(count, seed, [(f"cliente{n}@example.org", "a" * 24) for n in range(50)])]


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
        try:
            content = part.get_content()
        except LookupError:  # a charset nobody has: it gives up, and is faster for it
            continue
        if part.get_content_maintype() == "text":
            said += len(content)
        else:
            said += len(hashlib.sha256(content).hexdigest()) + len(part.get_filename() or "")
    return said


def heads(raw: bytes) -> int:
    """Python's own parser, of the headers alone."""
    return len(BytesHeaderParser(policy=email.policy.default).parsebytes(raw).keys())


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
    ours, theirs, headers = (a_second(read, spool) for read in (parse, library, heads))
    size = sum(map(len, spool)) / len(spool)
    print(f"{len(spool)} mails of {size:,.0f} bytes on average, one core, processor time, best of {_ROUNDS}")
    print(f"sportello, everything      {ours:8,.0f} a second")
    print(f"standard library, reading  {theirs:8,.0f} a second")
    print(f"standard library, headers  {headers:8,.0f} a second")
    return 0


def _profile(spool: list[bytes]) -> None:
    with cProfile.Profile() as profile:
        for raw in spool:
            parse(raw)
    pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    sys.exit(main())

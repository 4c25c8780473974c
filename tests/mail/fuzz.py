"""A mutation fuzzer for the mail parser: `make fuzz`, or `scripts/fuzz --help`.

Each message has a number; the number and the run's seed make it, so that a failure is repeated by `--only NUMBER`. A
message is taken from the golden ones, cut, spliced with another, sprinkled with pieces that mean something to a parser,
and sometimes wrapped once more. What must hold of every one of them: no exception (not even one that the last net
catches), text that a database takes, no file lost that the tree holds, an end within `SLOW` seconds.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import logging
import multiprocessing
import random
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field

from sportello.service.channels.mailkit import show
from sportello.service.channels.mailkit.parse import parse

from . import build

#: Seconds of processor time that one message of some kilobytes may take.
SLOW = 2.0
#: After so many it is stopped, wherever it is.
STUCK = 10.0
_BATCH = 250
_LARGEST = 60_000
_TOLD = 10

SNIPPETS = [
    b"\r\n", b"\n\n", b"--limite", b"--limite--\n", b"=?utf-8?B?", b"?=", b"\x00", b"\xff\xfe", b"<", b">", b'"', b"(", b";",
    b":", b"@", b"\nContent-Type: multipart/mixed; boundary=limite\n", b"charset=utf-7", b"charset=utf-16", b"charset=idna",
    b"\nContent-Transfer-Encoding: x-uuencode\n", b"begin 644 a\n", b"\x1b$B", b"+AGE-", b"+2AA-", b"<pre>", b"> ",
    b"\nContent-Type: message/delivery-status\n", b"<blockquote>", b"ha scritto:\n", b"\nDate: 99999999999999999999\n",
    b"name*0*=utf-8''%", b"\xed\xa0\x80", b"\nContent-Transfer-Encoding: base64\n", b"&#55296;", b"&#0;", b"<svg><text>",
    b"\nContent-Type: application/ms-tnef\n", b"\nContent-Type: application/pkcs7-mime\n", b"\nContent-Type: text/calendar\n",
    b"BEGIN:VEVENT\n", b"\nContent-Type: multipart/report; boundary=limite\n", b"-----BEGIN PGP SIGNED MESSAGE-----\n\n",
    b"-----BEGIN PGP SIGNATURE-----\n", b"Final-Recipient: rfc822; ", b"-- \n", b"Da: a@b.it\nData: 1\nA: x\nOggetto: y\n",
    b"{\\rtf1 ", b"\\'e0", b"\\u-10179?", b"\nX-Ricevuta: accettazione\n", b"\nX-Trasporto: posta-certificata\n",
    b"<postacert tipo='x'>", b"\nContent-Type: message/feedback-report\n", b"\nAuto-Submitted: auto-replied\n",
]  # fmt: skip


def message(seeds: list[bytes], seed: int, number: int) -> bytes:
    """The message of this number; the same for the same seed and the same golden messages."""
    chance = random.Random(f"{seed}/{number}")
    raw = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((1, 2, 3, 5, 8, 20))):
        _mutate(raw, seeds, chance)
    if chance.random() < 0.05:
        raw = bytearray(_wrapped(bytes(raw), chance))
    return bytes(raw[:_LARGEST])


def _mutate(raw: bytearray, seeds: list[bytes], chance: random.Random) -> None:
    at = chance.randrange(len(raw) + 1)
    what = chance.random()
    if what < 0.25 and raw:
        raw[min(at, len(raw) - 1)] = chance.randrange(256)
    elif what < 0.5:
        raw[at:at] = chance.choice(SNIPPETS)
    elif what < 0.65:
        del raw[at : at + chance.randrange(60)]
    elif what < 0.8:
        again = chance.randrange(len(raw) + 1)
        raw[at:at] = raw[again : again + chance.randrange(300)]
    elif what < 0.9:
        other = chance.choice(seeds)
        begins = chance.randrange(len(other) + 1)
        raw[at : at + chance.randrange(400)] = other[begins : begins + chance.randrange(800)]
    elif what < 0.95:
        raw[at:at] = chance.choice(SNIPPETS) * chance.randrange(200)
    else:
        lines = raw.split(b"\n")
        chance.shuffle(lines)
        raw[:] = b"\n".join(lines)


def _wrapped(raw: bytes, chance: random.Random) -> bytes:
    kind = chance.choice(("message/rfc822", "multipart/mixed; boundary=limite", "application/pkcs7-mime", "text/html"))
    head = f"From: a@b.it\nContent-Type: {kind}\n"
    if chance.random() < 0.5:
        return head.encode() + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(raw)
    return head.encode() + b"\n" + raw


def check(raw: bytes) -> str:
    """What is wrong with the record of this message; empty when nothing is."""
    began = time.process_time()
    record = parse(raw)
    took = time.process_time() - began
    if "parser_error" in record.defects:
        return "the last net caught an exception"
    if took > SLOW:
        return f"took {took:.1f} s"
    if record.size != len(raw) or record.sha256 != hashlib.sha256(raw).hexdigest():
        return "the record is of other bytes"
    for text in _texts(show.as_json(record)):
        if "\x00" in text or not _is_text(text):
            return f"a text that no database takes: {text[:80]!r}"
    for file in record.attachments:
        if file.sha256 != hashlib.sha256(file.content).hexdigest() or not file.filename or "/" in file.filename:
            return f"a file that cannot be kept: {file.filename!r}"
    if record.date is not None and record.date.tzinfo is None:
        return "a date without offset"
    if record.text.strip() and not (record.reply_text.strip() or record.quoted_text.strip() or record.signature.strip()):
        return "words that are nobody's"
    return ""


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


@dataclass
class Seen:
    """What one process, or all of them, met."""

    count: int = 0
    failures: list[tuple[int, str]] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, -1)

    def add(self, other: Seen) -> None:
        self.count += other.count
        self.failures += other.failures
        self.slowest = max(self.slowest, other.slowest)


_seeds: list[bytes] = []


def _start(seeds: list[bytes]) -> None:
    _seeds[:] = seeds
    logging.disable(logging.CRITICAL)  # a failure is told once, by its number


class StuckError(BaseException):
    """Passes through the parser's last net."""


def _stop(_signal: int, _frame: object) -> None:
    raise StuckError


def batch(task: tuple[int, range]) -> Seen:
    """Try the messages of these numbers."""
    seed, numbers = task
    signal.signal(signal.SIGVTALRM, _stop)
    seen = Seen()
    for number in numbers:
        raw = message(_seeds, seed, number)
        began = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, STUCK)
        try:
            wrong = check(raw)
        except (Exception, StuckError):
            wrong = traceback.format_exc(limit=-3)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        seen.slowest = max(seen.slowest, (time.process_time() - began, number))
        seen.count += 1
        if wrong:
            seen.failures.append((number, wrong))
    return seen


def run(count: int, seed: int, processes: int, seconds: float, first: int = 0) -> Seen:
    """Up to `count` messages, ended after `seconds`."""
    seeds = list(build.messages().values())
    tasks = ((seed, range(at, min(at + _BATCH, first + count))) for at in range(first, first + count, _BATCH))
    seen = Seen()
    ends = time.monotonic() + seconds
    if processes == 1:
        before = logging.root.manager.disable
        _start(seeds)
        for task in tasks:
            seen.add(batch(task))
            if time.monotonic() > ends:
                break
        logging.disable(before)
        return seen
    with multiprocessing.get_context("spawn").Pool(processes, _start, (seeds,)) as pool:
        for part in pool.imap_unordered(batch, tasks):
            seen.add(part)
            if time.monotonic() > ends:
                break
    return seen


def main() -> int:
    """0 when nothing failed and all were tried, 1 when something failed, 3 when time ran out before the count."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=200_000, help="how many messages (200000)")
    parser.add_argument("--seed", type=int, default=20261103, help="another seed makes other messages")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1_200, help="stop after so long (1200)")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="make this one message, say what is wrong and print it")
    args = parser.parse_args()
    if args.only is not None:
        raw = message(list(build.messages().values()), args.seed, args.only)
        print(check(raw) or "nothing wrong", file=sys.stderr)
        sys.stdout.buffer.write(raw)
        return 0
    began = time.monotonic()
    seen = run(args.count, args.seed, args.processes, args.seconds)
    took = time.monotonic() - began
    for number, wrong in sorted(seen.failures)[:_TOLD]:
        print(f"-- seed {args.seed}, message {number}: {wrong}\n   again: scripts/fuzz --seed {args.seed} --only {number}")
    slowest, number = seen.slowest
    print(json.dumps({
        "messages": seen.count, "wanted": args.count, "failures": len(seen.failures), "seed": args.seed,
        "seconds": round(took, 1), "slowest_ms": round(slowest * 1000), "slowest_number": number,
    }))  # fmt: skip
    if seen.failures:
        return 1
    return 0 if seen.count == args.count else 3


if __name__ == "__main__":
    sys.exit(main())

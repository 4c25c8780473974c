"""`sportello mail deliver` (the pipe of a mail server) and `sportello mail show` (what the parser sees)."""

from __future__ import annotations

import argparse
import sys

from . import _replaying as replaying

HELP = "deliver a message from standard input, or show what the parser makes of messages"
#: sysexits.h EX_TEMPFAIL: the mail server keeps the message and tries again.
TRY_AGAIN = 75


def arguments(parser: argparse.ArgumentParser) -> None:
    """`deliver --to ADDRESS`, `show --jsonl` and `replay --since WHEN`."""
    verbs = parser.add_subparsers(metavar="verb", required=True, dest="verb")
    deliver = verbs.add_parser("deliver", help="take one message from standard input")
    deliver.add_argument("--to", required=True, metavar="ADDRESS", help="the mailbox it was sent to")
    show = verbs.add_parser("show", help="parse messages; needs no database")
    show.add_argument("--jsonl", action="store_true", required=True, help="one request and answer a line")
    again = verbs.add_parser(
        "replay", help="what the present code would make of stored mail", description=replaying.EXPLAINED
    )
    replaying.arguments(again)


def run(args: argparse.Namespace) -> int:
    """deliver: 0 taken, 75 try again, another code refused. show: 0."""
    from sportello.config.cli import reach

    if args.verb == "show":
        return int(reach("sportello.service.channels.mailkit.show:main")() or 0)
    if args.verb == "replay":
        return replaying.run(args)
    raw = sys.stdin.buffer.read()
    # Whatever fails before the message is safe, the mail server must keep it: no other code may come out of
    # here.
    try:
        from sportello.config.cli import start_django

        start_django()
        return int(reach("sportello.service.channels.email.pipe:deliver")(args.to, raw))
    except Exception as error:
        print(f"sportello: not delivered, try again ({type(error).__name__}: {error})", file=sys.stderr)
        return TRY_AGAIN

"""`sportello terms --jsonl`: terms and opening hours asked and answered, one JSON a line. Needs no database."""

from __future__ import annotations

import argparse
import json
import sys

HELP = "answer questions about terms and opening hours, one JSON a line"
ASK = """\
One question a line on standard input, one answer a line on standard output, in the same order.

  hours  {"id": 1, "kind": "hours", "op": "add", "calendar": {…}, "start": "2026-11-23T12:00:00+01:00", "seconds": 7200}
         op: add (negative seconds too), between (start, end), is_open, next_open, next_close, prev_open,
         add_days (days), days_between (start, end), is_day
         calendar: {"timezone": "Europe/Rome", "hours": {"mon": [["08:30", "13:00"]]}, "holidays": ["2026-12-25"],
         "special": {"2026-12-24": [["09:00", "12:00"]]}, "always": false}; more: country, local_days, suspensions
  terms  {"id": 2, "op": "term", "procedure": "pa_general", "received": "2026-09-01", "language": "en",
          "events": [{"event": "suspend", "cause": "refusal_notice", "at": "2026-09-21"},
                     {"event": "answer", "cause": "refusal_notice", "at": "2026-09-28"}]}
         event: suspend, answer, restart, interim, or presented, protocolled, notified, delivered, concluded,
         happened, answered, closed, appealed, told
         more: calendar, patron ("MI" counts the patron saint), definition (a procedure of one's own)

Answer: {"id", "result"} or {"id", "error": a sentence}. A line that is wrong does not stop the next.
The whole is told in docs/how-to/terms.md.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """--jsonl; without it, the procedures that can be asked for."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = ASK
    parser.add_argument("--jsonl", action="store_true", help="questions on standard input, one JSON a line")


def run(args: argparse.Namespace) -> int:
    """0 whatever the questions were: what is wrong with one is its answer."""
    if not args.jsonl:
        return _listed()
    from sportello.records.procedures.answers import MAX_LINE, answer_line

    out = sys.stdout
    out.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # a text stream
    source = sys.stdin.buffer
    while line := source.readline(MAX_LINE + 2):
        rest = line
        while not rest.endswith(b"\n") and len(rest) > MAX_LINE:  # too long: its remainder is not a question
            rest = source.readline(MAX_LINE + 2)
            if not rest:
                break
        if line.strip():
            print(json.dumps(answer_line(line), ensure_ascii=False), file=out, flush=True)
    return 0


def _listed() -> int:
    from sportello.records.procedures.packs import shipped

    for pack in shipped():
        for each in pack.procedures:
            unsure = len(each.open_values())
            to_confirm = f"  {unsure} to confirm" if unsure else ""
            print(f"{each.code:30} from {each.valid_from}  {each.term.value} {each.term.unit}{to_confirm}")
    return 0

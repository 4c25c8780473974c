"""`sportello mail replay`: what the present code would make of stored mail, one line a difference and a sum."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from sportello.config.supervisor.trouble import Trouble

EXPLAINED = """\
Run it before an upgrade (the new code on a copy of the data), after a fix, and to bring back what was held back.
Without --apply nothing is written. With it, what was held back and passes now is read again by the worker, and words
are divided anew into own words, quote and signature where not one is lost; a ticket is never changed to another.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """`--since`, `--organisation`, `--apply`, `--jsonl`."""
    parser.add_argument("--since", required=True, metavar="WHEN", help="2026-11-01, an instant, or 30d, 12h ago")
    parser.add_argument("--organisation", metavar="SLUG", default="", help="only this one")
    parser.add_argument("--apply", action="store_true", help="bring back what passes now, divide words anew")
    parser.add_argument("--jsonl", action="store_true", help="one JSON object a line, the last one the sum")


def run(args: argparse.Namespace) -> int:
    """0 when nothing would differ, or all that differs was applied; 1 otherwise."""
    from sportello.config.cli import reach, start_django

    since = instant(args.since, datetime.now(UTC))
    start_django()
    organisation = _organisation(args.organisation) if args.organisation else None
    looked, counted, left = 0, Counter[str](), 0
    for one in reach("sportello.service.channels.replay:replay")(since, organisation=organisation, apply=args.apply):
        looked += 1
        if one is None:
            continue
        left += not one.done
        counted.update(one.what)
        counted.update([one.done] if one.done else [])
        _say(json.dumps(_told(one)) if args.jsonl else _line(one))
    _say(_sum(looked, left, counted, as_json=args.jsonl))
    return 1 if left else 0


def instant(written: str, now: datetime) -> datetime:
    """`30d`, `12h`, a day, or an instant, in UTC where it does not say. Trouble for anything else."""
    unit = {"d": "days", "h": "hours"}.get(written[-1:])
    if unit and written[:-1].isascii() and written[:-1].isdigit() and len(written) < 7:
        return now - timedelta(**{unit: int(written[:-1])})
    try:
        given = datetime.fromisoformat(written)
    except ValueError:
        raise Trouble(f"--since {written}: write 2026-11-01, 2026-11-01T08:00, 30d or 12h") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def _organisation(slug: str) -> Any:
    from sportello.foundation.tenancy.models import Organisation

    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise Trouble(f"there is no organisation {slug}")
    return found


def _line(one: Any) -> str:
    parts = [f"mail {one.mail_id}", one.received_at.isoformat(timespec="minutes"), one.mailbox, ",".join(one.what)]
    for what in one.what:
        parts.append(_change(what, one.was, one.now))
    return "  ".join(parts) + (f"  [{one.done}]" if one.done else "")


def _change(what: str, was: Any, now: Any) -> str:
    if what == "joined":
        return f"{was.ticket} -> {now.ticket}"
    if what == "who":
        return "another sender"
    if what == "certified":
        return "other data of the provider"
    if what == "words":
        return f"{len(was.words)} -> {len(now.words)} signs"
    return f"{was.state}/{was.cause} -> {now.state}/{now.cause}"


def _told(one: Any) -> dict[str, Any]:
    def side(outcome: Any) -> dict[str, Any]:
        return {
            "state": outcome.state, "cause": outcome.cause, "ticket": outcome.ticket, "machine": outcome.is_machine,
            "signs": len(outcome.words),
        }  # fmt: skip

    return {
        "mail": one.mail_id, "organisation": one.organisation, "mailbox": one.mailbox,
        "received_at": one.received_at.isoformat(), "differs": list(one.what), "was": side(one.was),
        "now": side(one.now), "done": one.done,
    }  # fmt: skip


def _sum(looked: int, left: int, counted: Counter[str], *, as_json: bool) -> str:
    if as_json:
        return json.dumps({"looked_at": looked, "left": left, "counted": dict(sorted(counted.items()))})
    told = ", ".join(f"{name} {number}" for name, number in sorted(counted.items())) or "nothing would differ"
    return f"{looked} messages looked at: {told}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")

"""Counts kept from run to run: statements, bytes, requests.

They do not depend on the machine, so the last ones stand in `bench/counts.toml` and the run fails when one grows. Who has a
reason for it writes them anew with `SPORTELLO_WRITE_COUNTS=1`, and the commit tells the reason.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1] / "bench"
KEPT = BENCH / "counts.toml"
WRITES = os.environ.get("SPORTELLO_WRITE_COUNTS", "") == "1"
HEAD = """# What pages, replies, mails and changes cost: statements, requests, and bytes as gzip sends them. Made and compared by
# tests/counts.py: a run fails when one grows; SPORTELLO_WRITE_COUNTS=1 writes it anew.
"""

Counts = dict[str, dict[str, int]]


def compare(section: str, now: dict[str, int], slack: float = 1.0) -> None:
    """Fails where something grew or is new; with SPORTELLO_WRITE_COUNTS the section is written instead."""
    kept: Counts = tomllib.loads(KEPT.read_text()) if KEPT.exists() else {}
    if WRITES:
        kept[section] = now
        KEPT.write_text(HEAD + "".join(_section(name, kept[name]) for name in sorted(kept)))
        return
    before = kept.get(section, {})
    grown = [
        f"{name}: {before[name]} before, {count} now" if name in before else f"{name}: {count}, and none kept"
        for name, count in now.items()
        if count > before.get(name, -1) * slack
    ]
    assert not grown, f"{section} grew, see the head of {KEPT.name}:\n" + "\n".join(grown)
    gone = before.keys() - now.keys()
    assert not gone, f"{section} of what is there no more: {sorted(gone)}"


def _section(name: str, counts: dict[str, int]) -> str:
    return f"\n[{name}]\n" + "".join(f'"{one}" = {count}\n' for one, count in sorted(counts.items()))

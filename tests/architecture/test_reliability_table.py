"""The page that tells which test guards against which failure names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWED = {*range(1, 15), *range(21, 29)}


def test_every_failure_has_a_test_that_exists() -> None:
    lines = re.findall(r"^\| (\d+) \|.*$", (ROOT / "docs/reliability.md").read_text(), re.MULTILINE)
    assert {int(number) for number in lines} == OWED
    for line in (ROOT / "docs/reliability.md").read_text().splitlines():
        if re.match(r"\| \d+ \|", line):
            named = re.findall(r"`(tests/\S+\.py)::(test_\w+)`", line)
            assert named, line
            for path, name in named:
                assert re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.MULTILINE), (path, name)

"""Each message of tests/mail/golden with its expected record beside it."""

from __future__ import annotations

import json

import pytest

from tests.mail import build

NAMES = sorted(path.stem for path in build.GOLDEN.glob("*.eml"))


@pytest.mark.parametrize("name", NAMES)
def test_message_is_read_as_expected(name: str) -> None:
    wanted = json.loads((build.GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert build.expected((build.GOLDEN / f"{name}.eml").read_bytes()) == wanted


def test_the_files_are_those_the_builder_writes() -> None:
    made = build.messages()
    assert sorted(made) == NAMES
    assert [name for name in NAMES if (build.GOLDEN / f"{name}.eml").read_bytes() != made[name]] == []

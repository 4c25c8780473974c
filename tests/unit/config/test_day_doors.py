"""Whoever plays a day stands before doors that may be shut: they come again, and keep what they were answered."""

from __future__ import annotations

import json
import smtplib
from pathlib import Path

import pytest

from sportello.config.day import doors
from sportello.config.day.answered import Answered, number_on
from sportello.config.day.browser import Answer


@pytest.fixture(autouse=True)
def _no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors.time, "sleep", lambda seconds: None)


def knocks(*outcomes: Exception | str):
    """A door that answers these, one after the other."""
    left = list(outcomes)

    def knock() -> str:
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return knock


LATER = smtplib.SMTPDataError(451, b"later")


def test_they_knock_until_they_are_answered() -> None:
    shut = (ConnectionRefusedError(), LATER, smtplib.SMTPServerDisconnected(), doors.NotNow("503"))
    assert doors.again(knocks(*shut, "taken"), patience=60) == "taken"


def test_a_refusal_for_good_is_not_asked_again() -> None:
    for refusal in (smtplib.SMTPRecipientsRefused({"x@y": (550, b"unknown")}), smtplib.SMTPDataError(554, b"no")):
        with pytest.raises(type(refusal)):
            doors.again(knocks(refusal, "never"), patience=60)


def test_without_patience_once_is_enough() -> None:
    with pytest.raises(ConnectionRefusedError):
        doors.again(knocks(ConnectionRefusedError(), "never"), patience=0)


def test_a_fault_is_noted_and_asked_again(tmp_path: Path) -> None:
    kept = tmp_path / "answered.jsonl"
    door = doors.FormDoor("http://127.0.0.1:1", Answered(kept), patience=60)
    with pytest.raises(doors.NotNow):
        door._there(Answer(500, "http://127.0.0.1:1/o/borgo/request/?draft=secret", "", b""))
    (line,) = [json.loads(one) for one in kept.read_text().splitlines()]
    assert (line["door"], line["status"], line["path"]) == ("trouble", 500, "/o/borgo/request/")


def test_what_was_answered_is_a_line_each(tmp_path: Path) -> None:
    kept = Answered(tmp_path / "answered.jsonl")
    kept.mail("<1@posta.example>")
    kept.form("borgo", '<a href="/o/borgo/follow/?number=2026-0000012">')
    lines = [json.loads(one) for one in (tmp_path / "answered.jsonl").read_text().splitlines()]
    assert [(one["door"], one.get("message_id"), one.get("number")) for one in lines] == [
        ("mail", "<1@posta.example>", None), ("form", None, "2026-0000012"),
    ]  # fmt: skip
    assert number_on("<p>nothing</p>") == ""
    Answered().mail("<2@posta.example>")  # keeps no list

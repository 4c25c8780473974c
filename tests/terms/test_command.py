"""`sportello terms --jsonl` as a program: one answer a question, whatever the question."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sportello.records.procedures.answers import answer_line
from sportello.records.procedures.counting import LINES as COUNTED
from sportello.records.procedures.explaining import sentence
from sportello.records.procedures.reckoning import LINES as RECKONED
from tests.waiting import LIMIT

CHECKOUT = Path(__file__).resolve().parents[2]
OFFICE = {"timezone": "Europe/Rome", "hours": {"mon": [["08:30", "13:00"], ["14:30", "17:00"]]}}


def run(lines: bytes) -> list[dict]:
    clean = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "sportello", "terms", "--jsonl"], input=lines, capture_output=True, timeout=LIMIT,
        cwd=CHECKOUT, env={**clean, "PYTHONPATH": str(CHECKOUT)},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_a_bad_line_is_answered_and_the_next_one_too() -> None:
    good = json.dumps({"id": 7, "kind": "hours", "op": "is_open", "calendar": OFFICE,
                       "start": "2026-11-23T09:00:00+01:00"}).encode()
    told = run(b"\n".join([b"nonsense", good, b"\xff\xfe", b"[" * 50_000, b"", b"x" * 2_500_000, b'{"id": "q"}', good]))
    assert [("result" in each, each.get("id")) for each in told] == [
        (False, None), (True, 7), (False, None), (False, None), (False, None), (False, "q"), (True, 7)]
    assert all(each["error"].endswith(".") for each in told if "error" in each)


def test_it_pays_neither_for_django_nor_for_packs_nobody_asked_for() -> None:
    code = ("import sys, io; from sportello.config import cli\n"
            "cli.main(['terms', '--jsonl'])\n"
            "print([m for m in sys.modules if m.split('.')[0] in ('django', 'psycopg')], file=sys.stderr)")
    question = json.dumps({"op": "is_day", "calendar": OFFICE, "start": "2026-11-23"}).encode()
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, input=question, capture_output=True, timeout=LIMIT)
    assert done.stderr.strip() == b"[]"
    assert json.loads(done.stdout) == {"result": True}


def ask(**question: object) -> dict:
    return answer_line(json.dumps(question))


@pytest.mark.parametrize(("question", "said"), [
    ({"op": "add", "calendar": OFFICE, "start": "2026-11-23T09:00", "seconds": "7"}, "number"),
    ({"op": "add", "calendar": OFFICE, "start": "2026-11-23T09:00", "seconds": True}, "number"),
    ({"op": "add", "calendar": OFFICE, "start": "2026-11-23T09:00"}, "missing"),
    ({"op": "add", "calendar": OFFICE, "start": "yesterday", "seconds": 7}, "instant"),
    ({"op": "add", "calendar": {"timezone": "Mars/North"}, "start": "2026-11-23", "seconds": 7}, "Mars/North"),
    ({"op": "add", "start": "2026-11-23", "seconds": 7}, "calendar is missing"),
    ({"op": "next_close", "calendar": {"timezone": "UTC", "always": True}, "start": "2026-11-23"}, "never closes"),
    ({"op": "add_days", "calendar": OFFICE, "start": "2026-11-23", "days": 1.5}, "whole"),
    ({"op": "add", "calendar": OFFICE, "start": "2026-11-23", "seconds": 1e18}, "beyond"),
    ({"op": "add", "calendar": OFFICE, "start": "9999-12-31T23:00:00-23:00", "seconds": 1}, "outside|answered"),
    ({"op": "term", "procedure": "pa_general"}, "received"),
    ({"op": "term", "procedure": "nothing", "received": "2026-11-23"}, "no procedure of ours"),
    ({"op": "term", "procedure": "energy_complaint", "received": "2024-11-23"}, "no version in force"),
    ({"op": "term", "procedure": "pa_general", "received": "2026-11-23", "events": [{"at": "2026-11-24"}]}, "events"),
    ({"op": "term", "procedure": "pa_general", "received": "2026-11-23", "patron": "ZZ"}, "province"),
    ({"op": "term", "procedure": "pa_general", "received": "2026-11-23", "language": 3}, "language"),
    ({"op": "term", "definition": {"code": "x"}, "received": "2026-11-23"}, "must be given"),
    ({"kind": "weather"}, "not a kind"),
    ({"op": ["add"]}, "not an operation"),
])
def test_what_is_wrong_is_said(question: dict, said: str) -> None:
    told = ask(id="a", **question)
    assert set(told) == {"id", "error"} and told["id"] == "a"
    assert any(part in told["error"] for part in said.split("|")), told


def test_the_answer_shows_the_legal_day_and_the_safe_one() -> None:
    told = ask(op="term", procedure="pa_general", received="2026-09-04", language="en")["result"]
    assert (told["nominal"], told["due"], told["safe"], told["show"]) == (
        "2026-10-04", "2026-10-05", "2026-10-04", "2026-10-04")
    assert told["due_at"] == "2026-10-05T23:59:59+02:00"
    assert told["explanation"] == [
        "From Friday 4 September 2026, excluded.",
        "30 days: this leads to Sunday 4 October 2026.",
        "Sunday 4 October 2026 is a holiday (Saint Francis of Assisi, Patron Saint of Italy).",
        "It moves to Monday 5 October 2026.",
        "The term ends with Monday 5 October 2026.",
        "To be safe we work to Sunday 4 October 2026, before it was moved.",
    ]


@pytest.mark.parametrize(("procedure", "received", "without", "counted"), [
    ("payment_complaint", "2026-12-01", "2026-12-23", "2026-12-24"),
    ("water_complaint", "2026-11-23", "2027-01-08", "2027-01-11"),
])
def test_the_patron_saint_counts_only_when_asked(procedure: str, received: str, without: str, counted: str) -> None:
    question = {"op": "term", "procedure": procedure, "received": received}
    assert ask(**question)["result"]["due"] == without
    assert ask(**question, patron="MI")["result"]["due"] == counted


def test_an_instant_is_told_on_the_clock_it_was_asked_on() -> None:
    question = {"op": "add", "calendar": OFFICE, "seconds": 3600}
    assert ask(**question, start="2026-11-23T08:00:00Z")["result"] == "2026-11-23T09:00:00+00:00"
    assert ask(**question, start="2026-11-23T09:00:00+01:00")["result"] == "2026-11-23T10:00:00+01:00"
    assert ask(**question, start="2026-11-23T09:00:00")["result"] == "2026-11-23T10:00:00+01:00"


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_line_has_its_words(language: str) -> None:
    told = ask(op="term", procedure="pa_general", received="2026-09-01", language=language, events=[
        {"event": "notice", "cause": "refusal_notice", "at": "2026-09-21"},
        {"event": "observations", "at": "2026-09-28"}])["result"]["explanation"]
    assert len(told) == 8
    for code, names in {**COUNTED, **RECKONED}.items():
        facts = {"day": "2026-10-04", "instant": "2026-10-04T10:00:00+00:00", "value": 2, "unit": "months", "left": 3,
                 "limit": 30, "days": ["2026-10-04"], "cause": "x", "stop": "2026-10-01", "restart": "2026-10-02",
                 "given": "2026-10-01", "name": ""}
        said = sentence(code, {name: facts[name] for name in names}, language)
        assert said != code.replace("_", " ") and said.endswith("."), code

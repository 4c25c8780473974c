"""Figures, lists of what was slow, and lines of the log, one by one."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError

from sportello.foundation.watch import current, meters, slow
from sportello.foundation.watch.lines import JsonLines, PlainLines, kind_of, safe
from sportello.foundation.watch.statements import normal


@pytest.fixture(autouse=True)
def _fresh(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path  # where no other program left its files
    meters.forget()
    slow.forget()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("SELECT  id\n FROM t WHERE name = 'Maria ''la'' Rossi' AND n=42", "SELECT id FROM t WHERE name = ? AND n=?"),
        ("WHERE id IN (%s, %s, %s, %s)", "WHERE id IN (%s, …)"),
        ("INSERT INTO t (a) VALUES (%s, %s), (%s, %s), (%s, %s)", "INSERT INTO t (a) VALUES (%s, %s), …"),
        ("SELECT $$Maria$$, t1.c2, $1, -3.5", "SELECT ?, t1.c2, $1, ?"),
        ("SELECT 'Maria never ends", "SELECT "),
        (b"SELECT 1", "bytes"),
    ],
)
def test_a_statement_is_shown_without_its_values(written: object, shown: str) -> None:
    assert normal(written) == shown


def test_a_long_statement_is_cut_and_costs_no_more_than_its_beginning() -> None:
    found = normal("SELECT " + "a, " * 100_000)
    assert len(found) < 700 and found.endswith("…")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("no answer from maria.rossi+urp@posta.example at once", "no answer from <address> at once"),
        ("she rang from +39 333 123 4567 twice", "she rang from <number> twice"),
        ('duplicate key\nDETAIL:  Key (email)=(m@x.it) exists.', "duplicate key"),
        ("Key (tax_code)=(RSSMRA80A01H501U) already exists", "Key (tax_code) already exists"),
        ("mail 42 could not be read", "mail 42 could not be read"),
    ],
)
def test_a_line_loses_what_is_of_somebody(said: str, shown: str) -> None:
    assert safe(said) == shown


def test_an_error_is_told_by_its_kind() -> None:
    assert kind_of(ValueError("Maria")) == "ValueError"
    assert kind_of(FileNotFoundError(2, "No such file", "/home/maria")) == "FileNotFoundError: No such file or directory"
    assert kind_of(AttributeError("'Ticket' object has no attribute 'x'")).endswith("no attribute 'x'")
    failed = IntegrityError("Key (email)=(maria@posta.example) exists")
    failed.__cause__ = type("Unique", (Exception,), {"sqlstate": "23505", "diag": None})("maria@posta.example")
    assert kind_of(failed) == "IntegrityError 23505"


def line(words: str, *args: object, **extra: object) -> logging.LogRecord:
    record = logging.LogRecord("sportello.x", logging.INFO, __file__, 1, words, args, None)
    record.__dict__.update(extra)
    return record


def test_a_line_names_what_it_is_about_and_only_what_it_may() -> None:
    with current.about(organisation=3, mail=7), current.about(loop="intake"):
        said = json.loads(JsonLines().format(line("read", secret="Maria", facts={"ms": 4, "name": "Maria"})))
    assert (said["organisation"], said["mail"], said["loop"], said["ms"]) == (3, 7, "intake", 4)
    assert "secret" not in said and "name" not in said
    with pytest.raises(ValueError, match="subject"), current.about(subject="Maria"):
        pass
    assert json.loads(JsonLines().format(line("%d wrong", "arguments")))["says"] == "%d wrong"


def test_the_plain_line_says_the_same_and_where() -> None:
    try:
        raise ValueError("Maria")
    except ValueError:
        record = line("it failed", exc_info=sys.exc_info())
    said = PlainLines().format(record)
    assert "it failed (error=ValueError)" in said and "test_watch.py" in said and "Maria" not in said


def test_the_list_keeps_what_costs_most() -> None:
    for number in range(200):
        slow.saw("statement", f"SELECT {number}", 0.1 + number / 100)
    kept = [name for name, _line in slow.of_day()["statement"]]
    assert kept[0] == "SELECT 199" and len(kept) == 60 and "SELECT 0" not in kept


def test_lists_of_several_programs_are_one_and_old_days_go() -> None:
    today = slow.today()
    one = [[today, "page", "desk:list", 2, 0.6, 0.4, 10.0, [0.2, 0.4]], [today - 9, "page", "old", 1, 1.0, 1.0, 1.0, []]]
    other = [[today, "page", "desk:list", 1, 0.9, 0.9, 20.0, [0.9]]]
    assert slow.merged([one, other]) == [[today, "page", "desk:list", 3, 1.5, 0.9, 20.0, [0.2, 0.4, 0.9]]]


def test_a_histogram_counts_into_its_bucket() -> None:
    for seconds in (0.004, 0.015, 0.016, 9.0):
        meters.measure(meters.REQUEST_SECONDS, seconds, "desk:list")
    ((_name, _labels, numbers),) = meters.mine()
    assert numbers[:3] == [1, 1, 1] and numbers[-2] == 1 and sum(numbers[:-1]) == 4


def test_a_label_too_many_is_a_mistake_and_values_are_bounded() -> None:
    with pytest.raises(ValueError, match="labels"):
        meters.add(meters.MAIL_TAKEN, "smtp", "urp@borgo.test")
    for number in range(5000):
        meters.add(meters.MAIL_TAKEN, str(number))
    assert len(meters.mine()) == 4000


def test_a_fork_counts_for_itself() -> None:
    meters.add(meters.MAIL_TAKEN, "smtp", by=5)
    there, here = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(here, str(len(meters.mine())).encode())
        os._exit(0)
    assert os.read(there, 10) == b"0"
    os.waitpid(child, 0)

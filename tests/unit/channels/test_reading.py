"""A message that ends whoever reads it: the next process knows from the note what it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.db import connection

from sportello.foundation.tenancy import clock
from sportello.service.channels import intake, reading
from sportello.service.channels.models import IncomingMail
from tests.cast import Cast
from tests.flows.mail_fixtures import letter, stored


@pytest.fixture(autouse=True)
def _own_home(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HOME = tmp_path
    monkeypatch.setattr(reading, "NOTE", reading.Note())
    monkeypatch.setattr(intake, "note", reading.NOTE)


def die_reading(*mail_ids: int) -> None:
    """Another process reads these and is gone."""
    child = os.fork()
    if child == 0:
        reading.Note().say(mail_ids)
        os._exit(139)
    os.waitpid(child, 0)


def test_five_who_died_of_it_are_enough_and_the_others_go_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    poison, good = stored(letter("veleno")), stored(letter("buono"))
    with monkeypatch.context() as deadly:
        deadly.setattr(intake, "_settle_some", lambda known, most: (0, []))  # nobody comes so far
        for deaths in range(1, intake.ATTEMPTS + 1):
            die_reading(poison.pk)
            intake.work()
            poison.refresh_from_db()
            assert (poison.attempts, poison.error) == (deaths, "EndedReading: the program that read it ended")
            if deaths == 1:
                assert poison.next_attempt_at is None, "it may have been a restart: at once"
            elif deaths < intake.ATTEMPTS:
                assert poison.state == "pending" and poison.next_attempt_at > clock.server_now(), "later each time"
    assert (poison.state, poison.cause) == ("quarantined", "unreadable")
    intake.work()
    good.refresh_from_db()
    assert good.state == "ticketed"


def test_of_many_nobody_knows_which_so_each_is_read_by_itself(cast: Cast) -> None:
    mails = [stored(letter(f"numero {number}")) for number in range(3)]
    die_reading(*[mail.pk for mail in mails])
    with reading.left_by_the_dead() as found:
        assert found == [[mail.pk for mail in mails]]
    die_reading(*[mail.pk for mail in mails])
    assert intake.work() == 3
    states = IncomingMail.objects.values_list("state", "attempts")
    assert list(states) == [("ticketed", 1)] * 3, "none of them waits, none is held"


def test_who_lives_is_not_believed_dead(cast: Cast, tmp_path: Path) -> None:
    """The lock says it, not the number of the process: that is used again."""
    reading.NOTE.say([7])
    (own,) = (tmp_path / "run" / "reading").iterdir()
    own.rename(own.with_name("1.json"))
    with reading.left_by_the_dead() as found:
        assert found == []
    reading.NOTE.say([])


def test_one_with_the_number_of_the_dead_does_not_write_over_its_note(cast: Cast, tmp_path: Path) -> None:
    """In a container the worker has the same number after each restart."""
    die_reading(5)
    (left,) = (tmp_path / "run" / "reading").iterdir()
    left.rename(left.with_name(f"{os.getpid()}.json"))
    reading.NOTE.say([7])
    with reading.left_by_the_dead() as found:
        assert found == [[5]]


def test_an_error_while_counting_loses_no_note(cast: Cast) -> None:
    die_reading(5)
    with pytest.raises(RuntimeError), reading.left_by_the_dead() as found:
        assert found == [[5]]
        raise RuntimeError("the database is away")
    with reading.left_by_the_dead() as found:
        assert found == [[5]]
    with reading.left_by_the_dead() as found:
        assert found == []


def test_a_note_costs_no_statement(cast: Cast, django_assert_num_queries) -> None:
    with django_assert_num_queries(0), reading.watched() as note:
        note.say([1, 2])
    assert connection.in_atomic_block


def test_reading_that_has_no_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a pattern without end would be, which lets no other thread of Python run."""
    monkeypatch.setattr(reading, "OVERDUE", 0.2)
    child = os.fork()
    if child == 0:
        with reading.watched() as note:
            note.say([9])
            while True:
                pass
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 1
    with reading.left_by_the_dead() as found:
        assert found == [[9]]

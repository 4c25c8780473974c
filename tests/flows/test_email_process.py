"""`sportello listen` as the program it is: started, asked to stop in the middle of a letter, out of luck with its port."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from sportello.service.channels.models import IncomingMail
from tests.cast import Cast
from tests.flows.live_process import database_url
from tests.flows.mail_fixtures import URP, letter
from tests.ports import free_port
from tests.waiting import LIMIT, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def listening(port: int, **more: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    env = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "sportello.config.settings",
        "SPORTELLO_MAIL_PORT": str(port),
        "SPORTELLO_HOME": str(settings.HOME),
        "SPORTELLO_LOG": "INFO",
        **more,
    }
    log = Path(settings.HOME) / f"listen-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "sportello", "listen"], env=env, stdout=out, stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process, log
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
            return probe.recv(3) == b"220"
    except OSError:
        return False


def test_it_takes_mail_keeps_quiet_about_it_and_ends_when_told(cast: Cast) -> None:
    port = free_port()
    with listening(port) as (process, log):
        wait_until(lambda: answers(port), say=f"no mail was taken, see {log}")
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("maria@example.org", URP, letter("parole private"))
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.ehlo()
            client.mail("maria@example.org")
            client.rcpt(URP)
            client.docmd("DATA")
            client.send(letter("a metà"))
            process.send_signal(signal.SIGTERM)
            # the letter under way is waited for some seconds, then its line is cut: it would not end by itself
            process.wait(LIMIT)
            assert process.returncode == 0
        said = log.read_text()
    assert IncomingMail.objects.count() == 1, "half a letter is none: its server still has it"
    assert f"taking mail on port {port}" in said
    for private in ("maria", "borgo.test", "private"):
        assert private not in said.lower()


def test_a_port_that_is_taken_is_said_in_a_sentence(cast: Cast) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with listening(port) as (process, log):
            assert process.wait(LIMIT) == 1
            assert f"sportello: cannot take mail on port {port}: Address already in use" in log.read_text()


def test_without_a_database_it_says_451_and_recovers(cast: Cast) -> None:
    """The address of the database leads nowhere: nobody is told 250, and the door stays open."""
    port, nowhere = free_port(), free_port()
    url = f"postgresql://sportello:x@127.0.0.1:{nowhere}/sportello"
    with listening(port, DATABASE_URL=url) as (_process, log):
        wait_until(lambda: answers(port), say=f"no mail was taken, see {log}")
        for _time in range(2):
            with smtplib.SMTP("127.0.0.1", port) as client, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
                client.sendmail("maria@example.org", URP, letter())
            assert refused.value.recipients[URP][0] == 451

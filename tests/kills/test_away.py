"""The database is away for a while: everybody is told to come again, nobody loses a word, nobody ends."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sportello.config.day.browser import Browser
from sportello.config.supervisor.postgres import Cluster
from tests.kills import counting
from tests.kills.installation import installed
from tests.kills.senders import MailSender, Operator

PROGRAMS = ("web", "worker", "listen", "collect", "stream")
#: Seconds; `SPORTELLO_SOAK_AWAY=300` is the five minutes of an upgrade or a failover by hand.
AWAY = float(os.environ.get("SPORTELLO_SOAK_AWAY", "25"))


@pytest.fixture
def database() -> Iterator[Cluster]:
    """Somebody else's, as far as the installation knows: it does not start it again."""
    base = Path(tempfile.mkdtemp(prefix="sp-away-"))
    base.chmod(0o711)
    cluster = Cluster(base / "pg", base / "password", base / "log")
    cluster.prepare()
    cluster.start()
    cluster.ensure_database()
    try:
        yield cluster
    finally:
        cluster.stop()


@pytest.mark.soak
def test_while_the_database_is_away_everybody_waits_and_nothing_is_lost(database: Cluster) -> None:
    with installed({"DATABASE_URL": database.url()}) as one:
        stop = threading.Event()
        server = MailSender(one.mail_port, "a", stop, 0.5)
        colleague = Operator(one.port, stop, seed=1)
        server.start()
        one.wait_until(lambda: server.taken, "mail to flow")
        colleague.sign_in()
        customer = Browser(f"http://127.0.0.1:{one.port}")
        form = customer.get("/o/roccaserena/request/").form("subject")
        one.wait_until(lambda: all(one.pids(name) or one.rests(name) for name in PROGRAMS), "all programs")

        database.stop()
        began = time.monotonic()
        one.wait_until(lambda: one.get("/healthz")[0] == 503, "healthz to say so")
        assert '"database": "away"' in one.get("/healthz")[1]
        assert one.status() == {}, "status ends with 1"
        assert one.mail_says() == 451, "the sending server keeps the message"
        assert colleague.browser.get("/desk/lists/all/").status == 503, "nobody is thrown out, nothing is a fault"
        time.sleep(3.5)  # what a person needs to fill in a form
        typed = {"kind": "informazione", "subject": "Una domanda", "text": "La mia parola è parolaattesax.",
                 "name": "Maria", "email": "maria@posta.example", "language": "it", "privacy": "on"}  # fmt: skip
        page = customer.submit(form, typed)
        assert page.status == 503 and "conservato in questa pagina" in page.text, page.text
        kept = page.form("subject")
        assert kept.fields["text"] == [typed["text"]], "what was typed stays in the page"
        time.sleep(max(0.0, AWAY - (time.monotonic() - began)))

        database.start()
        back = time.monotonic()
        one.wait_until(one.answers, "the pages")
        one.wait_until(one.takes_mail, "the mail")
        mails = len(server.taken)
        one.wait_until(lambda: len(server.taken) > mails, "mail to flow again")
        print(f"away {AWAY:.0f} s; pages, mail and its senders back {time.monotonic() - back:.1f} s after it")
        summary = customer.submit(kept, {})
        assert "/summary/" in summary.url, (summary.status, summary.url)
        receipt = customer.submit(next(f for f in summary.forms() if "/summary/" in f.action), {})
        assert "/receipt/" in receipt.url
        assert colleague.browser.get("/desk/lists/all/").url.endswith("/desk/lists/all/"), "still signed in"
        stop.set()
        server.join(90)
        one.wait_until(lambda: counting.settled(one), "everything to settle")
        counting.words_once(one, [*server.taken, "parolaattesax"], "after the database was away")
        counting.ledgers(one)
        counting.nothing_is_silent(one)
        assert not server.refused
        assert " ended (" not in one.log_of("run"), "no program fell"
        one.knock("stream")  # it has rested meanwhile; it says how it is every few seconds
        one.wait_until(lambda: one.status()["streams"].get("away_seconds") == 0, "the stream to read again")

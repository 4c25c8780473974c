"""A disk without room, for files or for the database itself: the service says so, loses nothing, and goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from sportello.config.day.browser import Browser
from tests.kills import counting
from tests.kills.installation import Installation, installed
from tests.kills.senders import MailSender


@contextmanager
def small_disk(folder: str, megabytes: int) -> Iterator[tuple[Path, Path]]:
    """(home, disk): a home whose `folder` is a disk of its own, so small."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    home = Path(tempfile.mkdtemp(prefix="sp-full-"))
    disk = home / folder
    disk.mkdir(mode=0o711)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", str(disk)], capture_output=True, text=True
    )
    if mounted.returncode:
        home.rmdir() if not any(home.iterdir()) else shutil.rmtree(home)
        pytest.skip(f"nothing can be mounted here: {mounted.stderr.strip()}")
    try:
        yield home, disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
        shutil.rmtree(home, ignore_errors=True)


def fill(disk: Path) -> Path:
    """Nothing more goes onto it until the file returned is taken away."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        block = b"x" * 1_000_000
        while block:
            try:
                file.write(block)
            except OSError:
                block = block[: len(block) // 2]
    return filler


def form_of(browser: Browser, word: str):
    form = browser.get("/o/roccaserena/request/").form("subject")
    time.sleep(3.5)
    typed = {"kind": "informazione", "subject": "Una domanda", "text": f"La mia parola è {word}.",
             "name": "Maria", "email": "maria@posta.example", "language": "it", "privacy": "on"}  # fmt: skip
    return form, typed


def sent(customer: Browser, page) -> None:
    receipt = customer.submit(next(form for form in page.forms() if "/summary/" in form.action), {})
    assert "/receipt/" in receipt.url, (receipt.status, receipt.url)


@pytest.mark.soak
def test_no_room_for_files_is_said_at_each_door_and_mends_itself() -> None:
    with small_disk("blobs", 4) as (home, disk), installed(at=home) as one:
        files_find_no_room(one, disk)


def files_find_no_room(one: Installation, disk: Path) -> None:
    stop = threading.Event()
    server = MailSender(one.mail_port, "f", stop, 0.3)
    server.start()
    one.wait_until(lambda: len(server.taken) > 3, "mail to flow")
    customer = Browser(f"http://127.0.0.1:{one.port}")
    form, typed = form_of(customer, "parolafilex")
    filler = fill(disk)
    taken = len(server.taken)
    one.wait_until(lambda: server.answers[-1:] == [452], "mail to be refused for now")
    assert one.answers(), "pages without files go on"
    refused = customer.submit(form, typed, {form.files[0]: ("foto.png", b"\x89PNG\r\n\x1a\n" + b"x" * 50_000)})
    assert refused.status == 503 and "non c&#x27;è spazio" in refused.text, refused.text
    assert refused.form("subject").fields["text"] == [typed["text"]]
    assert one.status()["disk"]["blobs_free_bytes"] < 100_000, "whoever looks after it reads it"
    time.sleep(5)
    assert len(server.taken) <= taken + 1, "nothing was taken that could not be kept"

    filler.unlink()
    one.wait_until(lambda: len(server.taken) > taken + 3, "mail to flow again")
    page = customer.submit(form, typed, {form.files[0]: ("foto.png", b"\x89PNG\r\n\x1a\n" + b"x" * 50_000)})
    assert "/summary/" in page.url, (page.status, page.text)
    sent(customer, page)
    stop.set()
    server.join(90)
    one.wait_until(lambda: counting.settled(one), "what waited for room to leave", 400)
    counting.words_once(one, [*server.taken, "parolafilex"], "after the disk was full")
    counting.ledgers(one)
    counting.nothing_is_silent(one)
    counting.blobs_are_whole(one)
    assert not server.refused


@pytest.mark.soak
def test_no_room_for_the_database_stops_everything_and_loses_nothing() -> None:
    """PostgreSQL ends itself when it cannot write its log (PANIC); the supervisor starts it again until there is room."""
    with small_disk("postgres", 400) as (home, disk), installed(at=home) as one:
        the_database_finds_no_room(one, disk)


def the_database_finds_no_room(one: Installation, disk: Path) -> None:
    stop = threading.Event()
    server = MailSender(one.mail_port, "d", stop, 0.3)
    server.start()
    one.wait_until(lambda: len(server.taken) > 3, "mail to flow")
    customer = Browser(f"http://127.0.0.1:{one.port}")
    form, typed = form_of(customer, "paroladatix")
    filler = fill(disk)
    began = time.monotonic()
    while "PANIC" not in one.log_of("postgres") and time.monotonic() - began < 300:
        try:  # a new piece of its log has to be made, and there is no room for it
            one.ask("SELECT pg_switch_wal(), pg_logical_emit_message(true, 'soak', repeat('x', 10000))")
        except psycopg.Error:
            time.sleep(0.3)
    assert "PANIC" in one.log_of("postgres"), one.log_of("postgres")[-2000:]
    one.wait_until(lambda: one.get("/healthz")[0] == 503, "healthz to say so")
    assert one.mail_says() in (451, 452)
    page = customer.submit(form, typed)
    assert page.status == 503 and page.form("subject").fields["text"] == [typed["text"]], page.text
    time.sleep(10)
    assert one.process is not None and one.process.poll() is None, "the supervisor goes on trying"

    filler.unlink()
    back = time.monotonic()
    one.wait_until(lambda: one.answers() and one.takes_mail(), "everything to be back")
    print(f"room again: pages and mail back after {time.monotonic() - back:.1f} s")
    summary = customer.submit(page.form("subject"), {})
    assert "/summary/" in summary.url, (summary.status, summary.url)
    sent(customer, summary)
    stop.set()
    server.join(90)
    one.wait_until(lambda: counting.settled(one), "everything to settle", 400)
    counting.words_once(one, [*server.taken, "paroladatix"], "after the database's disk was full")
    counting.ledgers(one)
    counting.nothing_is_silent(one)
    assert not server.refused

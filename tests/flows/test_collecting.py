"""Collecting from a real Dovecot: what waits there is stored, once, whatever others do with it and however often the
line breaks. Dovecot is started by these tests (`tests/dovecot.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from imapclient import IMAPClient

from sportello.foundation.files.actions import read
from sportello.foundation.tenancy import clock
from sportello.service.channels.collecting import secrets, session
from sportello.service.channels.models import CollectedMessage, Collector, FolderPosition, IncomingMail, Mailbox
from tests.cast import Cast
from tests.dovecot import PASSWORD, USER, Dovecot, dovecot
from tests.flows.mail_fixtures import URP, letter

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def provider() -> Iterator[Dovecot]:
    with dovecot() as server:
        yield server


@pytest.fixture
def box(provider: Dovecot) -> Iterator[Dovecot]:
    """The provider with an empty mailbox."""
    provider.empty()
    yield provider


def collector(box: Dovecot, *, decided: bool = True, **more: object) -> Collector:
    mailbox = Mailbox.objects.get(address=URP)
    settings = {
        "protocol": "imap", "host": "127.0.0.1", "port": box.imap, "security": "none", "user": USER, "folder": "INBOX",
        "cut_off_at": LONG_AGO if decided else None, **more,
    }  # fmt: skip
    row = Collector.objects.create(
        organisation=mailbox.organisation, mailbox=mailbox, began_at=clock.server_now(), **settings
    )
    secrets.keep(row.pk, "password", PASSWORD)
    return row


def collect(row: Collector, **more: object) -> session.Look:
    """One connection, one look."""
    row.refresh_from_db()
    server = session.connect(session.access_of(row))
    try:
        return session.look(row, server, **more)
    finally:
        server.close()


def stored() -> list[bytes]:
    return sorted(read(mail.raw) for mail in IncomingMail.objects.select_related("raw"))


def client(box: Dovecot) -> IMAPClient:
    """A colleague's mail program."""
    program = IMAPClient("127.0.0.1", port=box.imap, ssl=False)
    program.login(USER, PASSWORD)
    return program


def test_ten_days_of_silence_lose_nothing(cast: Cast, box: Dovecot) -> None:
    """T1: the collector stood still for ten days; 500 messages came."""
    row = collector(box)
    began = clock.server_now() - timedelta(days=10)
    sent = []
    for number in range(500):
        raw = letter(f"Messaggio {number}", message_id=f"<d{number}@example.org>")
        sent.append(raw)
        box.deliver(raw, at=began + timedelta(minutes=28 * number))
    while collect(row).more:
        pass
    assert stored() == sorted(sent)
    position = FolderPosition.objects.get()
    assert (position.on_server, position.waiting) == (500, 0)
    came = IncomingMail.objects.order_by("received_at").first()
    assert came is not None
    assert abs(came.received_at - began) < timedelta(seconds=2), "terms run from when it came there"
    assert not IncomingMail.objects.filter(is_archive=True).exists()
    assert collect(row).taken == 0


def test_numbered_anew_is_neither_lost_nor_doubled(cast: Cast, box: Dovecot) -> None:
    """T2: another UIDVALIDITY, with mail that came meanwhile, and two equal messages that carry no Message-ID."""
    row = collector(box)
    twice = letter("due volte uguale", message_id="")
    for raw in (letter("uno", message_id="<1@x>"), twice, twice):
        box.deliver(raw)
    assert collect(row).stored == 3
    box.number_anew()
    box.deliver(letter("nuovo", message_id="<2@x>"))
    found = collect(row)
    assert (found.stored, found.again) == (1, 3)
    assert IncomingMail.objects.count() == 4
    assert FolderPosition.objects.filter(ended_at__isnull=True).count() == 1
    assert collect(row).taken == 0


def test_read_and_moved_elsewhere_changes_nothing(cast: Cast, box: Dovecot) -> None:
    """T2: others read, answer, move away and back; and we leave no trace."""
    row = collector(box)
    for number in range(6):
        box.deliver(letter(f"n. {number}", message_id=f"<m{number}@x>" if number else ""))
    program = client(box)
    program.select_folder("INBOX")
    program.set_flags([1, 2, 3], [b"\\Seen"])
    assert collect(row).stored == 6
    flags = {number: set(one[b"FLAGS"]) - {b"\\Recent"} for number, one in program.fetch(list(range(1, 7)), ["FLAGS"]).items()}
    assert flags == {1: {b"\\Seen"}, 2: {b"\\Seen"}, 3: {b"\\Seen"}, 4: set(), 5: set(), 6: set()}
    program.create_folder("Altrove")
    program.move([1, 5], "Altrove")
    program.select_folder("Altrove")
    program.move([1, 2], "INBOX")
    program.logout()
    found = collect(row)
    assert (found.stored, found.again) == (0, 2), "moved back: known again, also the one without Message-ID"
    assert IncomingMail.objects.count() == 6


def test_mail_that_arrives_while_we_page(cast: Cast, box: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    """T6: a thousand unseen; between the pages others read half of them, delete some, and more arrives."""
    row = collector(box)
    sent = {f"<p{number}@x>": letter(f"pagina {number}", message_id=f"<p{number}@x>") for number in range(1_000)}
    for raw in sent.values():
        box.deliver(raw)
    program = client(box)
    program.select_folder("INBOX")
    rounds = 0
    while True:
        found = collect(row, most=200)
        late = f"<late{rounds}@x>"
        if rounds < 5:
            sent[late] = letter("arriva adesso", message_id=late)
            box.deliver(sent[late])
            program.set_flags(list(range(1, 1_000, 2)), [b"\\Seen"])
            program.delete_messages([rounds + 1])  # of what was stored already
            program.expunge()
        rounds += 1
        if not found.taken:
            break
        assert rounds < 20
    program.logout()
    assert stored() == sorted(sent.values())


def test_a_message_of_many_megabytes_comes_whole(cast: Cast, box: Dovecot) -> None:
    row = collector(box)
    raw = letter("x" * 76 + "\r\n") + b"y" * 70 + b"\r\n" + (b"z" * 70 + b"\r\n") * 300_000
    box.deliver(raw)
    assert collect(row).stored == 1
    assert stored() == [raw]
    assert CollectedMessage.objects.get().size == len(raw) > 20 * 1024 * 1024

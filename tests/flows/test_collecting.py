"""Collecting from a real Dovecot: what waits there is stored, once, whatever others do with it and however often the
line breaks. Dovecot is started by these tests (`tests/dovecot.py`)."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from imapclient import IMAPClient

from sportello.foundation.files.actions import read
from sportello.foundation.files.store import path_of
from sportello.foundation.tenancy import clock
from sportello.records.tickets.models import Link, Notice, Term
from sportello.service.channels import intake
from sportello.service.channels.collecting import oauth, secrets, session
from sportello.service.channels.collecting.imap import ImapServer
from sportello.service.channels.collecting.trouble import ServerTrouble, trouble_of
from sportello.service.channels.email.taking import Addressed, Earlier, take, take_fetched
from sportello.service.channels.models import (
    CollectedMessage,
    Collector,
    Dispatch,
    FolderPosition,
    IncomingMail,
    Mailbox,
)
from tests.cast import Cast
from tests.cutting import line_to
from tests.dovecot import PASSWORD, USER, Dovecot, dovecot
from tests.flows.mail_fixtures import URP, adds_up, arrive, letter, ticket_of, tray
from tests.flows.mail_fixtures import stored as stored_by_door
from tests.ports import free_port
from tests.tokens import token_server
from tests.waiting import LIMIT

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


def collector(box: Dovecot, *, decided: bool = True, address: str = URP, **more: object) -> Collector:
    mailbox = Mailbox.objects.get(address=address)
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
    """T6: 1,000 unseen; between the pages others read half of them, delete some, and more arrives."""
    row = collector(box)
    sent = {f"<p{number}@x>": letter(f"pagina {number}", message_id=f"<p{number}@x>") for number in range(1_000)}
    for raw in sent.values():
        box.deliver(raw)
    program = client(box)
    program.select_folder("INBOX")
    rounds = 0
    while True:
        found = collect(row, most=100)
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


@pytest.mark.parametrize("after", [0, 700])
def test_a_line_that_breaks_at_every_command(cast: Cast, box: Dovecot, after: int) -> None:
    """T1: cut before, and in the middle of, the answer to each command; then it works again: all is there, once."""
    row = collector(box)
    sent = [letter(f"taglio {number} " + "parole " * 60, message_id=f"<c{number}@x>") for number in range(7)]
    with line_to(box.imap) as line:
        row.port = line.port
        row.save()
        for at in range(1, 12):
            if at <= len(sent):
                box.deliver(sent[at - 1])
            line.at, line.after = at, after
            with suppress(OSError, ServerTrouble):
                collect(row)
        assert line.cuts >= 8
        assert {"LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH"} <= line.heard
        line.at = 0
        collect(row)
    assert stored() == sorted(sent)


def test_one_message_that_breaks_the_line_does_not_hold_the_others(cast: Cast, box: Dovecot) -> None:
    """The server dies of one message each time: it is left there, told, and had when the server is mended."""
    row = collector(box)
    sent = [letter(f"n. {number}", message_id=f"<f{number}@x>") for number in range(4)]
    for raw in sent:
        box.deliver(raw)
    memory = session.Memory()

    class Sick(ImapServer):
        def fetch(self, keys: Sequence[str]) -> dict[str, bytes]:
            if "2" in keys:
                raise ConnectionResetError("the server died")
            return super().fetch(keys)

    for _round in range(8):
        server = Sick(session.access_of(row))
        with suppress(OSError):
            session.look(row, server, memory)
        server.close()
    left = CollectedMessage.objects.get(state="left")
    assert (left.key, left.mail_id) == ("2", None)
    assert "the server died" in left.error
    assert stored() == sorted([sent[0], *sent[2:]])
    server = session.connect(session.access_of(row))
    assert session.compare(row, server).stored == 1
    server.close()
    assert stored() == sorted(sent)
    assert not CollectedMessage.objects.filter(state="left").exists()


def test_no_kind_of_receipt_stands_in_the_way_of_the_next(cast: Cast, box: Dovecot) -> None:
    """T27: receipts of a kind nobody knows, broken ones and an ordinary letter in one PEC box: all are stored and settled,
    each in one state, and the provider's copies stay, unread."""
    Mailbox.objects.filter(address="tributi@borgo.test").update(channel="pec")
    row = collector(box, address="tributi@borgo.test")
    folder = Path(__file__).parents[1] / "mail" / "pec"
    sent = [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
    assert {"mai-vista.eml", "daticert-bomba.eml", "anomalia.eml"} <= {path.name for path in folder.glob("*.eml")}
    sent.append(letter("Dopo tutte queste.", message_id="<last@x>", to="tributi@borgo.test"))
    for raw in sent:
        box.deliver(raw)
    assert collect(row).stored == len(sent)
    while intake.work():
        pass
    assert stored() == sorted(sent)
    assert sum(adds_up().values()) == len(sent)
    assert "pending" not in adds_up()
    assert IncomingMail.objects.get(rfc_id="<last@x>").state == "ticketed"
    program = client(box)
    program.select_folder("INBOX", readonly=True)
    assert len(program.search("UNSEEN")) == len(sent)
    program.logout()


def test_what_a_restored_database_has_forgotten_is_fetched(cast: Cast, box: Dovecot) -> None:
    row = collector(box)
    for number in range(5):
        box.deliver(letter(f"n. {number}", message_id=f"<r{number}@x>"))
    collect(row)
    lost = CollectedMessage.objects.get(key="3")
    lost_mail = lost.mail
    lost.delete()
    IncomingMail.objects.filter(pk=lost_mail.pk).delete()
    server = session.connect(session.access_of(row))
    assert session.compare(row, server).stored == 1
    server.close()
    position = FolderPosition.objects.get()
    assert (position.on_server, position.missing, CollectedMessage.objects.count()) == (5, 0, 5)


@pytest.mark.parametrize("copy", ["move", "delete"])
def test_the_servers_copy_goes_only_when_told_and_only_what_is_safe(cast: Cast, box: Dovecot, copy: str) -> None:
    row = collector(box)
    for number in range(4):
        box.deliver(letter(f"n. {number}", message_id=f"<s{number}@x>"))
    collect(row)

    def clear() -> int:
        row.refresh_from_db()
        server = session.connect(session.access_of(row))
        try:
            return session.clear(row, server, session.Memory())
        finally:
            server.close()

    assert clear() == 0, "untouched unless chosen"
    Collector.objects.update(server_copy=copy, copy_days=5, copy_folder="Fatto")
    assert clear() == 0, "not yet"
    CollectedMessage.objects.exclude(key="4").update(taken_at=clock.server_now() - timedelta(days=6))
    unsafe = CollectedMessage.objects.get(key="2").mail.raw
    path_of(unsafe.organisation_id, unsafe.sha256).unlink()
    assert clear() == 2
    program = client(box)
    program.select_folder("INBOX", readonly=True)
    assert program.search("ALL") == [2, 4], "the second is not safe with us, the fourth too young"
    if copy == "move":
        assert program.select_folder("Fatto", readonly=True)[b"EXISTS"] == 2
    program.logout()
    assert collect(row).taken == 0


def test_pop3_keeps_to_uidls(cast: Cast, box: Dovecot) -> None:
    row = collector(box, protocol="pop3", port=box.pop3)
    raw = letter("con righe\n.punto\n..due\nlunga " + "x" * 5_000, message_id="<pop@x>")
    long = b"From: a@example.org\r\nMessage-ID: <long@x>\r\n\r\n" + b"A" * 300_000 + b"\r\n.\r\n"
    for one in (raw, long):
        box.deliver(one)
    assert collect(row).stored == 2
    assert stored() == sorted([raw, long])
    assert collect(row).taken == 0
    box.deliver(letter("tre", message_id="<three@x>"))
    assert collect(row).stored == 1
    Collector.objects.update(server_copy="delete", copy_days=0)
    row.refresh_from_db()
    server = session.connect(session.access_of(row))
    assert session.clear(row, server, session.Memory()) == 3
    server.close()
    assert session.connect(session.access_of(row)).count == 0
    assert IncomingMail.objects.filter(door="pop3").count() == 3


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_by_token_that_is_renewed(cast: Cast, protocol: str) -> None:
    """XOAUTH2: the token ages, its refresh token is replaced, at last the consent ends."""
    with token_server(USER) as tokens, dovecot(introspection=tokens.introspection) as server:
        server.deliver(letter("con gettone", message_id="<t@x>"))
        row = collector(server, proof="oauth2", token_url=tokens.url, client_id="sportello", protocol=protocol,
                        port=server.imap if protocol == "imap" else server.pop3)  # fmt: skip
        secrets.keep(row.pk, "refresh_token", "refresh-1")
        assert collect(row).stored == 1
        assert collect(row).taken == 0
        assert len(tokens.asked) == 1, "a token is used as long as it is good"
        tokens.good.clear()
        if protocol == "pop3":
            with pytest.raises(ServerTrouble):
                collect(row)
        collect(row)
        assert [one["refresh_token"] for one in tokens.asked] == ["refresh-1", "refresh-2"]
        assert secrets.secret(row.pk, "refresh_token") == "refresh-3"
        tokens.good.clear()
        tokens.refuses = "invalid_grant"
        oauth.forget(row.pk)
        with pytest.raises(ServerTrouble) as refused:
            collect(row)
        assert refused.value.trouble.code == "token_refused"
        assert "ask the person again" in refused.value.trouble.words


def test_troubles_are_told_in_plain_words(cast: Cast, box: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    row = collector(box)
    nobody = free_port()

    def code(**settings: object) -> str:
        access = replace(session.access_of(row), **settings)
        try:
            session.connect(access).close()
        except Exception as error:  # whatever comes, it must have a word
            return trouble_of(error).code
        return ""

    assert code() == ""
    assert code(typed="sbagliata") == "wrong_password"
    assert code(protocol="pop3", port=box.pop3, typed="sbagliata") == "wrong_password"
    assert code(folder="Nessuna") == "no_folder"
    assert code(port=nobody) == "refused"
    assert code(host="nome.invalid") == "dns"
    assert code(security="tls", port=box.imaps) == "certificate_untrusted"
    assert code(security="tls") == "tls", "TLS to a port that speaks first"
    monkeypatch.setenv("SSL_CERT_FILE", str(box.certificate))
    assert code(security="tls", port=box.imaps) == "certificate_name", "it is for localhost"
    assert code(security="tls", port=box.imaps, host="localhost") == ""
    assert code(security="starttls", host="localhost") == ""
    assert code(security="starttls", host="localhost", protocol="pop3", port=box.pop3) == ""
    secrets.forget(row.pk)
    assert code() == "no_secret"


def test_the_first_look_asks_from_when_mail_is_new(cast: Cast, box: Dovecot) -> None:
    now = clock.server_now()
    row = collector(box, decided=False)
    for days in (400, 20, 1):
        box.deliver(letter(f"di {days} giorni fa", message_id=f"<old{days}@x>"), at=now - timedelta(days=days))
    assert collect(row).asks
    row.refresh_from_db()
    assert (row.asks_cut_off, IncomingMail.objects.count()) == (3, 0)
    Collector.objects.update(cut_off_at=now - timedelta(days=7))
    assert collect(row).stored == 3
    assert list(IncomingMail.objects.order_by("received_at").values_list("is_archive", flat=True)) == [True, True, False]
    other = collector(box, decided=False, address="tributi@borgo.test")
    box.empty()
    assert not collect(other).asks, "an empty folder needs no decision"
    box.deliver(letter("nuova", message_id="<new@x>"), at=now - timedelta(days=300))
    assert collect(other).stored == 1
    assert not IncomingMail.objects.get(mailbox__address="tributi@borgo.test").is_archive


def test_new_mail_is_heard_at_once(cast: Cast, box: Dovecot) -> None:
    """IDLE: no waiting for the next round of asking."""
    row = collector(box)
    server = session.connect(session.access_of(row))
    assert server.can_wait
    threading.Timer(0.3, lambda: box.deliver(letter("subito"))).start()
    assert server.wait(LIMIT)
    server.again()
    assert session.look(row, server).stored == 1
    assert not server.wait(0.2)
    server.close()


def test_archive_keeps_its_dates_and_sets_nothing_going(cast: Cast) -> None:
    """Older than the cut-off: closed tickets at their dates, joined by reference, no receipt, no notice, no term."""
    then = clock.now(cast.borgo) - timedelta(days=900)
    mailbox = Mailbox.objects.get(address=URP)

    def old(raw: bytes, days: int) -> IncomingMail:
        earlier = Earlier(then + timedelta(days=days), is_archive=True)
        (mail,) = take(raw, [Addressed(mailbox, URP)], door="imap", envelope_from=None, earlier=earlier)
        intake.work()
        mail.refresh_from_db()
        return mail

    first = old(letter("Vorrei sapere.", message_id="<first@x>"), 0)
    second = old(letter("E poi?", message_id="<second@x>", In_Reply_To="<first@x>"), 4)
    report = old(letter("ferie", message_id="<away@x>", Auto_Submitted="auto-replied"), 5)
    assert (first.state, second.state, report.state) == ("ticketed", "ticketed", "machine")
    ticket = ticket_of(first)
    assert ticket_of(second) == ticket
    assert (ticket.status, ticket.opened_at, ticket.closed_at) == ("closed", then, then + timedelta(days=4))
    assert ticket.number.startswith(str(then.year))
    assert not Dispatch.objects.exists()
    assert not Notice.objects.exists()
    assert not Term.objects.exists()
    assert not tray()
    now = arrive(letter("Ancora io.", message_id="<now@x>", In_Reply_To="<second@x>"))
    assert ticket_of(now) != ticket, "closed too long ago: a new one, that follows"
    assert Link.objects.filter(ticket=ticket_of(now), other=ticket, kind="follows").exists()
    assert len(tray()) == 1


def test_old_words_on_an_open_ticket_change_nothing_of_it(cast: Cast) -> None:
    live = arrive(letter("Adesso.", message_id="<live@x>"))
    ticket = ticket_of(live)
    before = {name: getattr(ticket, name) for name in ("status", "unanswered_since", "next_promise_at", "moved_at")}
    earlier = Earlier(clock.now(cast.borgo) - timedelta(days=500), is_archive=True)
    mailbox = Mailbox.objects.get(address=URP)
    (mail,) = take(letter("Prima.", message_id="<before@x>", References="<live@x>"), [Addressed(mailbox, URP)],
                   door="imap", envelope_from=None, earlier=earlier)  # fmt: skip
    intake.work()
    mail.refresh_from_db()
    assert ticket_of(mail) == ticket
    ticket.refresh_from_db()
    assert {name: getattr(ticket, name) for name in before} == before


def test_what_is_new_is_read_before_what_is_brought_in(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty thousand old messages must not make today's customers wait."""
    mailbox = Mailbox.objects.get(address=URP)
    old = Earlier(clock.now(cast.borgo) - timedelta(days=90), is_archive=True)
    take_fetched(mailbox, "imap", [(letter(f"vecchia {number}", subject=f"V{number}"), old) for number in range(5)])
    new = stored_by_door(letter("Oggi."))
    monkeypatch.setattr(intake, "BATCH", 1)
    intake.work()
    new.refresh_from_db()
    assert (new.state, IncomingMail.objects.filter(state="pending").count()) == ("ticketed", 5)
    while intake.work():
        pass
    assert adds_up() == {"ticketed": 6}

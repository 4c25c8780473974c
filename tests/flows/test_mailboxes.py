"""The administrator's pages of mailboxes, what is counted, and what raises an alarm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import dns.rdata
import dns.rdatatype
import dns.resolver
import pytest
from django.test import Client

from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.service.channels.collecting import secrets, session, trials
from sportello.service.channels.collecting.accounts import accounts_of, alarms_of, for_status
from sportello.service.channels.collecting.servers import servers_of
from sportello.service.channels.models import Collector, IncomingMail, Mailbox
from tests.cast import Cast
from tests.dovecot import PASSWORD, USER, Dovecot, dovecot
from tests.flows.mail_fixtures import URP, arrive, letter, sink, stored
from tests.ports import free_port
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db

FORM = {
    "shown_name": "URP Borgo Lieto", "channel": "email", "reading": "imap", "host": "127.0.0.1", "security": "none",
    "user": USER, "folder": "INBOX", "proof": "password", "server_copy": "leave", "copy_days": "30",
    "smtp_security": "none", "reply_form": "plus", "signature_it": "Ufficio relazioni con il pubblico",
}  # fmt: skip


@pytest.fixture(scope="module")
def provider() -> Iterator[Dovecot]:
    with dovecot() as server:
        yield server


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits before a page here, and the servers are of this machine, however busy it is."""
    monkeypatch.setattr(trials, "LIMIT", LIMIT)


@pytest.fixture
def elena(cast: Cast) -> Client:
    browser = Client()
    browser.force_login(cast.users["Elena"])
    return browser


def test_a_mailbox_is_set_up_tried_and_decided_on_by_page(cast: Cast, elena: Client, provider: Dovecot) -> None:
    provider.empty()
    for number in range(3):
        provider.deliver(letter(f"n. {number}", message_id=f"<q{number}@x>"))
    page = "/desk/borgo/mailboxes/"
    assert URP in elena.get(page).content.decode()
    assert elena.get(f"{page}new/").status_code == 200
    filled = elena.get(f"{page}new/", {"address": "comune@libero.it"}).content.decode()
    assert "Aggiungi la casella" in filled
    assert "imapmail.libero.it" in filled
    assert "smtp.libero.it" in filled
    made = elena.post(f"{page}new/", {**FORM, "address": "Nuova@Borgo.test", "port": provider.imap, "password": "falsa"})
    mailbox = Mailbox.objects.get(address="nuova@borgo.test")
    assert made.headers["Location"] == f"{page}{mailbox.pk}/"
    collector = Collector.objects.get(mailbox=mailbox)
    assert mailbox.signatures == {"it": "Ufficio relazioni con il pubblico"}

    own = made.headers["Location"]
    said = elena.post(f"{own}reading/").content.decode()
    assert "AUTHENTICATIONFAILED" in said, "the server's own words"
    assert "b&#x27;" not in said, "and not as a programmer sees them"
    saved = elena.post(own, {**FORM, "port": provider.imap, "password": PASSWORD})
    assert saved.status_code == 302
    elena.post(own, {**FORM, "port": provider.imap, "shown_name": "Altro nome"})
    assert secrets.secret(collector.pk, "password") == PASSWORD, "nothing typed leaves it as it is"
    whole = elena.get(own).content.decode()
    assert PASSWORD not in whole
    assert "3" in elena.post(f"{own}reading/").content.decode()

    collector.refresh_from_db()
    server = session.connect(session.access_of(collector))
    assert session.look(collector, server).asks
    assert elena.post(f"{own}cut-off/", {"what": "date"}).status_code == 422
    assert elena.post(f"{own}cut-off/", {"what": "new"}).status_code == 302
    collector.refresh_from_db()
    assert session.look(collector, server).stored == 3
    server.close()
    (account,) = [one for one in accounts_of([cast.borgo]) if one.mailbox == mailbox]
    assert (account.on_server, account.there_and_known, account.fetched, account.adds_up) == (3, 3, 3, True)
    counted = elena.get("/desk/borgo/mail/").content.decode()
    assert "nuova@borgo.test" in counted

    elena.post(f"{own}pause/", {"on": "0"})
    elena.post(f"{own}default/")
    elena.post(f"{own}retirement/")
    mailbox.refresh_from_db()
    assert mailbox.retired_at is not None
    assert not secrets.is_there(collector.pk, "password")
    assert Mailbox.objects.filter(organisation=cast.borgo, is_default=True).count() == 1
    assert elena.get(own).status_code == 404
    verbs = set(Event.objects.filter(verb__regex="^(mailbox|collector)[.]").values_list("verb", flat=True))
    assert {"mailbox.added", "mailbox.changed", "mailbox.retired", "collector.changed", "collector.cut_off",
            "collector.paused"} <= verbs  # fmt: skip
    payloads = json.dumps(list(Event.objects.values_list("payload", flat=True)))
    assert PASSWORD not in payloads


def test_the_layout_takes_no_word_a_page_says(cast: Cast, elena: Client) -> None:
    """The rail's "Search" stood on the buttons of other forms."""
    assert "Manda l’invito" in elena.get("/desk/borgo/people/invitations/").content.decode()


def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(cast: Cast, elena: Client) -> None:
    refused = elena.post("/desk/borgo/mailboxes/new/", {**FORM, "address": "x@borgo.test", "host": "", "proof": "oauth2",
                                                        "server_copy": "move"})  # fmt: skip
    assert refused.status_code == 422
    form = refused.context["form"]
    assert {"host", "token_url", "client_id", "copy_folder"} <= set(form.errors)
    twice = elena.post("/desk/borgo/mailboxes/new/", {**FORM, "address": URP})
    assert twice.status_code == 422
    assert "address" in twice.context["form"].errors
    assert Mailbox.objects.filter(organisation=cast.borgo).count() == 2


def test_sending_is_tried_with_the_servers_own_words(cast: Cast, elena: Client) -> None:
    mailbox = Mailbox.objects.get(address=URP)
    own = f"/desk/borgo/mailboxes/{mailbox.pk}/"
    assert elena.post(f"{own}sending/").context["tried"].went_well is False
    with sink() as server:
        values = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none"}
        Mailbox.objects.filter(pk=mailbox.pk).update(**values)
        assert elena.post(f"{own}sending/").context["tried"].went_well
        assert [to for _sender, to, _raw in server.taken] == [["elena@sportello.test"]]
        server.says["mail"] = "550 5.7.1 not for you"
        refused = elena.post(f"{own}sending/").context["tried"]
        assert "not for you" in refused.words
    Mailbox.objects.filter(pk=mailbox.pk).update(smtp_port=free_port())
    assert "refused" in elena.post(f"{own}sending/").context["tried"].words.lower()


def test_alarms_on_the_page_in_status_and_above_every_page(cast: Cast, elena: Client) -> None:
    now = clock.server_now()
    mailbox = Mailbox.objects.get(address=URP)
    collector = Collector.objects.create(
        organisation=cast.borgo, mailbox=mailbox, host="x", user="x", began_at=now, cut_off_at=now, last_contact_at=now
    )
    assert alarms_of([cast.borgo]) == []
    assert "strip-alarms" not in elena.get("/desk/borgo/people/").content.decode()

    def codes() -> list[str]:
        return [one.code for one in alarms_of([cast.borgo])]

    Collector.objects.update(last_contact_at=now - timedelta(minutes=16), began_at=now - timedelta(days=1))
    assert codes() == ["silent"]
    Collector.objects.update(is_on=False)
    assert codes() == [], "paused by somebody who knows"
    Collector.objects.update(is_on=True, failing_since=now - timedelta(minutes=11), trouble="wrong_password")
    assert codes() == ["failing"]
    Collector.objects.update(failing_since=None, trouble="", last_contact_at=now, asks_cut_off=4)
    assert codes() == ["asks_cut_off"]
    Collector.objects.update(asks_cut_off=0)
    held = arrive(letter("x", sender=""))
    assert held.state == "quarantined"
    assert codes() == []
    IncomingMail.objects.filter(pk=held.pk).update(settled_at=now - timedelta(minutes=31))
    assert codes() == ["held"]
    leads = Client()
    leads.force_login(cast.users["Carla"])
    assert "strip-alarms" in leads.get("/desk/borgo/quarantine/").content.decode(), "who leads can look into it"
    IncomingMail.objects.filter(pk=held.pk).update(door="imap")
    assert [one.code for one in alarms_of([cast.borgo], accounts_of([cast.borgo]))] == ["held", "differs"]
    strip = elena.get("/desk/borgo/people/").content.decode()
    assert "strip-alarms" in strip
    told = for_status()
    assert [one["code"] for one in told["alarms"]] == ["held", "differs"]
    assert told["collecting"][0]["address"] == URP
    assert collector.pk


def test_the_servers_of_an_address() -> None:
    """The table, then service records, then the exchanger; nothing where there is no name service."""

    class Names(dns.resolver.Resolver):
        def __init__(self, said: dict[tuple[str, str], list[str]]) -> None:
            super().__init__(configure=False)
            self.said = said

        def resolve(self, name, sort="A", **more):  # type: ignore[no-untyped-def,override]  # a stand-in
            rows = self.said.get((name, sort))
            if rows is None:
                raise dns.resolver.NXDOMAIN
            kind = dns.rdatatype.from_text(sort)
            return [dns.rdata.from_text("IN", kind, row) for row in rows]

    assert servers_of("urp@pec.comune.borgo.it", resolver=Names({})).imap_host == ""
    assert servers_of("ufficio@legalmail.it").is_pec
    assert servers_of("x@azienda.onmicrosoft.com").proof == "oauth2"
    own = Names({
        ("_imaps._tcp.borgo.it", "SRV"): ["10 1 993 seconda.borgo.it.", "0 1 1993 posta.borgo.it."],
        ("_submission._tcp.borgo.it", "SRV"): ["0 1 587 invio.borgo.it."],
        ("ditta.it", "MX"): ["10 mx.ditta.it.", "5 ditta-it.mail.protection.outlook.com."],
        ("_imaps._tcp.senza.it", "SRV"): ["0 0 0 ."],
    })  # fmt: skip
    found = servers_of("urp@borgo.it", resolver=own)
    assert (found.by, found.imap_host, found.imap_port) == ("srv", "posta.borgo.it", 1993)
    assert (found.smtp_host, found.smtp_port, found.smtp_security) == ("invio.borgo.it", 587, "starttls")
    assert (servers_of("a@ditta.it", resolver=own).by, servers_of("a@ditta.it", resolver=own).provider) == ("mx", "Microsoft 365")
    assert servers_of("a@senza.it", resolver=own).imap_host == ""
    assert servers_of("nessuna chiocciola").by == ""


def test_an_import_tells_how_far_it_is_and_goes_on_where_it_was(cast: Cast, elena: Client, provider: Dovecot) -> None:
    """Fetched in parts, over connections that end, as after a kill; then what is new is no import any more."""
    provider.empty()
    for number in range(120):
        provider.deliver(letter(f"n. {number}", message_id=f"<i{number}@x>"))
    mailbox = Mailbox.objects.get(address=URP)
    now = clock.server_now()
    collector = Collector.objects.create(
        organisation=cast.borgo, mailbox=mailbox, host="127.0.0.1", port=provider.imap, security="none", user=USER,
        began_at=now, cut_off_at=now + timedelta(days=1),
    )  # fmt: skip
    secrets.keep(collector.pk, "password", PASSWORD)
    page = f"/desk/borgo/mailboxes/{mailbox.pk}/"

    def look(most: int = 50) -> int:
        collector.refresh_from_db()
        server = session.connect(session.access_of(collector))
        found = session.look(collector, server, most=most)
        server.close()
        return found.stored

    for done in (50, 100):
        assert look() == 50
        shown = elena.get(page).content.decode()
        assert f"{done} messaggi su 120 sono già conservati qui." in shown
        assert "Manca" in shown and f'max="120" value="{done}"' in shown
        assert f"{done} messaggi conservati sono ancora da leggere." in shown
        part = elena.get(page, {"fragment": "progress"}).content.decode()
        assert part.lstrip().startswith('<div id="progress"') and "every 5s" in part and f"{done} messaggi su 120" in part
        assert f"{100 * done // 120} %" in elena.get("/desk/borgo/mailboxes/").content.decode()
    assert look() == 20
    assert "già conservati qui" not in elena.get(page).content.decode()
    provider.deliver(letter("nuova", message_id="<new@x>"))
    assert look(most=0) == 0
    (account,) = [one for one in accounts_of([cast.borgo]) if one.mailbox == mailbox]
    assert (account.waiting, account.import_done) == (1, 100), "one that is new is no import"
    assert look() == 1
    assert IncomingMail.objects.filter(mailbox=mailbox, is_archive=True).count() == 121


def test_what_is_stored_and_not_read_raises_an_alarm(cast: Cast) -> None:
    """The worker stands still: mail that was answered 250 waits unread, and somebody hears of it."""
    mail = stored(letter())
    assert alarms_of([cast.borgo]) == []
    long_ago = clock.server_now() - timedelta(minutes=16)
    IncomingMail.objects.filter(pk=mail.pk).update(stored_at=long_ago)
    assert [(one.code, one.address) for one in alarms_of([cast.borgo])] == [("unread", URP)]
    assert alarms_of([cast.bottega]) == []
    IncomingMail.objects.filter(pk=mail.pk).update(is_archive=True)
    assert alarms_of([cast.borgo]) == [], "an import may wait its turn"

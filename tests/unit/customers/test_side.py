"""What other systems know: asked over loopback, kept with its "as of", failing kindly, never reaching inside."""

import json
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sportello.foundation.core.calling import is_public
from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.records.customers import side, side_words
from sportello.records.customers.actions.registering import find_or_add
from sportello.records.customers.models import SideRow, SideSource
from tests.unit.accounts.people import town
from tests.waiting import LIMIT


class Shop:
    """A system of orders on the loopback interface."""

    def __init__(self):
        self.status, self.body, self.drip, self.asked, self.given = 200, b"{}", 0.0, [], 0

    @contextmanager
    def open(self):
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                shop.asked.append((self.path, self.headers.get("Authorization", "")))
                self.send_response(shop.status)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.send_header("Content-Length", str(len(shop.body)))
                self.end_headers()
                try:
                    for sign in [shop.body] if not shop.drip else [bytes([one]) for one in shop.body]:
                        self.wfile.write(sign)
                        self.wfile.flush()
                        shop.given += len(sign)
                        time.sleep(shop.drip)
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.port = server.server_address[1]
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()


@pytest.fixture
def shop(monkeypatch):
    monkeypatch.setattr(side, "SECONDS", LIMIT)  # however slow this machine is with its own shop
    with Shop().open() as one:
        yield one


@pytest.fixture
def maria(db):
    return find_or_add(town(), name="Maria", identities=[("external", "ORD/7"), ("email", "m@example.org")],
                       language="it", actor=actor.SYSTEM)


def source(customer, shop, **fields):
    given = {"name": "Ordini", "sort": "http", "key": "external", "url": f"http://127.0.0.1:{shop.port}/o/{{value}}.json",
             "made_at": customer.first_seen_at, **fields}
    return SideSource.objects.create(organisation=customer.organisation, **given)


def allow(monkeypatch, shop):
    monkeypatch.setenv("SPORTELLO_SIDE_HOSTS", f"other.example, 127.0.0.1:{shop.port}")


def test_asked_once_kept_and_asked_again_when_old(maria, shop, monkeypatch):
    allow(monkeypatch, shop)
    monkeypatch.setenv("SPORTELLO_SIDE_SHOP", "segreto")
    shop.body = json.dumps({"orders": [{"order": "7", "total": 46.8, "paid": None, "lines": [1, 2]}]}).encode()
    asked = source(maria, shop, token_name="SPORTELLO_SIDE_SHOP", shown=["total", "order"])
    answer = side.side_of(maria)[0]
    assert answer.rows == [[("total", "46.8"), ("order", "7")]] and answer.failure == "" and answer.as_of
    side.side_of(maria)
    assert shop.asked == [("/o/ord%2F7.json", "Bearer segreto")]
    SideRow.objects.update(as_of=clock.now(maria.organisation) - timedelta(minutes=61))
    shop.status = 500
    answer = side.side_of(maria)[0]
    assert (answer.failure, len(answer.rows)) == ("refused", 1), "the last answer stays in sight"
    asked.is_on = False
    asked.save()
    assert side.side_of(maria) == []


@pytest.mark.parametrize(("status", "body", "failure"), [
    (404, b"", ""), (302, b"{}", "refused"), (401, b"{}", "refused"), (200, b"<html>", "not_understood"),
    (200, b'"x"', "not_understood"), (200, b"[" * 100_000, "not_understood"), (200, b"x" * 300_000, "not_understood"),
])
def test_failures_are_said_kindly(maria, shop, monkeypatch, status, body, failure):
    allow(monkeypatch, shop)
    shop.status, shop.body = status, body
    source(maria, shop)
    answer = side.side_of(maria)[0]
    assert (answer.failure, answer.rows) == (failure, [])
    assert not failure or len(str(side_words.SENTENCES[failure])) > 20
    assert len(shop.asked) == 1, "no redirect is followed"


def test_a_drip_of_single_bytes_is_cut(maria, shop, monkeypatch):
    allow(monkeypatch, shop)
    monkeypatch.setattr(side, "SECONDS", 0.4)
    shop.body, shop.drip = b'{"a": "' + b"x" * 5_000 + b'"}', 0.05
    source(maria, shop)
    assert side.side_of(maria)[0].failure == "slow"
    assert shop.given < len(shop.body), "all of it would have taken four minutes"


def test_who_is_away_is_said(maria, monkeypatch):
    with Shop().open() as gone:
        pass
    allow(monkeypatch, gone)
    source(maria, gone)
    assert side.side_of(maria)[0].failure == "away"


def test_inside_the_house_is_refused_unless_allowed(maria, shop):
    for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "127.1"):
        SideSource.objects.all().delete()
        source(maria, shop, url=f"http://{host}:{shop.port}/{{value}}")
        assert side.side_of(maria)[0].failure in ("private", "away"), host
    for url in ("file:///etc/passwd", "ftp://x/", "http://", "gopher://x"):
        SideSource.objects.update(url=url)
        assert side.side_of(maria)[0].failure == "address", url
    assert shop.asked == []


@pytest.mark.parametrize(("address", "public"), [
    ("8.8.8.8", True), ("10.0.0.1", False), ("192.168.1.1", False), ("172.16.5.4", False), ("169.254.169.254", False),
    ("127.0.0.1", False), ("0.0.0.0", False), ("100.64.0.1", False), ("::1", False), ("fe80::1%eth0", False),
    ("fc00::1", False), ("::ffff:127.0.0.1", False), ("::ffff:8.8.8.8", True), ("2002:7f00:1::", False),
    ("224.0.0.1", False), ("2001:4860:4860::8888", True), ("64:ff9b::7f00:1", False),
])
def test_what_is_the_open_network(address, public):
    assert is_public(address) == public


def test_no_secret_but_ours_can_be_named(maria, shop, monkeypatch):
    allow(monkeypatch, shop)
    monkeypatch.setenv("DATABASE_PASSWORD", "segreto")
    source(maria, shop, token_name="DATABASE_PASSWORD")
    side.side_of(maria)
    assert shop.asked[0][1] == ""


def test_a_list_brought_in_is_found_by_its_key(maria, shop):
    listed = source(maria, shop, sort="csv", url="")
    content = "Ordine;Data;Totale\nORD/7;01/11/2026;46,80\nord/7;05/11/2026;46,80\nORD/8;x;y\n".encode("cp1252")
    assert side.bring_in(listed, content) == 2
    answer = side.side_of(maria)[0]
    assert answer.rows == [[("Data", "01/11/2026"), ("Totale", "46,80")], [("Data", "05/11/2026"), ("Totale", "46,80")]]
    assert answer.as_of == listed.as_of
    assert side.bring_in(listed, b"Ordine;Data\nORD/9;x\n") == 1 and side.side_of(maria)[0].rows == []

"""The scenes of `bench.live`; Django has started when this is imported."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sportello.records.tickets.actions import messages
from sportello.records.tickets.models import Ticket

from .live import Browsers, at, browsers, database_pids, family, flat, pss, spent, stream, total
from .live_stage import Stage, say
from .pages import address
from .place import CLUSTERS, web
from .spent import surroundings

_T = TypeVar("_T")


def idle(stage: Stage) -> None:
    cookies, topics, seconds = stage.cookies, stage.topics, stage.args.seconds
    with stream(stage.home) as process, browsers(stage.args.clients) as crowd:
        time.sleep(3)
        none = pss(family(process.pid))
        _cpu(stage, process, "nobody listens", lambda: time.sleep(seconds / 2))
        crowd.open(cookies[:1], topics)
        _cpu(stage, process, "one listens", lambda: crowd.ask(do="idle", seconds=seconds / 2))
        database, one = pss(database_pids(stage.home)), pss(family(process.pid))
        crowd.open(cookies[1:], topics, rate=400, patience=120)
        crowd.ask(do="idle", seconds=5)
        many = len(cookies)
        held, asked = pss(family(process.pid)), pss(database_pids(stage.home))
        say(
            f"the stream's processes: {none / 1e6:.1f} MB with none, {one / 1e6:.1f} with one, "
            f"{held / 1e6:.1f} with {many}: {(held - one) / many / 1000:.1f} kB a stream (budget 20)"
        )
        say(
            f"the database: {database / 1e6:.1f} MB before, {asked / 1e6:.1f} with {many}, {_connections()} connections"
        )
        crowd.ask(do="mark")
        told = _cpu(stage, process, f"{many} listen", lambda: crowd.ask(do="idle", seconds=seconds))
        a_second = total(told, "bytes") / many / seconds
        say(f"open {total(told, 'open')}, lost {total(told, 'lost')}, {a_second:.1f} bytes a second and stream")


def event(stage: Stage) -> None:
    with stage.open() as (process, crowd):
        _events(stage, process, crowd)


def _events(stage: Stage, process: subprocess.Popen[bytes], crowd: Browsers, rounds: int = 8) -> None:
    every: list[float] = []
    for number in range(rounds):
        crowd.ask(do="idle", seconds=0.7 + number * 0.013)
        crowd.ask(do="mark")
        before = spent(family(process.pid))
        committed = _change(stage, number)
        told = crowd.ask(do="heard", patience=5)
        took = [(one - committed) * 1000 for one in flat(told, "at")]
        say(
            f"told {len(took)} of {total(told, 'all')}: p50 {at(took, 0.5):.0f}, p99 {at(took, 0.99):.0f}, "
            f"last {max(took):.0f} ms; {spent(family(process.pid)) - before:.2f} s of the stream"
        )
        every += took
    say(
        f"one change to {len(stage.cookies)} streams, {rounds} times: p50 {at(every, 0.5):.0f}, "
        f"p99 {at(every, 0.99):.0f} ms (budget 400)"
    )


def _change(stage: Stage, number: int) -> float:
    """A note; when it was committed."""
    ticket = stage.tickets[number % len(stage.tickets)]
    messages.note(Ticket.objects.get(pk=ticket.pk), stage.cast.member("Anna"), "Ha richiamato.")
    return time.monotonic()


def storm(stage: Stage) -> None:
    with stage.open() as (process, crowd):
        for number in range(5):
            _change(stage, number)
        crowd.ask(do="idle", seconds=1)
        for spread, abruptly in ((0.0, False), (0.0, True), (2.0, True)):
            before, database = spent(family(process.pid)), spent(database_pids(stage.home))
            for number in range(20):
                _change(stage, number)  # what they have missed
            told = crowd.ask(do="storm", spread=spread, patience=60, abruptly=abruptly)
            how = f"within {spread} s" if spread else f"all at once{', abruptly' if abruptly else ''}"
            _told_storm(stage, told, how)
            say(
                f"   processor time: {spent(family(process.pid)) - before:.2f} s of the stream, "
                f"{spent(database_pids(stage.home)) - database:.2f} s of the database"
            )
            crowd.ask(do="idle", seconds=3)
        began = time.monotonic()
        os.kill(family(process.pid)[-1], signal.SIGKILL)
        time.sleep(0.2)
        told = crowd.ask(do="greeted", patience=60)
        _told_storm(
            stage, [{**one, "began": began} for one in told], "the process killed, each back as the module does"
        )


def _told_storm(stage: Stage, told: list[dict], name: str) -> None:
    began = min(one["began"] for one in told)
    took = [one - began for one in flat(told, "hello_at")]
    say(
        f"storm, {name}: {total(told, 'greeted')} of {len(stage.cookies)} back, p50 {at(took, 0.5):.1f}, "
        f"p99 {at(took, 0.99):.1f}, last {max(took):.1f} s (budget 10); tries {total(told, 'tries')}, "
        f"refused {[one['refused'] for one in told]}"
    )


def away(stage: Stage) -> None:
    cluster = CLUSTERS[stage.home]
    with stage.open() as (process, crowd):
        crowd.ask(do="mark")
        cluster.stop()
        before, seconds = spent(family(process.pid)), stage.args.away
        told = crowd.ask(do="idle", seconds=seconds)
        say(
            f"{seconds:.0f} s without database: {total(told, 'open')} still open, lines lost {total(told, 'lost')}, "
            f"{(spent(family(process.pid)) - before) / seconds:.1%} of a core"
        )
        cluster.start()
        _forget_connection()
        back = time.monotonic()
        crowd.ask(do="greeted", patience=60)
        crowd.ask(do="mark")
        committed = _change(stage, 1)
        told = crowd.ask(do="heard", patience=30)
        took = [one - committed for one in flat(told, "at")]
        say(
            f"back: {len(took)} of {len(stage.cookies)} heard of the next change, p50 {at(took, 0.5):.2f}, "
            f"last {max(took):.2f} s after it; {time.monotonic() - back:.1f} s after the database"
        )


def _forget_connection() -> None:
    from django.db import connection

    connection.close()


def change(stage: Stage) -> None:
    """Operators on one list, each with a ticket open beside it; every change is written by a verb of the product."""
    args, tickets = stage.args, stage.tickets
    pages = {f"borgo/{ticket.number}": address(ticket) for ticket in tickets}
    topics = [f"bell,lists,ticket:{name}" for name in pages]
    with web(stage.home) as (base, _), stream(stage.home) as process, browsers(1) as crowd:
        stage.settle(base)
        opened = crowd.open(stage.cookies[: args.operators], topics, rate=100)
        say(f"{total(opened, 'greeted')} operators listen")
        with chromium(stage, base, tickets[0]) as eye:
            before = spent(family(process.pid))
            crowd.send(do="follow", web=base.removeprefix("http://"), pages=pages, seconds=args.seconds + 3)
            time.sleep(1)
            written = _write_changes(stage, args)
            (told,) = crowd.answers()
            spent_in_all = spent(family(process.pid))
            eye.tell(written)
    heard, unheard = _waits(told["heard"], written)
    shown, unseen = _waits(told["shown"], written)
    asked = [one * 1000 for one in told["requests"]]
    each = len(asked) / len(written)
    say(
        f"{len(written)} changes in {written[-1][2] - written[0][2]:.0f} s ({args.seconds:.0f} wanted), "
        f"{args.operators} operators on one list, each with one of "
        f"{len(tickets)} tickets open\n"
        f"heard on the list: {len(heard)} times, {unheard} never, p50 {at(heard, 0.5):.0f}, "
        f"p99 {at(heard, 0.99):.0f} ms after the commit\n"
        f"shown on the open ticket: {len(shown)} times, {unseen} never, p50 {at(shown, 0.5):.0f} (budget 300), "
        f"p99 {at(shown, 0.99):.0f} ms (budget 1000)\n"
        f"requests: {len(asked)}, {each:.2f} a change, {each / (args.operators / len(tickets)):.2f} a change and "
        f"page that has it open; p50 {at(asked, 0.5):.0f}, p99 {at(asked, 0.99):.0f} ms; {told['sides']} "
        f"brought the side; failed {told['failed']}; "
        f"{(spent_in_all - before) / (args.seconds + 3):.1%} of a core by the stream; {surroundings()}"
    )


Written = list[tuple[str, int, float]]


def _write_changes(stage: Stage, args: argparse.Namespace) -> Written:
    """Notes, and tickets taken in turn by two, at an even pace: (ticket, version, instant of the commit). `--words`: so
    many of ten are words of the customer, which touch what stands beside the conversation too."""
    from sportello.foundation.journal.actor import MACHINE
    from sportello.records.tickets.actions import handling
    from sportello.records.tickets.words import Words

    written, began = [], time.monotonic()
    for number in range(int(args.changes * args.seconds)):
        time.sleep(max(0.0, began + number / args.changes - time.monotonic()))
        ticket = Ticket.objects.get(pk=stage.tickets[number * 7 % len(stage.tickets)].pk)
        if number * 7 % 10 < args.words:
            said = Words(text="E allora?", subject="Richiesta", sender_address="maria@example.org", language="it")
            messages.receive(ticket, said, channel="email", customer=ticket.customer, actor=MACHINE)
        elif number % 3:
            messages.note(ticket, stage.cast.member("Anna"), "Ha richiamato.")
        else:
            anna = stage.cast.member("Anna")
            handling.take(ticket, anna if ticket.owner_id != anna.pk else stage.cast.member("Bruno"))
        written.append((f"borgo/{ticket.number}", ticket.version, time.monotonic()))
    return written


def _waits(found: list[tuple[int, str, int, float]], written: Written) -> tuple[list[float], int]:
    """Milliseconds from each commit until each viewer of its ticket sees it, by itself or together with what came after
    it; and how many were never seen."""
    sights: dict[tuple[int, str], list[tuple[int, float]]] = {}
    for viewer, ticket, version, when in found:
        sights.setdefault((viewer, ticket), []).append((version, when))
    of_ticket: dict[str, list[tuple[int, float]]] = {}
    for ticket, version, committed in written:
        of_ticket.setdefault(ticket, []).append((version, committed))
    took: list[float] = []
    never = 0
    for (_viewer, ticket), seen in sights.items():
        for version, committed in of_ticket.get(ticket, ()):
            first = min((when for its, when in seen if its >= version), default=None)
            if first is None:
                never += 1
            else:
                took.append((first - committed) * 1000)
    return took, never


class Eye:
    """One real page among them: when what it shows of a ticket changed, and what it asked for."""

    def __init__(self, page: Any = None) -> None:
        self.page, self.asked = page, []
        if page is not None:
            page.on("request", lambda request: self.asked.append(request.url))

    def tell(self, written: Written) -> None:
        if self.page is None:
            return say("no Chromium here: nothing was seen on a screen")
        seen = self.page.evaluate("window.seen")
        wall = time.time() - time.monotonic()
        name = self.page.get_attribute("[data-live-ticket]", "data-live-ticket")
        took, _never = _waits([(0, name, version, when / 1000 - wall) for version, when in seen], written)
        asked = [url for url in self.asked if "fragment=" in url]
        changes = sum(ticket == name for ticket, _, _ in written)
        parts = Counter(url.partition("fragment=")[2].partition("&")[0] for url in asked)
        say(
            f"on the screen of Chromium: {len(took)} of {changes} changes, p50 {at(took, 0.5):.0f}, "
            f"most {max(took, default=0):.0f} ms; requests {dict(parts)}"
        )


@contextmanager
def chromium(stage: Stage, base: str, ticket: Ticket) -> Iterator[Eye]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        yield Eye()
        return
    if not Path("/usr/bin/chromium").exists():
        yield Eye()
        return
    name, _, key = stage.cookies[-1].partition("=")
    # its loop runs in this thread, where this program asks its own questions
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context()
        context.add_cookies([{"name": name, "value": key, "url": base}])
        page = context.new_page()
        page.goto(f"{base}{address(ticket)}")
        page.evaluate(_WATCH)
        time.sleep(2)
        yield Eye(page)
        browser.close()


_WATCH = """() => {
  window.seen = [];
  let last = 0;
  new MutationObserver(() => {
    const now = Number(document.querySelector("[data-live-ticket]")?.dataset.version ?? 0);
    if (now === last) return;
    last = now;
    window.seen.push([now, performance.timeOrigin + performance.now()]);
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


def slow(stage: Stage) -> None:
    """A browser that reads nothing, on a ticket that changes all the time, beside one that reads."""
    import socket

    ticket = stage.tickets[0]
    with stream(stage.home) as process, browsers(1) as crowd:
        crowd.open(stage.cookies[:1], [f"lists,ticket:borgo/{ticket.number}"])
        port, page = int(os.environ["SPORTELLO_STREAM_PORT"]), os.environ["SPORTELLO_PORT"]
        lazy = socket.socket()
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        lazy.connect(("127.0.0.1", port))
        asked = f"Host: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{page}\r\nCookie: {stage.cookies[1]}\r\n\r\n"
        lazy.sendall(f"GET /live/stream?topics=lists HTTP/1.1\r\n{asked}".encode())
        time.sleep(1)
        before = pss(family(process.pid))
        took = []
        for number in range(60):
            crowd.ask(do="mark")
            committed = _change(stage, number)
            took += [(one - committed) * 1000 for one in flat(crowd.ask(do="heard", patience=5), "at")]
        say(
            f"60 changes beside one who reads nothing: told p50 {at(took, 0.5):.0f}, most {max(took):.0f} ms; "
            f"the stream grew by {(pss(family(process.pid)) - before) / 1e6:.1f} MB"
        )
        lazy.close()


def _connections() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def _cpu(stage: Stage, process: subprocess.Popen[bytes], name: str, what: Callable[[], _T]) -> _T:
    began, ours, theirs = time.monotonic(), spent(family(process.pid)), spent(database_pids(stage.home))
    result = what()
    seconds = time.monotonic() - began
    say(
        f"{name}: {(spent(family(process.pid)) - ours) / seconds:.1%} of a core by the stream, "
        f"{(spent(database_pids(stage.home)) - theirs) / seconds:.1%} by the database"
    )
    return result

"""`python -m bench.replies`: replies posted through the web form by several clients at once, durable.

The composer's own form is sent (its fields as a page of the desk holds them, its name of that drawing, the token
against forgery), by processes that keep one connection each, to tickets that came by mail. Two web processes serve
them, started as `sportello run` starts them. Each client is a colleague of its own. Afterwards every reply must stand
on its ticket exactly once, with one dispatch to one recipient, and no draft may be left.

`--undo` lets replies wait for the seconds in which they can be taken back (what people have who chose nothing): then
each must wait exactly once. `--kept` keeps a draft of each before it is sent, as the page does while somebody types.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .place import WORKERS, installation, web
from .spent import PACE_ALONE, Log, database, pace_now, tree
from .spool import letters

TEXT = "Gentile cliente,\n\nabbiamo controllato la sua richiesta e il rimborso arriva entro dieci giorni.\n\nSaluti"
_WHO = ("Anna", "Bruno", "Carla", "Hugo")
#: Sent before the clock runs: the processes have opened their connections and read their templates.
_WARMING = 25


def main() -> int:
    """0 when none was lost, doubled or refused."""
    args = _arguments()
    if args.client:
        return _client(Path(args.client))
    with installation() as home:
        from tests.cast import assemble

        cast = assemble()
        tickets = _tickets(args.replies + _WARMING * args.clients, args.seed)
        if not args.undo:
            from sportello.records.accounts.models import User

            User.objects.update(undo_seconds=0)
        with web(home, args.workers) as (base, master):
            jobs = _jobs(home, base, cast, tickets, args)
            clients = [_started(job) for job in jobs]
            _wait_for(jobs)
            before = Log.now(), database(home), tree(master)
            began = time.perf_counter()
            for job in jobs:
                job.with_suffix(".go").touch()
            for client in clients:
                client.wait(600)
            seconds = time.perf_counter() - began
            after = Log.now(), database(home), tree(master)
        _tell(args, jobs, seconds, before, after)
        wrong = _check(tickets, undo=args.undo)
        print(f"wrong: {wrong or 'nothing'}")
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.replies", description=__doc__)
    parser.add_argument("--replies", type=int, default=1_500)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--workers", type=int, default=WORKERS, help=f"processes of the pages ({WORKERS})")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--undo", action="store_true")
    parser.add_argument("--kept", action="store_true")
    parser.add_argument("--client", metavar="JOB", help=argparse.SUPPRESS)
    return parser.parse_args()


def _tell(args: argparse.Namespace, jobs: list[Path], seconds: float, before: Any, after: Any) -> None:
    done = [json.loads(job.with_suffix(".done").read_text()) for job in jobs]
    times = sorted(each for one in done for each in one["times"])
    at = [1000 * times[min(len(times) - 1, int(len(times) * share))] for share in (0.5, 0.95, 0.99)]
    data, pages = ((now - then) / len(times) for now, then in zip(after[1:], before[1:], strict=True))
    own = sum(one["spent"] for one in done) / len(times)
    paces = [each for one in done for each in one["paces"]]
    pace = sum(paces) / len(paces)
    print(
        f"{len(times)} replies by {args.clients} clients: {len(times) / seconds:.0f} a second; p50 {at[0]:.1f}, "
        f"p95 {at[1]:.1f}, p99 {at[2]:.1f} ms (load {os.getloadavg()[0]:.1f})\n"
        f"processor time a reply: {pages:.1f} ms of the pages, {data:.1f} ms of the database, {own:.1f} ms of the "
        f"clients, {pages + data + own:.1f} ms in all: {2000 / (pages + data + own):.0f} a second on two cores\n"
        f"pace: {pace:.1f} ms for what takes {PACE_ALONE} ms alone: "
        f"{2000 / (pages + data + own) * pace / PACE_ALONE:.0f} a second on two cores at that of one process alone\n"
        f"a reply: {after[0].since(before[0], len(times))}\n"
        f"answers: {dict(Counter(status for one in done for status in one['statuses']))}"
    )


# Before ------------------------------


def _tickets(count: int, seed: int) -> list[Any]:
    """Opened by letters of strangers, through the door and intake."""
    from sportello.records.tickets.models import Ticket
    from sportello.service.channels import intake
    from sportello.service.channels.email.taking import Addressed, take
    from sportello.service.channels.models import Mailbox

    mailbox = Mailbox.objects.select_related("organisation").get(address="urp@borgo.test")
    for one in letters(count, seed, []):
        take(one.raw, [Addressed(mailbox, mailbox.address)], door="smtp", envelope_from=one.sender)
    while intake.work():
        pass
    return list(Ticket.objects.select_related("organisation", "customer").order_by("pk"))


@dataclass(frozen=True)
class Form:
    """The composer as a page holds it: the values of its fields, and what differs from one ticket to the next."""

    fields: dict[str, list[str]]

    def body(self, ticket: Any, text: str, boundary: str) -> bytes:
        from sportello.faces.desk.actions.drafting import new_writer

        address = f"{ticket.customer.name} <cliente@example.com>" if ticket.customer else ""
        values = {
            **{name: value for name, (value, *_more) in self.fields.items()}, "text": text, "then": "keep",
            "to": address, "base_position": str(ticket.last_public_position),
            "draft_writer": new_writer(ticket, "reply"), "draft_turn": "1", "draft_revision": "0",
        }  # fmt: skip
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in values.items()
        ]
        nothing = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename=""\r\n'
        return f"{''.join(parts)}{nothing}Content-Type: application/octet-stream\r\n\r\n\r\n--{boundary}--\r\n".encode()


def _jobs(home: Path, base: str, cast: Any, tickets: list[Any], args: argparse.Namespace) -> list[Path]:
    """A file for each client: where to, as whom, and every body it will send."""
    from tests.cast import PASSWORD

    from .client import Client

    jobs = []
    for number in range(args.clients):
        browser = Client(base)
        browser.sign_in(cast.users[_WHO[number % len(_WHO)]].email, PASSWORD)
        mine = tickets[number :: args.clients]
        form = Form(browser.get(_address(mine[0])).form("base_position").fields)
        boundary = uuid.uuid4().hex
        sent = []
        for ticket in mine:
            body = form.body(ticket, f"Segno {ticket.pk}.\n{TEXT}", boundary).decode()
            sent.append((f"{_address(ticket)}replies/", body))
        job = home / f"client-{number}.json"
        cookies = "; ".join(f"{name}={value}" for name, value in browser._cookies.items())
        asked = {"base": base, "cookies": cookies, "boundary": boundary, "sent": sent, "kept": args.kept}
        job.write_text(json.dumps(asked))
        jobs.append(job)
    return jobs


def _address(ticket: Any) -> str:
    return f"/desk/{ticket.organisation.slug}/tickets/{ticket.number}/"


def _started(job: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "bench.replies", "--client", str(job)])


def _wait_for(jobs: list[Path]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not all(job.with_suffix(".ready").exists() for job in jobs):
        time.sleep(0.05)


# A client ------------------------------


def _client(job: Path) -> int:
    """Sends what its job says, one after the other; writes how long each took."""
    asked = json.loads(job.read_text())
    parts = urlsplit(asked["base"])
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    headers = {"Cookie": asked["cookies"], "Referer": asked["base"] + "/",
               "Content-Type": f"multipart/form-data; boundary={asked['boundary']}"}  # fmt: skip

    def post(address: str, body: bytes) -> int:
        connection.request("POST", address, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    sent = [(address, body.encode()) for address, body in asked["sent"]]
    if asked["kept"]:
        for address, body in sent:
            post(address.replace("replies/", "drafts/reply/"), body)
    for address, body in sent[:_WARMING]:
        post(address, body)
    job.with_suffix(".ready").touch()
    while not job.with_suffix(".go").exists():
        if not job.exists():
            return 1  # who started us has ended
        time.sleep(0.001)
    times, statuses, paces, spent = [], [], [pace_now()], time.process_time()
    for address, body in sent[_WARMING:]:
        began = time.perf_counter()
        statuses.append(post(address, body))
        times.append(time.perf_counter() - began)
        if len(times) % 50 == 0:
            paces.append(pace_now())
    spent = 1000 * (time.process_time() - spent) - sum(paces[1:])
    told = {"times": times, "statuses": statuses, "spent": spent, "paces": paces}
    job.with_suffix(".done").write_text(json.dumps(told))
    return 0


# Afterwards ------------------------------


def _check(tickets: list[Any], *, undo: bool) -> dict[str, object]:
    """What is lost or doubled; empty when nothing is."""
    from sportello.faces.desk.models import Draft
    from sportello.records.tickets.models import Message
    from sportello.service.channels.models import Delivery, Dispatch, WaitingReply

    answers = Message.objects.filter(direction=Message.Direction.OUT, notice_moment="")
    wrong: dict[str, object] = {}
    if undo:
        found = Counter(WaitingReply.objects.values_list("ticket", flat=True))
    else:
        found = Counter(answers.values_list("entry__ticket", flat=True))
        sent = Counter(Dispatch.objects.filter(message__in=answers).values_list("message", flat=True))
        to = Counter(Delivery.objects.filter(dispatch__message__in=answers).values_list("dispatch", flat=True))
        if len(sent) != len(tickets) or len(to) != len(tickets) or max([*sent.values(), *to.values()]) > 1:
            wrong["dispatches"] = {"dispatches": sum(sent.values()), "recipients": sum(to.values())}
        wrong_words = [pk for pk, text in answers.values_list("entry__ticket", "text") if f"Segno {pk}." not in text]
        if wrong_words:
            wrong["words"] = wrong_words[:5]
    if found != Counter(ticket.pk for ticket in tickets):
        wrong["replies"] = {"there": len(found), "wanted": len(tickets), "most": max(found.values(), default=0)}
    if Draft.objects.exists():
        wrong["drafts"] = Draft.objects.count()
    return wrong


if __name__ == "__main__":
    sys.exit(main())

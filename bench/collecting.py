"""`python -m bench.collecting [--messages N]`: a full mailbox of a real Dovecot is imported as archive, fsync on, cut
in the middle and resumed. Says how many messages a second were stored (bytes and rows safe)."""

from __future__ import annotations

import argparse
import random
import sys
import time
from datetime import timedelta


def main() -> int:
    """0 when every message was stored once."""
    parser = argparse.ArgumentParser(prog="python -m bench.collecting", description=__doc__)
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    from .place import installation

    with installation():
        from tests.cast import assemble
        from tests.dovecot import dovecot

        assemble()
        with dovecot() as server:
            began = time.perf_counter()
            _fill(server, args.messages, args.seed)
            print(f"{args.messages} messages delivered in {time.perf_counter() - began:.0f} s", file=sys.stderr)
            return _import(server, args.messages)


def _fill(server: object, count: int, seed: int) -> None:
    from email.message import EmailMessage

    from sportello.config.load.words import Words
    from sportello.foundation.tenancy import clock

    chance = random.Random(seed)
    words, now = Words("it", chance), clock.server_now()
    for number in range(count):
        mail = EmailMessage()
        mail["From"], mail["To"] = f"cliente{number % 5_000}@example.com", "urp@borgo.test"
        mail["Subject"], mail["Message-ID"] = words.subject()[:60], f"<{number}.{seed}@mail.example.com>"
        mail["Date"] = "Mon, 02 Nov 2026 10:00:00 +0100"
        mail.set_content(words.text())
        server.deliver(mail.as_bytes().replace(b"\n", b"\r\n"), at=now - timedelta(minutes=10 * (count - number)))


def _import(server: object, count: int) -> int:
    from sportello.foundation.tenancy import clock
    from sportello.service.channels.collecting import secrets, session
    from sportello.service.channels.collecting.accounts import accounts_of
    from sportello.service.channels.models import Collector, IncomingMail, Mailbox
    from tests.dovecot import PASSWORD, USER

    mailbox = Mailbox.objects.get(address="urp@borgo.test")
    row = Collector.objects.create(
        organisation=mailbox.organisation, mailbox=mailbox, host="127.0.0.1", port=server.imap, security="none",
        user=USER, began_at=clock.server_now(), cut_off_at=clock.server_now(),
    )  # fmt: skip
    secrets.keep(row.pk, "password", PASSWORD)
    stored, began, cut = 0, time.perf_counter(), count // 2
    while True:
        row.refresh_from_db()
        connection = session.connect(session.access_of(row))
        done = 0
        while True:
            # half-way the connection is dropped between two batches, as a restart would
            go_on = (lambda: False) if cut and stored >= cut else (lambda: True)
            found = session.look(row, connection, go_on=go_on)
            stored, done = stored + found.stored, done + found.taken
            if cut and stored >= cut:
                cut = 0
                break
            if not found.more:
                break
            connection.again()
            account = next(one for one in accounts_of([mailbox.organisation]) if one.mailbox == mailbox)
            seconds = time.perf_counter() - began
            print(f"{account.import_done} %, {stored / seconds:.0f} a second", file=sys.stderr)
        connection.close()
        if not done or stored >= count:
            break
    seconds = time.perf_counter() - began
    kept = IncomingMail.objects.filter(is_archive=True).count()
    print(f"collecting: {stored} stored in {seconds:.0f} s = {stored / seconds:.0f} a second; rows {kept}, cut once")
    return 0 if kept == stored == count else 1


if __name__ == "__main__":
    sys.exit(main())

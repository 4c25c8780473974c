"""Registers and archive at a million rows: lists, searches, the next number, what a disposal list proposes, the tick.

    python -m bench.registers --rows 1000000 --plans plans.txt

An installation of its own, removed at the end; rows are written by the database itself. Each question is asked as the
pages ask it, five times; the best is told, with the blocks its slowest statement reads. `--plans` keeps every plan.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

#: One row in so many is open, annulled, of the outside system.
OPEN, ANNULLED = 400, 500


@dataclass
class Asked:
    lines: list[str] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)

    def ask(self, name: str, question: Callable[[], Any]) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        best, found = 0.0, None
        for turn in range(5):
            began = time.perf_counter()
            found = question()
            took = (time.perf_counter() - began) * 1000
            best = took if not turn else min(best, took)
        with CaptureQueriesContext(connection) as seen:
            question()
        selects = [one["sql"] for one in seen.captured_queries if one["sql"].lstrip().startswith(("SELECT", "WITH"))]
        slowest, blocks = max((self._plan(name, sql) for sql in selects), default=(0.0, 0))
        read = f"slowest {slowest:8.2f} ms, {blocks} blocks"
        self.lines.append(f"{name:44} {best:9.1f} ms  {len(seen):3} queries  {read}  {found}")
        print(self.lines[-1], flush=True)

    def _plan(self, name: str, sql: str) -> tuple[float, int]:
        from django.db import connection

        if "FOR UPDATE" in sql or "FOR NO KEY UPDATE" in sql or "nextval" in sql:
            return 0.0, 0
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}")
            rows = [row[0] for row in cursor.fetchall()]
        self.plans += [f"== {name}", sql[:400], *rows, ""]
        blocks = next((row for row in rows if "Buffers:" in row), "")
        said = [part.split("=") for part in blocks.split() if "=" in part]
        count = sum(int(number) for name, number in said if name in ("hit", "read"))
        took = next((row for row in rows if row.startswith("Execution Time")), "Execution Time: 0 ms")
        return float(took.split()[2]), count


def fill(cast: Any, rows: int) -> None:
    from django.db import connection

    from sportello.service.backoffice.archive import plan

    ticket = cast.ticket("Reclamo", kind="complaint")
    row = plan.in_force(cast.borgo)[1]
    values = {
        "org": cast.borgo.pk, "kind": ticket.kind_id, "procedure": ticket.procedure_id, "team": ticket.team_id,
        "customer": ticket.customer_id, "rows": rows, "open": OPEN, "annulled": ANNULLED, "class": row.pk,
        "code": row.code, "member": cast.member("Bruno").pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in _FILL:
            cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")


_FILL = (
    """INSERT INTO tickets_ticket (organisation_id, number, subject, kind_id, procedure_id, customer_id, channel,
         language, team_id, status, priority, sensitivity, opened_at, closed_at, moved_at, next_promise_at,
         version, last_position,
         last_public_position, open_asides)
       SELECT %(org)s, '1990-' || lpad(g::text, 7, '0'), 'Oggetto ' || g, %(kind)s, %(procedure)s, %(customer)s,
         'email',
         'it', %(team)s, CASE WHEN g %% %(open)s = 0 THEN 'new' ELSE 'closed' END, 2, 'normal',
         now() - g * interval '5 minutes',
         CASE WHEN g %% %(open)s = 0 THEN NULL ELSE now() - g * interval '4 minutes' END,
         now() - g * interval '4 minutes', now() + interval '10 days', 1, 1, 1, 0
       FROM generate_series(1, %(rows)s) g""",
    """INSERT INTO tickets_term (organisation_id, ticket_id, kind, starts_at, due_at, value, unit, roll, steps, source,
         met_at)
       SELECT organisation_id, id, 'conclusion', opened_at, opened_at + interval '30 days', 30, 'calendar_days',
         'festivo', '[]', '', closed_at FROM tickets_ticket WHERE number LIKE '1990-%%'""",
    """INSERT INTO backoffice_complaint (organisation_id, ticket_id, kind_id, procedure_id, year, serial, received_at,
         registered_at, legal_basis, term_value, term_unit, due_at, severity, risk, is_safety, responsible_id, cause,
         finding, answered_at, closed_at, annulled_at, annulled_why)
       SELECT organisation_id, id, kind_id, procedure_id, 1990 + (id / 50000), (id %% 50000) + 1, opened_at, opened_at,
         'Carta dei servizi', 30, 'calendar_days', opened_at + interval '30 days', 1 + id %% 4, 1, id %% 1000 = 0,
         %(member)s, '', CASE WHEN closed_at IS NULL THEN '' WHEN id %% 3 = 0 THEN 'upheld' ELSE 'not_upheld' END,
         closed_at, closed_at,
         CASE WHEN id %% %(annulled)s = 0 THEN closed_at END,
         CASE WHEN id %% %(annulled)s = 0 THEN 'Doppione' ELSE '' END
       FROM tickets_ticket WHERE number LIKE '1990-%%'""",
    """INSERT INTO backoffice_protocolentry (organisation_id, direction, year, serial, outside_number, registered_at,
         registered_on, registered_by_id, correspondents, subject, happened_at, means, digest, digest_of, attachments,
         sender_number, sender_date, sender_office, ticket_id, annulled_why, annulled_act)
       SELECT organisation_id, CASE WHEN id %% 3 = 0 THEN 'out' ELSE 'in' END, 1990 + (id / 50000), (id %% 50000) + 1,
         '', opened_at, opened_at::date, %(member)s, '[]', subject, opened_at, 'email', md5(id::text), 'text',
         '[]', '', '', '',
         id, '', '' FROM tickets_ticket WHERE number LIKE '1990-%%'""",
    """INSERT INTO backoffice_filing (organisation_id, ticket_id, file_class_id, code, kind_id, outcome, by_hand,
         closed_at,
         procedure_years, keep_until)
       SELECT organisation_id, id, %(class)s, %(code)s, kind_id, 'solved', false, closed_at, 0,
         (closed_at + interval '3 months')::date
       FROM tickets_ticket WHERE number LIKE '1990-%%' AND closed_at IS NOT NULL""",
    """INSERT INTO tickets_moment (organisation_id, ticket_id, sort, code, whom, at, due_at, next_moment_at, tries)
       SELECT organisation_id, id, 'due', '', '', now() + interval '20 days', now() + interval '20 days',
         now() + interval '20 days' + (id %% 100000) * interval '1 minute', 0
       FROM tickets_ticket WHERE number LIKE '1990-%%'""",
)  # fmt: skip


def measure(cast: Any) -> Asked:
    from django.db import transaction

    from sportello.faces.desk import protocol_page
    from sportello.foundation.tenancy import clock
    from sportello.records.tickets import tick
    from sportello.service.backoffice.archive import disposal, searching
    from sportello.service.backoffice.complaints import queries, registering
    from sportello.service.backoffice.models import FileClass, ProtocolEntry
    from sportello.service.backoffice.protocol import registering as protocol

    asked, house, person = Asked(), cast.borgo, cast.person("Carla")
    today = clock.local(house, clock.now(house)).date()
    chosen, page = queries.Chosen, queries.register_page
    for name, wanted in (
        ("register, open", chosen()), ("register, all", chosen(state="all")), ("register, late", chosen(state="late")),
        ("register, closed", chosen(state="closed")), ("register, annulled", chosen(state="annulled")),
        ("register, safety, open", chosen(is_safety=True)), ("register, critical, open", chosen(severity=4)),
        ("register, upheld, a year", chosen(state="all", year=1995, finding="upheld")),
        ("register, open, of one", chosen(responsible_id=cast.member("Bruno").pk)),
    ):  # fmt: skip
        asked.ask(name, lambda wanted=wanted: len(page(person, house, wanted).rows))
    asked.ask("register, all, deep page", lambda: len(page(person, house, chosen(state="all"), "1996-20").rows))

    def next_number(draw: Callable[[], Any]) -> Any:
        with transaction.atomic():
            drawn = draw()
            transaction.set_rollback(True)
        return drawn

    asked.ask("register, next number", lambda: next_number(lambda: registering._next_serial(house, 2026)))
    rows = ProtocolEntry.objects.filter(organisation=house)
    for name, given, after in (
        ("protocol, newest", {}, ""), ("protocol, deep page", {}, "500000"), ("protocol, number",
         {"number": "777"}, ""),
        ("protocol, number that is not there", {"number": "4999999"}, ""),
        ("protocol, number/year", {"number": "777/1995"}, ""),
        ("protocol, a day", {"day": today - timedelta(days=900)}, ""),
        ("protocol, out of a year", {"year": 1992, "direction": "out"}, ""),
        ("protocol, a year without any", {"year": 1950}, ""),
    ):  # fmt: skip
        asked.ask(name, lambda given=given, after=after: len(protocol_page.page(rows, given, after).rows))
    asked.ask("protocol, next number", lambda: next_number(lambda: protocol._next_number(house)[1]))
    look, wanted_in = searching.look, searching.Asked
    asked.ask("archive, all", lambda: len(look(person, house, wanted_in()).rows))
    asked.ask("archive, a month", lambda: len(look(person, house, wanted_in(
        since=today - timedelta(days=400), until=today - timedelta(days=370))).rows))  # fmt: skip
    FileClass.objects.filter(organisation=house).update(confidence="H")
    asked.ask("disposal, 500 due", lambda: len(list(disposal.due(house, today).values_list("ticket_id")[:500])))
    asked.ask("disposal, none due", lambda: len(list(disposal.due(house, today - timedelta(days=9_000))[:500])))
    asked.ask("tick, none due of a million", lambda: len(tick.due_tickets()))
    return asked


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.registers", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--plans", type=Path)
    args = parser.parse_args()
    from .place import installation

    with ExitStack() as stack:
        stack.enter_context(installation())
        from tests.cast import assemble

        cast, began = assemble(), time.monotonic()
        fill(cast, args.rows)
        print(f"{args.rows} rows in each of six tables in {time.monotonic() - began:.0f} s", flush=True)
        asked = measure(cast)
        if args.plans:
            args.plans.write_text("\n".join(asked.plans))
        print(f"load average of five minutes: {os.getloadavg()[1]:.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

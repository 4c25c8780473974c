"""How this installation is doing, as one record: for `sportello status` and for whoever watches it.

Numbers only, no names of people and no contents; mailboxes are public addresses.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import socket
from pathlib import Path
from typing import Any

from sportello import __version__
from sportello.config import home as place
from sportello.config.supervisor.lock import HomeLock

#: Bytes (`MAIL_BYTES` twice).
ROOM_NEEDED = 120 * 1024 * 1024
MAIL_STATES = {
    "pending": "pending",
    "ticketed": "ticketed",
    "machine": "machine",
    "quarantined": "quarantined",
    "duplicate": "duplicates",
}


def collect() -> dict[str, Any]:
    """The record. `database` is "up" or "away"; away, what only the database knows is empty.

    mailboxes `[{address, organisation}]`; mail `{received, pending, ticketed, machine, quarantined,
    duplicates}`, where received is the sum of the others; collecting, a record a mailbox that is fetched, and alarms
    `[{code, mailbox, since}]` (`collecting/accounts.py`) and `[{code, about, since, title, to_do}]`
    (`service/watching/alarms.py`); dispatches and jobs by state; disk; streams;
    loops; versions; journal.
    """
    found = _nothing()
    if not place.database_url():
        return found
    from sportello.config.cli import start_django

    start_django()
    from django.db import DatabaseError, connection, transaction

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # one snapshot, so that the numbers agree with each other
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            found["versions"] |= {"postgresql": _server_version(connection)}
            found["mailboxes"], found["mail"] = _mailboxes(), _mail()
            found["dispatches"] = _by(cursor, "channels_dispatch", "state")
            found["jobs"] = _by(cursor, "procrastinate_jobs", "status")
            found["journal"] = _journal()
            found |= _collecting()
            found["database"] = "up"
    except DatabaseError as error:
        found["database_error"] = str(error).strip().split("\n")[0]
    found["alarms"] += _alarms()
    return found


def _alarms() -> list[dict[str, Any]]:
    """What else is wrong (`service/watching/alarms.py`), with what to do; of mailboxes it is told above."""
    from datetime import timedelta

    from django.utils import translation

    from sportello.foundation.tenancy.clock import server_now
    from sportello.service.watching.alarms import decide

    now = server_now()
    with translation.override("en"):  # like all the command line
        return [
            {
                "code": one.code,
                "about": one.about,
                "since": (now - timedelta(seconds=one.since)).isoformat(timespec="seconds") if one.since else None,
                "title": one.title,
                "to_do": one.to_do,
            }
            for one in decide()
            if not one.code.startswith("mailbox_")
        ]


def _nothing() -> dict[str, Any]:
    import django

    return {
        "database": "away",
        "supervisor": HomeLock(place.home()).holder(),
        "home": str(place.home()),
        "mailboxes": [],
        "collecting": [],
        "alarms": [],
        "mail": dict.fromkeys(("received", *MAIL_STATES.values()), 0),
        "dispatches": {},
        "jobs": {},
        "disk": _disk(),
        "streams": _streams(),
        "loops": _written("worker.json").get("loops", {}),
        "versions": {
            "sportello": __version__,
            "python": platform.python_version(),
            "django": django.get_version(),
            "postgresql": None,
        },
        "journal": {},
    }


def _disk() -> dict[str, Any]:
    """Room left where files lie and where the rest does; low: less than two of the largest messages take."""
    found: dict[str, Any] = {}
    for name, folder in (("home", place.home()), ("blobs", Path(place.blobs()))):
        try:
            free = shutil.disk_usage(folder).free
        except OSError:
            continue
        found |= {f"{name}_free_bytes": free, f"{name}_low": free < ROOM_NEEDED}
    return found


def _server_version(connection: Any) -> str:
    number = int(connection.pg_version)
    return f"{number // 10000}.{number % 10000}"


def _mailboxes() -> list[dict[str, str]]:
    from sportello.service.channels.models import Mailbox

    rows = Mailbox.objects.order_by("organisation__slug", "address")
    return [
        {"address": address, "organisation": slug}
        for address, slug in rows.values_list("address", "organisation__slug")
    ]


def _mail() -> dict[str, int]:
    from django.db.models import Count, Q

    from sportello.service.channels.models import IncomingMail

    counts = {name: Count("pk", filter=Q(state=state)) for state, name in MAIL_STATES.items()}
    return IncomingMail.objects.aggregate(received=Count("pk"), **counts)


def _collecting() -> dict[str, Any]:
    from sportello.service.channels.collecting.accounts import for_status

    return for_status()


def _by(cursor: Any, table: str, column: str) -> dict[str, int]:
    cursor.execute(f"SELECT {column}::text, count(*) FROM {table} GROUP BY 1 ORDER BY 1")  # noqa: S608 - our names
    return dict(cursor.fetchall())


def _journal() -> dict[str, Any]:
    from sportello.foundation.journal.models import Cursor, ParkedEvent
    from sportello.foundation.journal.reader import behind_seconds, current_epoch

    return {
        "behind_seconds": round(behind_seconds(), 1),
        "epoch": current_epoch(),
        "parked": ParkedEvent.objects.count(),
        "consumers": dict(Cursor.objects.order_by("name").values_list("name", "event_id")),
    }


def _streams() -> dict[str, Any]:
    """What the stream's process last wrote of itself (`run/stream.json`); whether somebody who comes is answered."""
    port = int(os.environ.get("SPORTELLO_PORT", "8000"))
    stream_port = int(os.environ.get("SPORTELLO_STREAM_PORT", port + 1))
    said = _written("programs.json").get("stream") if HomeLock(place.home()).holder() is not None else None
    answers = _answers(stream_port) if said is None else said in ("runs", "rests")
    return {**_written("stream.json"), "port": stream_port, "answers": answers, "rests": said == "rests"}


def _answers(port: int) -> bool:
    """Of a stream nobody watches over; a knock at the supervisor's door would wake one that rests."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


def _written(name: str) -> dict[str, Any]:
    try:
        found = json.loads((place.home() / "run" / name).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

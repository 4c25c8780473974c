"""Backup and restore of a whole installation into and from a folder.

In the folder: `database.dump` (pg_dump, custom format), `blobs/`, `keys/`, `manifest.json`. The order is the
promise: dump, then blobs, then keys. Blobs are written before the rows that count on them and deleted late,
so that every blob the dump knows is still there when they are copied. The manifest comes last: a folder
without one is not a backup. A second backup into the same folder copies only new blobs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sportello import __version__
from sportello.config import home as place
from sportello.config import prepare, upgrading
from sportello.config.supervisor import programs
from sportello.config.supervisor.postgres import Cluster
from sportello.config.supervisor.trouble import Trouble
from sportello.foundation.core.errors import StoreAway
from sportello.foundation.files.bucket import Bucket, is_address

MANIFEST = "manifest.json"
DUMP = "database.dump"
#: Belong to one cluster and one bucket, not to the data: a restored home makes or is given its own.
NOT_KEPT = {"database_password", "blobs"}


def backup(folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Back up into `folder` (new, or an earlier backup); returns the manifest, whose `damaged` names the files of a
    bucket that are not what was written: no backup at all would be worse than one without them."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    manifest = folder / MANIFEST
    if any(folder.iterdir()) and not manifest.exists() and not (folder / f"{DUMP}.half").exists():
        raise Trouble(f"{folder} is neither empty nor a backup of Sportello's: choose another folder.")
    half = folder / f"{DUMP}.half"
    half.touch(mode=0o600)
    say("database")
    _client("pg_dump", "--format=custom", f"--file={half}")
    say("files")
    blobs, damaged = _files_out(folder / "blobs")
    # until here the folder holds the earlier backup, whole, with files it does not need
    manifest.unlink(missing_ok=True)
    _copy_keys(place.keys(), folder / "keys")
    half.replace(folder / DUMP)
    written = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "sportello": __version__,
        "dump_sha256": _digest(folder / DUMP),
        "blobs": blobs,
        "damaged": damaged,
    }
    manifest.write_text(json.dumps(written, indent=2) + "\n")
    _remember(str(written["made_at"]))
    return written


def _remember(made_at: str) -> None:
    """For the alarm that the last backup is old; a home that cannot be written has its backup all the same."""
    with contextlib.suppress(OSError):
        path = place.home() / "run" / "backup.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"at": made_at}))


def restore(folder: Path, cluster: Cluster | None, replace: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Restore into this home and database, which must be empty unless `replace`; returns the manifest, whose `damaged`
    then names the files that could not be brought back.

    `cluster` is our own, started for this; None means a database given by DATABASE_URL.
    """
    manifest = check(folder)
    if _client("psql", "-XAtc", "SELECT 1 FROM pg_class WHERE relname = 'django_migrations'").strip():
        if not replace:
            raise Trouble("this database is not empty. To lose what is in it, add --replace.")
        say("emptying the database")
        _empty(cluster)
    say("files")
    damaged = _files_in(folder / "blobs")
    _copy_keys(folder / "keys", place.keys())
    say("database")
    _client(
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        f"--dbname={_address()}",
        folder / DUMP,
    )
    _afterwards()
    return {**manifest, "damaged": damaged}


def check(folder: Path) -> dict[str, Any]:
    """The manifest of a whole backup. Trouble when something is missing or changed."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        raise Trouble(f"{folder} is not a whole backup: {MANIFEST} is missing or broken.") from None
    if not (folder / DUMP).exists() or _digest(folder / DUMP) != manifest["dump_sha256"]:
        raise Trouble(f"{folder / DUMP} is missing or not the one that was written.")
    there = sum(1 for path in (folder / "blobs").rglob("*") if path.is_file())
    if there < manifest["blobs"]:
        raise Trouble(f"{manifest['blobs'] - there} files are missing from {folder / 'blobs'}.")
    return dict(manifest)


def _afterwards() -> None:
    """This version's schema, a new epoch of the journal, and no demo into somebody's data."""
    run = place.home() / "run"
    run.mkdir(parents=True, exist_ok=True)
    (run / "schema.stamp").unlink(missing_ok=True)
    (run / "demo.done").touch()
    from sportello.config.cli import start_django

    start_django()
    upgrading.migrate(prepare.say)
    _begin_epoch()


def _begin_epoch() -> None:
    """Transaction ids are the server's own: after a restore they start low again.

    Readers enter the new epoch at its beginning, so what some consumer had not read yet is carried into it;
    consumers are idempotent by event id. This is the one change the journal ever sees, hence the trigger.
    """
    from django.db import connection, transaction

    from sportello.foundation.journal.models import Epoch
    from sportello.foundation.journal.reader import current_epoch
    from sportello.foundation.tenancy.clock import server_now

    with transaction.atomic(), connection.cursor() as cursor:
        old = current_epoch()
        cursor.execute("SELECT COALESCE(max(id), 0) FROM journal_event")
        Epoch.objects.create(number=old + 1, began_at=server_now(), first_event_id=cursor.fetchone()[0] + 1)
        cursor.execute("ALTER TABLE journal_event DISABLE TRIGGER journal_event_final")
        cursor.execute(
            "UPDATE journal_event e SET epoch = %s, xid = pg_current_xact_id() WHERE epoch = %s AND EXISTS"
            " (SELECT 1 FROM journal_cursor c WHERE c.epoch < e.epoch OR"
            " c.epoch = e.epoch AND (e.xid, e.id) > (c.xid::xid8, c.event_id))",
            [old + 1, old],
        )
        cursor.execute("ALTER TABLE journal_event ENABLE TRIGGER journal_event_final")


def _empty(cluster: Cluster | None) -> None:
    if cluster is None:
        _client("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", "DROP OWNED BY CURRENT_USER CASCADE")
        return
    cluster.query("DROP DATABASE sportello WITH (FORCE)")
    cluster.ensure_database()


def _client(name: str, *words: str | Path) -> str:
    """Run one of PostgreSQL's client programs on our database; its output. Trouble with its own words."""
    url = place.database_url()
    program: str | Path | None = shutil.which(name) if os.environ.get("DATABASE_URL") else None
    # The wheel's clients speak no TLS: a server elsewhere needs the system's.
    command = [program or programs.from_wheel()[name], *words]
    if name != "pg_restore":
        command.insert(1, f"--dbname={_address()}")
    env = {
        "PATH": os.environ.get("PATH", ""),
        "LC_ALL": "C.UTF-8",
        "PGPASSWORD": unquote(urlsplit(url).password or ""),
    }
    done = subprocess.run(
        [str(part) for part in command], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        raise Trouble(f"{name} failed:\n{done.stderr.strip()[-2000:]}")
    return done.stdout


def _address() -> str:
    """The database's address in libpq's words, without the password: command lines are public."""
    parts = urlsplit(place.database_url())
    words = {
        "dbname": unquote(parts.path.lstrip("/")) or "sportello",
        "user": unquote(parts.username or ""),
        "host": unquote(parts.hostname or ""),
        "port": str(parts.port or ""),
        **{key: value for key, value in parse_qsl(parts.query) if key != "pooler"},
    }
    return " ".join(f"{key}={_quoted(value)}" for key, value in words.items() if value)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _files_out(folder: Path) -> tuple[int, list[str]]:
    """Bring the files not there yet into a backup, from wherever they lie; how many it has of them then, and which are
    damaged."""
    where = place.blobs()
    if not is_address(where):
        return _copy_missing(Path(where), folder), []
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    count, damaged = 0, list[str]()
    with _telling():
        bucket = Bucket.at(where, place.keys(), place.home() / "half")
        for key, size in bucket.listed():
            copy = folder / key
            if not (copy.exists() and copy.stat().st_size == size):
                copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                half = copy.with_name(copy.name + ".half")
                try:
                    with half.open("wb") as file:
                        bucket.copy_to(key, file)
                except FileNotFoundError:  # let go since it was listed
                    half.unlink(missing_ok=True)
                    continue
                except ValueError:
                    half.unlink(missing_ok=True)
                    damaged.append(key)
                    continue
                half.replace(copy)
            count += 1
    return count, damaged


def _files_in(folder: Path) -> list[str]:
    """Bring a backup's files to where this installation keeps them, which need not be what it was made from; which of
    them are damaged and were left out."""
    where = place.blobs()
    if not is_address(where):
        _copy_missing(folder, Path(where))
        return []
    damaged = list[str]()
    with _telling():
        bucket = Bucket.at(where, place.keys(), place.home() / "half")
        there = dict(bucket.listed())
        for path in sorted(folder.rglob("*")):
            key = path.relative_to(folder).as_posix()
            if path.is_file() and len(path.name) == 64 and there.get(key) != path.stat().st_size:
                try:
                    bucket.copy_from(key, path)
                except ValueError:
                    damaged.append(key)
    return damaged


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """What a bucket can do to a backup, as a sentence."""
    try:
        yield
    except StoreAway:
        raise Trouble("the store of files does not answer or refuses the keys: try again when it is there.") from None
    except ValueError as error:
        raise Trouble(str(error)) from None


def _copy_missing(source: Path, target: Path) -> int:
    """Copy the files not there yet (a blob's name is its digest); how many there are in `source`."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    count = 0
    for path in source.rglob("*") if source.exists() else ():
        if not path.is_file() or path.name.endswith((".half", ".tmp", ".part")):
            continue
        count += 1
        copy = target / path.relative_to(source)
        if copy.exists() and copy.stat().st_size == path.stat().st_size:
            continue
        copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = copy.with_name(copy.name + ".half")
        shutil.copy2(path, half)
        half.replace(copy)
    return count


def _copy_keys(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in source.iterdir() if source.exists() else ():
        if path.is_file() and path.name not in NOT_KEPT:
            copy = target / path.name
            copy.unlink(missing_ok=True)
            copy.touch(mode=0o600)
            copy.write_bytes(path.read_bytes())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

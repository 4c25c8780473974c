"""Backup and restore, as an administrator does them: by command, from one home into another."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sportello.config.supervisor import embedded

CHECKOUT = Path(__file__).resolve().parent.parent.parent.parent


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short path that the lowered account can reach."""
    folder = Path(tempfile.mkdtemp(prefix="sportello-backup-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def sportello(home: Path, *words: str | Path, ok: bool = True) -> str:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SPORTELLO") and k != "DATABASE_URL"}
    clean.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-m", "sportello", *map(str, words)],
        env={**clean, "SPORTELLO_HOME": str(home), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done.stdout + done.stderr


def sql(home: Path, statement: str) -> str:
    cluster = embedded.own_cluster(home)
    embedded.bring_up(cluster)
    try:
        return cluster.query(statement, "sportello")
    finally:
        cluster.stop()


EVENT = (
    "INSERT INTO journal_event (epoch, at, happened_at, organisation_id, actor_kind, verb, subject_kind,"
    " subject_id, payload) VALUES (1, now(), now(), 1, 'system', 'test.read', 'ticket', 1, '{}'),"
    " (1, now(), now(), 1, 'system', 'test.unread', 'ticket', 2, '{}') RETURNING id"
)
READ_THE_FIRST = (
    "INSERT INTO journal_cursor (name, epoch, xid, event_id)"
    " SELECT 'notices', 1, xid::text, id FROM journal_event WHERE verb = 'test.read'"
)


def test_what_was_backed_up_is_what_comes_back(place: Path) -> None:
    old, new, kept = place / "old", place / "new", place / "kept"
    sportello(old, "migrate")
    sql(old, EVENT + "; " + READ_THE_FIRST)
    (old / "blobs" / "1" / "ab").mkdir(parents=True)
    (old / "blobs" / "1" / "ab" / "abcd").write_bytes(b"a photograph")
    (old / "keys" / "secret_key").write_text("the old key")
    assert "database and 1 files" in sportello(old, "backup", kept)
    assert "database and 1 files" in sportello(old, "backup", kept), "again into the same folder"
    assert (kept.stat().st_mode & 0o077) == 0, "a backup holds everything about everybody"

    sportello(new, "restore", kept)
    assert (new / "blobs" / "1" / "ab" / "abcd").read_bytes() == b"a photograph"
    assert (new / "keys" / "secret_key").read_text() == "the old key"
    # A new epoch, and what a consumer had not read yet is carried into it; what it had read is not.
    found = sql(new, "SELECT string_agg(verb || ' ' || epoch, ', ' ORDER BY id) FROM journal_event")
    assert found == "test.read 1, test.unread 2"
    assert sql(new, "SELECT max(number) FROM journal_epoch") == "2"

    assert "add --replace" in sportello(new, "restore", kept, ok=False)
    sportello(new, "restore", kept, "--replace")


def test_half_a_backup_is_refused_before_anything_is_touched(place: Path) -> None:
    assert "not a whole backup" in sportello(place / "home", "restore", place, ok=False)
    assert not (place / "home" / "postgres").exists()
    (place / "letters").mkdir()
    (place / "letters" / "dear.txt").write_text("Maria")
    assert "neither empty nor a backup" in sportello(place / "home", "backup", place / "letters", ok=False)

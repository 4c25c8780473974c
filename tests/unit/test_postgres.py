"""The embedded database: made, started, killed, healed, refused, moved to a newer PostgreSQL."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sportello.config.supervisor import embedded, orphans, programs
from sportello.config.supervisor.lock import HomeLock
from sportello.config.supervisor.postgres import Cluster, WrongMajor
from sportello.config.supervisor.trouble import Stopped, Trouble
from tests.waiting import LIMIT, wait_until

ROOT = os.geteuid() == 0


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty home with a short path (pytest's own are too long for a socket, and closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="sportello-pg-"))
    folder.chmod(0o755)
    embedded.make_folders(folder / "home")
    yield folder / "home"
    for data in folder.rglob("postmaster.pid"):
        orphans.end_all(data.parent)
    shutil.rmtree(folder)


@pytest.fixture
def cluster(home: Path) -> Iterator[Cluster]:
    made = embedded.own_cluster(home)
    embedded.bring_up(made)
    yield made
    made.stop()


def test_a_new_home_gets_a_database_and_keeps_it(home: Path) -> None:
    first = embedded.own_cluster(home)
    assert embedded.bring_up(first) is True
    first.query("CREATE TABLE kept AS SELECT 7 AS n", "sportello")
    first.stop()
    again = embedded.own_cluster(home)
    assert embedded.bring_up(again) is False
    try:
        assert again.query("SELECT n FROM kept", "sportello") == "7"
    finally:
        again.stop()


def test_its_address_works_for_psycopg_and_only_with_the_password(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url()) as connection:
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(cluster.url().replace(cluster.password, "guessed"))


def test_what_is_private_is_closed(home: Path, cluster: Cluster) -> None:
    embedded.write_address(home, cluster.url())
    for path, mode in (
        (cluster.password_file, 0o600),
        (home / "keys", 0o700),
        (embedded.address_file(home), 0o600),
        (cluster.data, 0o700),
        (cluster.socket, 0o700),
    ):
        assert stat.S_IMODE(path.stat().st_mode) == mode, path


def test_it_never_runs_as_root(cluster: Cluster) -> None:
    assert cluster.process is not None
    assert Path(f"/proc/{cluster.process.pid}").stat().st_uid != 0


def test_ctrl_c_at_the_terminal_does_not_reach_it(cluster: Cluster) -> None:
    assert cluster.process is not None
    assert os.getsid(cluster.process.pid) != os.getsid(0)


def test_after_kill_9_committed_rows_are_there(cluster: Cluster) -> None:
    cluster.query("CREATE TABLE kept AS SELECT generate_series(1, 5000) AS n", "sportello")
    assert cluster.process is not None
    cluster.process.send_signal(signal.SIGKILL)
    cluster.process.wait()
    assert not cluster.alive()
    cluster.start()
    assert cluster.query("SELECT count(*) FROM kept", "sportello") == "5000"


def test_a_busy_orphan_does_not_block_the_next_start(cluster: Cluster) -> None:
    busy = subprocess.Popen(
        [cluster.programs["psql"], "-XAtqc", "SELECT count(*) FROM generate_series(1, 3000000000)"],
        env=cluster.client(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: cluster.query("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%3000000000%'") >= "2")
    assert cluster.process is not None
    cluster.process.send_signal(signal.SIGKILL)
    cluster.process.wait()
    assert orphans.working_in(cluster.data), "the busy backend should have outlived its server"
    orphan = orphans.working_in(cluster.data)
    cluster.start()
    assert cluster.query("SELECT 1") == "1"
    assert not set(orphan) & set(orphans.working_in(cluster.data)), "it would have counted for minutes"
    busy.wait(LIMIT)


def test_a_server_left_by_a_killed_supervisor_is_stopped_and_replaced(home: Path, cluster: Cluster) -> None:
    left = cluster.process
    assert left is not None
    said: list[str] = []
    next_one = embedded.own_cluster(home)
    next_one.say = said.append
    embedded.bring_up(next_one)
    try:
        assert left.wait(LIMIT) == 0, "it should have been asked to stop, not killed"
        assert any("left behind" in line for line in said)
    finally:
        next_one.stop()


def test_a_second_sportello_in_the_same_home_is_refused_by_name(home: Path) -> None:
    lock = HomeLock(home)
    lock.take()
    with pytest.raises(Trouble, match=rf"process {os.getpid()}\) already works in"):
        HomeLock(home).take()
    assert lock.holder() == os.getpid()
    lock.release()
    lock.take()
    assert not lock.after_crash, "let go of in order"


def test_the_lock_goes_with_its_holder(home: Path) -> None:
    code = (
        "import pathlib, sys, time\n"
        "from sportello.config.supervisor.lock import HomeLock\n"
        "lock = HomeLock(pathlib.Path(sys.argv[1])); lock.take()\n"
        "print('held', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, cwd=_checkout())
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    with pytest.raises(Trouble):
        HomeLock(home).take()
    holder.kill()
    holder.wait()
    lock = HomeLock(home)
    lock.take()
    assert lock.after_crash, "whoever takes it knows that its holder did not end in order"


def test_a_home_with_a_long_path_gets_a_short_socket(home: Path) -> None:
    deep = home.joinpath(*["a-rather-long-name-of-a-folder"] * 4)
    embedded.make_folders(deep)
    cluster = embedded.own_cluster(deep)
    embedded.bring_up(cluster)
    try:
        assert len(os.fsencode(cluster.socket)) < 90
        with psycopg.connect(cluster.url()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        folder = cluster.socket
        cluster.stop()
    assert not folder.exists(), "the short folder is outside the home and must not be left"


@pytest.mark.skipif(not ROOT, reason="only root lowers the database to another account")
def test_root_with_a_closed_home_gets_a_database_elsewhere(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(embedded, "ROOTS_PLACE", home.parent / "elsewhere")
    embedded.make_folders(closed / "home")
    cluster = embedded.own_cluster(closed / "home")
    embedded.bring_up(cluster)
    try:
        assert (closed / "home" / "postgres").is_symlink()
        assert cluster.query("SELECT 1") == "1"
    finally:
        cluster.stop()
    assert embedded.base_of(closed / "home") == cluster.base, "the next start must find the same database"


@pytest.mark.skipif(not ROOT, reason="only root lowers the database to another account")
def test_programs_out_of_reach_are_copied_beside_the_data(home: Path) -> None:
    wheel = programs.from_wheel()
    closed = home / "closed-environment"
    shutil.copytree(wheel.bin.parent, closed / programs.WHEEL / wheel.bin.parent.name)
    libraries = wheel.bin.parent.parent.with_name(f"{programs.WHEEL}.libs")
    shutil.copytree(libraries, closed / libraries.name)
    closed.chmod(0o700)
    cluster = embedded.own_cluster(home)
    cluster.given = programs.Programs(closed / programs.WHEEL / wheel.bin.parent.name / "bin", wheel.major)
    embedded.bring_up(cluster)
    try:
        assert cluster.programs.bin.is_relative_to(cluster.base)
        assert cluster.query("SELECT 1") == "1"
    finally:
        cluster.stop()


def test_a_start_cut_short_says_what_to_do(home: Path) -> None:
    half = home / "postgres" / "data"
    half.mkdir(parents=True)
    (half / "base").mkdir()
    with pytest.raises(Trouble, match="Move it away"):
        embedded.own_cluster(home).prepare()


def test_a_server_that_does_not_start_shows_its_words(home: Path) -> None:
    cluster = embedded.own_cluster(home)
    cluster.prepare()
    cluster.settings = {"shared_buffers": "none"}
    with pytest.raises(Trouble, match="shared_buffers"):
        cluster.start()


def test_waiting_for_recovery_ends_when_somebody_says_stop(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = embedded.own_cluster(home)
    cluster.prepare()
    monkeypatch.setattr(Cluster, "_ready", lambda self, pid: False)
    cluster.asked_to_stop = lambda: True
    with pytest.raises(Stopped):
        cluster.start()
    assert orphans.working_in(cluster.data) == []


def test_from_16_to_18_nothing_is_lost_and_a_dump_is_kept(home: Path) -> None:
    old = embedded.own_cluster(home)
    old.given = programs.from_wheel(16)
    embedded.bring_up(old)
    old.query("CREATE TABLE kept AS SELECT 'perché' AS word", "sportello")
    old.stop()

    new = embedded.own_cluster(home)
    with pytest.raises(WrongMajor):
        new.prepare()
    embedded.bring_up(new)
    try:
        assert new.query("SHOW server_version").startswith("18")
        assert new.query("SELECT word FROM kept", "sportello") == "perché"
        before = home / "postgres" / "before-18"
        assert (before / "database.dump").stat().st_size > 500
        assert (before / "data.16" / "PG_VERSION").read_text().strip() == "16"
    finally:
        new.stop()


def test_newer_data_are_left_alone(home: Path) -> None:
    cluster = embedded.own_cluster(home)
    cluster.prepare()
    older = embedded.own_cluster(home)
    older.given = programs.from_wheel(16)
    with pytest.raises(Trouble, match="newer than these programs"):
        embedded.bring_up(older)


def _checkout() -> Path:
    return Path(__file__).resolve().parent.parent.parent

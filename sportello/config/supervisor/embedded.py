"""Where this home's own cluster is, and how a command gets a database when no supervisor runs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sportello.config import home as place
from sportello.config.supervisor import upgrade
from sportello.config.supervisor.account import account_for
from sportello.config.supervisor.lock import HomeLock
from sportello.config.supervisor.postgres import Cluster, WrongMajor
from sportello.config.supervisor.trouble import Trouble

#: For root's clusters whose home the lowered account cannot reach.
ROOTS_PLACE = Path("/var/lib/sportello")


def own_cluster(home: Path) -> Cluster:
    """The cluster of this home, not yet prepared nor started."""
    return Cluster(base_of(home), home / "keys" / "database_password", home / "logs" / "postgres.log")


def base_of(home: Path) -> Path:
    """`home/postgres`; where root's lowered account cannot get there, a folder that `home/postgres` links to.

    Root's own home is closed to others (0700), and opening it is not ours to do.
    """
    base = home / "postgres"
    if base.is_symlink() or base.exists() or os.geteuid() != 0:
        return base.resolve()
    account = account_for(base)
    if account.lowered and home.stat().st_uid == os.geteuid():
        home.chmod(home.stat().st_mode | 0o011)
    if account.reaches(home):
        return base
    try:
        ROOTS_PLACE.mkdir(parents=True, exist_ok=True)
        # A new folder each time: an earlier home of the same name has left a database with another password.
        elsewhere = Path(tempfile.mkdtemp(prefix="home-", dir=ROOTS_PLACE))
    except OSError as error:
        raise Trouble(
            f"The database cannot live in {home}: user {account.uid} may not pass through its parents, "
            f"and {ROOTS_PLACE} cannot be used ({error.strerror}). Choose another SPORTELLO_HOME."
        ) from None
    elsewhere.chmod(0o711)
    (elsewhere / "belongs-to").write_text(f"{home}\n")
    base.symlink_to(elsewhere / "postgres")
    return elsewhere / "postgres"


def bring_up(cluster: Cluster) -> bool:
    """Prepare (upgrading an older major), start, create the database. True when the cluster is new."""
    try:
        new = cluster.prepare()
    except WrongMajor as wrong:
        upgrade.upgrade(cluster, wrong.found)
        new = cluster.prepare()
    cluster.start()
    cluster.ensure_database()
    return new


def address_file(home: Path) -> Path:
    """Read by `home.database_url()`."""
    return home / "run" / "database.url"


def write_address(home: Path, url: str) -> None:
    """Tell every other program where the database is (the file holds the password: 0600)."""
    path = address_file(home)
    half = path.with_suffix(".half")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(url)
    half.replace(path)


def make_folders(home: Path) -> None:
    """The home and its folders, private ones closed."""
    home.mkdir(parents=True, exist_ok=True)
    for name, mode in (("keys", 0o700), ("run", 0o700), ("logs", 0o700), ("blobs", 0o700)):
        (home / name).mkdir(exist_ok=True, mode=mode)


@contextmanager
def database(say: Callable[[str], None] = lambda _: None) -> Iterator[Cluster | None]:
    """A database for one command: the one given, the running supervisor's, else ours started for so long.

    Yields the cluster when it was started here, None when somebody else keeps the database.
    """
    home = place.home()
    if os.environ.get("DATABASE_URL"):
        yield None
        return
    lock = HomeLock(home)
    if lock.holder() is not None:
        if not address_file(home).exists():
            raise Trouble(
                "Sportello is still starting: its database is not there yet. Try again in a moment."
            )
        yield None
        return
    make_folders(home)
    lock.take()
    cluster = own_cluster(home)
    cluster.say = say
    try:
        bring_up(cluster)
        write_address(home, cluster.url())
        try:
            yield cluster
        finally:
            address_file(home).unlink(missing_ok=True)
            cluster.stop()
    finally:
        lock.release()

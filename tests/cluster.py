"""The database of one test run: a cluster of its own in a temporary folder, made before and removed after.

`settings.py` asks for the environment first (pytest-django reads the settings before any conftest),
`conftest.py` starts and stops. Each worker of pytest-xdist has its own; processes a test starts find their worker's.

`SPORTELLO_TEST_PG=15` takes Debian's PostgreSQL 15 instead of the wheel's newest.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from sportello.config.supervisor import orphans, programs
from sportello.config.supervisor.postgres import Cluster

RUN = "SPORTELLO_TEST_RUN"
#: Whose run it is: each worker has a cluster of its own, since a transaction that one leaves open holds back the
#: journal's readers of the whole server, other databases included.
RUN_OF = "SPORTELLO_TEST_RUN_OF"
PREFIX = "sportello-test-"
ROOM_NEEDED = 2 * 1024**3
#: Nothing here outlives the run: durability would only cost time.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "80",
}


def prepare_environment() -> None:
    """Name this run's folder, home and database to every process of the run. Starts nothing."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if RUN not in os.environ or os.environ.get(RUN_OF, "") != worker:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_fast_disk()))
        folder.chmod(0o711)
        (folder / "owner").write_text(str(os.getpid()))
        os.environ[RUN], os.environ[RUN_OF] = str(folder), worker
        atexit.register(_forget, folder, os.getpid())
    folder = Path(os.environ[RUN])
    home = folder / "home"
    home.mkdir(exist_ok=True)
    os.environ["SPORTELLO_HOME"] = str(home)
    os.environ["DATABASE_URL"] = cluster().url()
    for name in ("SPORTELLO_DEMO", "SPORTELLO_PORT", "SPORTELLO_PUBLIC_URL", "SPORTELLO_HOSTS"):
        os.environ.pop(name, None)


def cluster() -> Cluster:
    """This run's cluster."""
    folder = Path(os.environ[RUN])
    asked = os.environ.get("SPORTELLO_TEST_PG")
    given = programs.Programs(Path(f"/usr/lib/postgresql/{asked}/bin"), int(asked)) if asked else None
    log = folder / "postgres.log"
    return Cluster(folder / "pg", folder / "password", log, given=given, settings=FAST)


def start() -> Cluster:
    """Start it; only the process that named the run does."""
    _clear_abandoned()
    here = cluster()
    here.prepare()
    here.start()
    return here


def stop(here: Cluster) -> None:
    """Stop it and remove everything of this run."""
    here.stop()
    shutil.rmtree(os.environ[RUN], ignore_errors=True)


def is_ours() -> bool:
    """Did this process name the run? (Workers did not.)"""
    return (Path(os.environ[RUN]) / "owner").read_text() == str(os.getpid())


def _forget(folder: Path, owner: int) -> None:
    """Remove the folder of a run that ended before its conftest was read (forked children must not)."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def _fast_disk() -> str | None:
    shm = Path("/dev/shm")
    try:
        roomy = shutil.disk_usage(shm).free > ROOM_NEEDED and os.access(shm, os.W_OK)
    except OSError:
        return None
    return str(shm) if roomy else None


def _clear_abandoned() -> None:
    """What runs that were killed left behind."""
    for folder in Path(_fast_disk() or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            owner = int((folder / "owner").read_text())
            os.kill(owner, 0)
        except ProcessLookupError:
            orphans.end_all(folder / "pg" / "data")
            shutil.rmtree(folder, ignore_errors=True)
        except (OSError, ValueError):
            continue

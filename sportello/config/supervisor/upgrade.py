"""From one major version of PostgreSQL to the next, without losing a row.

Three steps, each leaving the data of before intact until the last has succeeded: a dump of the old cluster
(`postgres/before-<new>/`, kept), a new cluster filled by pg_upgrade (copying, not linking: the old one stays
startable), then the two folders change names. The wheel carries a pair of majors; a wheel with a newer pair
must still carry the one the data have.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from sportello.config.supervisor import orphans, programs
from sportello.config.supervisor.postgres import NAME, Cluster, make_cluster
from sportello.config.supervisor.programs import Programs
from sportello.config.supervisor.trouble import Trouble


def upgrade(cluster: Cluster, found: int) -> Path:
    """Bring a prepared-but-older cluster to the version of its programs; returns the folder with dump and old
    data.

    Raises Trouble when the old programs are not there or pg_upgrade refuses; the old data are then as before.
    """
    new = cluster.programs
    if found > new.major:
        raise Trouble(
            f"The database was made by PostgreSQL {found}, newer than these programs ({new.major}). "
            "Run the version of Sportello that made it, or a newer one."
        )
    old = programs.within_reach(programs.from_wheel(found), cluster.account, cluster.base)
    keep = cluster.base / f"before-{new.major}"
    keep.mkdir(exist_ok=True)
    orphans.end_all(cluster.data)
    cluster.say(f"PostgreSQL {found} to {new.major}: dump of the old database first")
    _dump(cluster, old, keep / "database.dump")
    cluster.say("the new cluster is being filled")
    fresh = cluster.base / f"data.{new.major}"
    shutil.rmtree(fresh, ignore_errors=True)
    checksums = _has_checksums(cluster, old)
    make_cluster(new, cluster.account, fresh, cluster.password, *([] if checksums else _no_checksums(new)))
    _pg_upgrade(cluster, old, new, fresh)
    aside = keep / f"data.{found}"
    shutil.rmtree(aside, ignore_errors=True)
    cluster.data.rename(aside)
    fresh.rename(cluster.data)
    cluster.start()
    try:
        _statistics(cluster)
    finally:
        cluster.stop()
    cluster.say(f"done; the old database stays in {keep} until you delete it")
    return keep


def _dump(cluster: Cluster, old: Programs, target: Path) -> None:
    """Dump the old cluster's database: what survives any mishap."""
    server = Cluster(cluster.base, cluster.password_file, cluster.log, given=old, say=cluster.say)
    server.prepare()
    server.start()
    try:
        if not server.query(f"SELECT 1 FROM pg_database WHERE datname = '{NAME}'"):  # noqa: S608 - our constant
            return
        half = target.with_suffix(".half")
        done = subprocess.run(
            [cluster.programs["pg_dump"], "-Fc", "-f", half],
            env=server.client(),
            capture_output=True,
            text=True,
            timeout=24 * 3600,
        )
        if done.returncode:
            raise Trouble(
                f"The old database could not be dumped, nothing was changed:\n{done.stderr.strip()}"
            )
        half.replace(target)
    finally:
        server.stop()


def _has_checksums(cluster: Cluster, old: Programs) -> bool:
    code, written = cluster.account.run([old["pg_controldata"], "-D", cluster.data])
    line = next((row for row in written.split("\n") if row.startswith("Data page checksum version")), "")
    return code == 0 and not line.rstrip().endswith(" 0")


def _no_checksums(new: Programs) -> list[str]:
    """Both clusters must agree; before 18 no checksums were the default and the option did not exist."""
    return ["--no-data-checksums"] if new.major >= 18 else []


def _pg_upgrade(cluster: Cluster, old: Programs, new: Programs, fresh: Path) -> None:
    """pg_upgrade writes files where it stands and starts both servers, by password."""
    work = cluster.base / "upgrading"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    cluster.account.own(work)
    secret = work / "pgpass"
    secret.touch(mode=0o600)
    secret.write_text(f"*:*:*:{NAME}:{cluster.password}\n")
    cluster.account.own(secret)
    socket = cluster.socket
    socket.mkdir(mode=0o700, exist_ok=True)
    cluster.account.own(socket)
    command: list[str | Path] = [new["pg_upgrade"], "-b", old.bin, "-B", new.bin, "-d", cluster.data]
    command += ["-D", fresh, "-U", NAME, "-s", socket]
    env = {"PGPASSFILE": str(secret), "HOME": str(work)}
    code, written = cluster.account.run(command, cwd=work, env=env, timeout=24 * 3600)
    if code:
        shutil.rmtree(fresh, ignore_errors=True)
        raise Trouble(
            f"pg_upgrade refused; the old database is as before (details in {work}):\n{written[-2000:]}"
        )
    shutil.rmtree(work, ignore_errors=True)


def _statistics(cluster: Cluster) -> None:
    """After an upgrade the planner is blind; 18 carries statistics over and needs the missing ones only."""
    missing = ["--missing-stats-only"] if cluster.programs.major >= 18 else []
    subprocess.run(
        [cluster.programs["vacuumdb"], "--all", "--analyze-in-stages", "--quiet", *missing],
        env=cluster.client(),
        capture_output=True,
        timeout=24 * 3600,
    )

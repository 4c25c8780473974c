"""`make cluster`: a cluster on this machine, ten primaries killed under load, and every acknowledged word counted.

Needs root and the packages of Debian named in docs/operations/cluster.md; says so and ends with 2 without them. Ends
with 1 when a word was lost or doubled. Everything lives in namespaces of its own and in one temporary folder: it is
gone afterwards, whatever happens.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from .hosts import missing

_INSIDE = "SPORTELLO_CLUSTER_INSIDE"
_PACKAGES = "patroni etcd-server etcd-client haproxy pgbouncer postgresql-15 iproute2"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--first", type=int, default=1, help="the number of the first kill, for a run in parts")
    parser.add_argument("--also", default="web,etcd", help="what else goes wrong: web, etcd, both (default), or none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path, help="the figures as JSON")
    parser.add_argument("--keep", type=Path, help="a folder for the logs of every program, whatever happens")
    args = parser.parse_args()
    if lacks := missing():
        print(f"make cluster needs {', '.join(lacks)}. On Debian, as root:\n"
              f"  apt-get install --no-install-recommends {_PACKAGES}\n"
              "and stop the services the packages start.", file=sys.stderr)  # fmt: skip
        return 2
    if _INSIDE not in os.environ:
        return _go_inside()
    if os.getpid() == 1 and (child := os.fork()):
        return _first_process(child)
    from .kills import Story, play

    folder = Path(os.environ[_INSIDE])
    figures = play(folder, Story(args.kills, args.first, args.also.split(","), args.seed), args.keep)
    if args.save:
        args.save.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    return 0 if not figures["faults"] else 1


def _first_process(child: int) -> int:
    """The first process of a machine buries what others left: a killed PostgreSQL that stays unburied looks alive."""
    while True:
        pid, status = os.wait()
        if pid == child:
            return os.waitstatus_to_exitcode(status)


def _go_inside() -> int:
    """The same again, in a network, mounts and processes of its own: what is started there ends with it."""
    folder = tempfile.mkdtemp(prefix="sportello-cluster-")
    os.chmod(folder, 0o755)
    # the settings of this process are no concern of the cluster's
    ours = ("SPORTELLO_", "DATABASE_", "DJANGO_", "PG", "AWS_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {_INSIDE: folder}
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
               sys.executable, "-m", "bench.cluster", *sys.argv[1:]]  # fmt: skip
    try:
        return os.spawnvpe(os.P_WAIT, command[0], command, env)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

"""The hosts of docs/operations/cluster.md, with the very files an administrator copies from there."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Any

import psycopg

from tests import s3

from .net import Host

CONFIGURATION = Path(__file__).resolve().parent.parent.parent / "docs" / "operations" / "cluster"
ADDRESSES = {"db1": "10.77.0.11", "db2": "10.77.0.12", "db3": "10.77.0.13", "web1": "10.77.0.21", "web2": "10.77.0.22",
             "s3": "10.77.0.31"}  # fmt: skip
NEEDED = ("patroni", "etcd", "haproxy", "pgbouncer", "ip", "setpriv")
SECRET = "the-secret-key-of-a-cluster-that-lives-for-minutes-only"
_FOUND = "from sportello.config.day.founders import found_demo; found_demo()"


def configuration(name: str, host: Host) -> str:
    return Template((CONFIGURATION / name).read_text()).safe_substitute(NAME=host.name, ADDRESS=host.address)


def environment(text: str) -> dict[str, str]:
    lines = [line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#")]
    return dict(lines)


def until(what: Callable[[], Any], said: str, seconds: float = 90.0) -> Any:
    """What `what` answers once it is something; TimeoutError otherwise."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if found := what():
                return found
        except (OSError, psycopg.Error, RuntimeError):
            pass
        time.sleep(0.2)
    raise TimeoutError(f"waited {seconds:.0f} s for {said}")


class DatabaseHost(Host):
    """A member of etcd, and Patroni with its PostgreSQL."""

    def prepare(self) -> None:
        self.connect()
        for path in self.folders:
            shutil.chown(self.at(path), "postgres", "postgres")
            self.at(path).chmod(0o750)
        (self.at("/etc/patroni") / "config.yml").write_text(configuration("patroni.yml", self))

    def start_etcd(self) -> None:
        env = environment(configuration("etcd.env", self))
        if (self.at("/var/lib/etcd") / "default").exists():
            env["ETCD_INITIAL_CLUSTER_STATE"] = "existing"
        self.start("etcd", ["etcd"], user="postgres", env=env)

    def start_patroni(self) -> None:
        self.start("patroni", ["patroni", "/etc/patroni/config.yml"], user="postgres")

    def role(self) -> str:
        """`primary` or `replica` when it works, else empty."""
        try:
            with urllib.request.urlopen(f"http://{self.address}:8008/patroni", timeout=1) as answer:
                said = json.load(answer)
        except (OSError, ValueError):
            return ""
        if said.get("state") != "running":
            return ""
        return {"master": "primary"}.get(said["role"], str(said["role"]))

    def is_synchronous(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.address}:8008/synchronous", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


class WebHost(Host):
    """HAProxy, PgBouncer, and `sportello run` behind them."""

    def prepare(self, store: s3.Server) -> None:
        self.connect()
        for name in ("haproxy.cfg",):
            (self.at("/etc/haproxy") / name).write_text(configuration(name, self))
        for name in ("pgbouncer.ini", "userlist.txt"):
            (self.at("/etc/pgbouncer") / name).write_text(configuration(name, self))
            shutil.chown(self.at("/etc/pgbouncer") / name, "postgres")
        shared = self.base / "shared"  # what a mounted folder is to real hosts
        if not shared.exists():
            store.keys_into(self.base, folder="shared")
            (shared / "secret_key").touch(mode=0o600)
            (shared / "secret_key").write_text(SECRET)
        self.at("/srv/sportello-keys").rmdir()
        self.at("/srv/sportello-keys").symlink_to(shared)

    @property
    def env(self) -> dict[str, str]:
        root = str(CONFIGURATION.parent.parent.parent)
        return {**environment(configuration("sportello.env", self)),
                "SPORTELLO_WORKERS": "1", "PYTHONPATH": root, "PYTHONUNBUFFERED": "1"}  # fmt: skip

    def start_road(self) -> None:
        """To the database."""
        self.start("haproxy", ["haproxy", "-db", "-f", "/etc/haproxy/haproxy.cfg"])
        self.start("pgbouncer", ["pgbouncer", "/etc/pgbouncer/pgbouncer.ini"], user="postgres")

    def start_sportello(self) -> None:
        self.start("sportello", [sys.executable, "-m", "sportello", "run"], env=self.env)

    def sportello(self, *words: str) -> str:
        return self.do(sys.executable, "-m", "sportello", *words, env=self.env)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.address}:8000/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


class World:
    """Three database hosts, two web hosts, a store of files."""

    def __init__(self, base: Path) -> None:
        self.base = base
        database = ("/var/lib/etcd", "/var/lib/postgresql", "/run/postgresql", "/etc/patroni")
        web = ("/etc/haproxy", "/etc/pgbouncer", "/srv/sportello", "/srv/sportello-keys")
        self.databases = [DatabaseHost(name, ADDRESSES[name], base, database) for name in ("db1", "db2", "db3")]
        self.web = [WebHost(name, ADDRESSES[name], base, web) for name in ("web1", "web2")]
        self.files = Host("s3", ADDRESSES["s3"], base)
        self.store = s3.Server(port=9000, host=ADDRESSES["s3"])

    def up(self, say: Callable[[str], None]) -> None:
        self.files.connect()
        (self.base / "s3").mkdir(exist_ok=True)
        self.store.start(self.files.words(sys.executable, "-m", "moto.server", "-H", self.files.address, "-p", "9000"))
        for database in self.databases:
            database.prepare()
            database.start_etcd()
        until(lambda: b"true" in urllib.request.urlopen(f"http://{ADDRESSES['db1']}:2379/health", timeout=1).read(),
              "etcd")  # fmt: skip
        for database in self.databases:
            database.start_patroni()
        primary = until(self.primary, "a primary", 120)
        until(lambda: any(one.is_synchronous() for one in self.databases), "a synchronous standby", 120)
        say(f"the database is up, {primary.name} is the primary")
        once = (CONFIGURATION / "once.sql").read_text()
        primary.do("psql", "-h", "/run/postgresql", "-v", "ON_ERROR_STOP=1", "-Xqc", "SELECT 1", user="postgres")
        for statement in [one for one in once.split(";") if one.strip()]:
            primary.do("psql", "-h", "/run/postgresql", "-v", "ON_ERROR_STOP=1", "-Xqc", statement, user="postgres")
        for host in self.web:
            host.prepare(self.store)
            host.start_road()
        for host in self.web:  # together: who comes second finds the schema made
            host.start_sportello()
        for host in self.web:
            until(host.answers, f"the pages of {host.name}", 400)
        self.web[0].sportello("manage", "shell", "-v0", "-c", _FOUND)
        say("two web hosts serve")

    def primary(self) -> DatabaseHost | None:
        return next((one for one in self.databases if one.role() == "primary"), None)

    def whole(self) -> bool:
        """Three databases, one of them a synchronous standby."""
        roles = sorted(one.role() for one in self.databases)
        return roles.count("primary") == 1 and "" not in roles and any(one.is_synchronous() for one in self.databases)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Of the primary, whichever it is."""
        primary = until(self.primary, "a primary")
        with psycopg.connect(
            host=primary.address, user="sportello", password="change-me", dbname="sportello", connect_timeout=5,
        ) as connection:  # fmt: skip
            return connection.execute(sql).fetchall()

    def logs(self) -> str:
        parts = [(host, name) for host in (*self.databases, *self.web) for name in host.programs]
        return "\n".join(f"== {host.name} {name}\n{host.said(name)}" for host, name in parts)


def missing() -> list[str]:
    """What this machine lacks for a run."""
    lacks = [name for name in NEEDED if shutil.which(name) is None]
    if not Path("/usr/lib/postgresql/15/bin/postgres").exists():
        lacks.append("postgresql-15")
    if os.geteuid() != 0:
        lacks.append("root")
    return lacks

"""The account the database runs as.

PostgreSQL refuses to run as root. When we are root we lower it to an account that owns nothing else of ours;
otherwise it runs as whoever started us.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sportello.config.supervisor.trouble import Trouble

#: Asked in this order when root starts a database for the first time.
PREFERRED = ("sportello", "nobody")


@dataclass(frozen=True)
class Account:
    """A user and its group, by number."""

    uid: int
    gid: int

    @property
    def lowered(self) -> bool:
        """Is it somebody else than us? Then folders must be handed over and programs started under it."""
        return self.uid != os.geteuid()

    def own(self, path: Path) -> None:
        """Hand a file or folder over (does nothing when the account is ours)."""
        if self.lowered:
            os.chown(path, self.uid, self.gid)

    def popen(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path | str = "/",
        env: Mapping[str, str] | None = None,
        output: IO[bytes] | int = subprocess.DEVNULL,
        **more: Any,
    ) -> subprocess.Popen[bytes]:
        """Start a program as this account, in its own session, with nothing of our environment."""
        given = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", **(env or {})}
        who: dict[str, Any] = (
            {"user": self.uid, "group": self.gid, "extra_groups": []} if self.lowered else {}
        )
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=str(cwd),
            env=given,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **who,
            **more,
        )

    def run(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path | str = "/",
        env: Mapping[str, str] | None = None,
        timeout: float = 300,
    ) -> tuple[int, str]:
        """Run a program to its end: (exit code, what it wrote). 126 when it may not be executed."""
        try:
            process = self.popen(command, cwd=cwd, env=env, output=subprocess.PIPE)
        except OSError as error:
            return 126, str(error)
        try:
            written, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            written, _ = process.communicate()
        return process.returncode, written.decode(errors="replace")

    def reaches(self, folder: Path) -> bool:
        """Can this account pass through `folder` (every parent lets it in)? Asked of the system itself: ACLs
        count.
        """
        if not self.lowered:
            return os.access(folder, os.X_OK)
        code, _ = self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", folder], timeout=10)
        return code == 0


def account_for(base: Path) -> Account:
    """Who runs the cluster kept in `base`: once chosen, always the owner of the data.

    Raises Trouble when the folder belongs to somebody we cannot become.
    """
    us = os.geteuid()
    owner = _owner(base / "data")
    if us != 0:
        if owner is not None and owner.uid != us:
            raise Trouble(
                f"{base} belongs to another user. Start Sportello as that user, "
                "or set SPORTELLO_HOME to a folder of yours."
            )
        return Account(us, os.getegid())
    for candidate in (owner, _owner(base.parent)):
        if candidate is not None and candidate.uid != 0:
            return candidate
    for name in PREFERRED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid)
    return Account(65534, 65534)


def _owner(path: Path) -> Account | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return Account(found.st_uid, found.st_gid)

"""One supervisor a home: a lock the system lets go of by itself when its holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from sportello.config.supervisor.trouble import Trouble


class HomeLock:
    """Held for as long as this object lives; the file tells who holds it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "run" / "supervisor.lock"
        self._descriptor: int | None = None
        #: Whoever held it before did not let go of it: killed, or cut off with the machine.
        self.after_crash = False

    def take(self) -> None:
        """Raises Trouble, naming the process, when another Sportello works in this home."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 40).decode(errors="replace").strip()
            os.close(descriptor)
            raise Trouble(
                f"Another Sportello (process {holder or 'unknown'}) already works in {self.home}. "
                "Stop it first, or set SPORTELLO_HOME to another folder."
            ) from None
        self.after_crash = bool(os.pread(descriptor, 40, 0).strip())
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Let the next one in. The file stays: deleting it would let two hold two different files."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> int | None:
        """The id of the supervisor at work, if there is one."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            written = os.read(descriptor, 40).decode(errors="replace").strip()
            return int(written) if written.isdigit() else None
        finally:
            os.close(descriptor)
        return None

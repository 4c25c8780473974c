"""Which mail a process is reading, told to whoever comes after it.

A message that breaks the parser is put off and at last held back (`intake.py`). One that ends the whole process (a
fault in a library of C, all memory taken, a pattern without end) leaves nothing that could count: its transaction is
undone, the next process would die of it, too, and all mail would wait. So each process keeps a note, a small file it
holds a lock on, with the numbers of the mails under its eyes. The system lets go of the lock of who dies; who finds
such a note with something on it knows what the dead was reading.
"""

from __future__ import annotations

import atexit
import contextlib
import faulthandler
import fcntl
import json
import os
import secrets
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

#: Nothing takes so long to read, in seconds: a process that does is ended, as what it reads may have no end.
OVERDUE = 300.0
#: An empty note so young may be of a process that has not locked it yet; older ones are left by the dead.
_YOUNG = 60.0


def _folder() -> Path:
    return Path(settings.HOME) / "run" / "reading"


class Note:
    """The note of this process; made at the first word, emptied at an orderly end."""

    def __init__(self) -> None:
        self._descriptor: int | None = None
        self._owner = 0

    def say(self, mail_ids: Iterable[int]) -> None:
        """These are read now, none: nothing is. A disk without room for a note takes away a protection, no mail."""
        with contextlib.suppress(OSError):
            descriptor = self._held()
            words = json.dumps(list(mail_ids)).encode()
            os.pwrite(descriptor, words, 0)
            os.ftruncate(descriptor, len(words))

    def _held(self) -> int:
        if self._descriptor is None or self._owner != os.getpid():  # a forked child writes its own
            folder = _folder()
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # a number of its own beside the process's: that one is used again, and a container begins at the same each
            # time; it would write over what the one before it died of
            name = f"{os.getpid()}-{secrets.token_hex(4)}.json"
            descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._descriptor, self._owner = descriptor, os.getpid()
            atexit.register(self.say, ())
        return self._descriptor


NOTE = Note()


@contextlib.contextmanager
def watched() -> Iterator[Note]:
    """While a round reads. One that has no end holds the interpreter: only a thread outside it can end the process,
    which says in the log where it stood."""
    faulthandler.dump_traceback_later(OVERDUE, exit=True, file=sys.__stderr__ or sys.stderr)
    try:
        yield NOTE
    finally:
        faulthandler.cancel_dump_traceback_later()
        NOTE.say(())


@contextlib.contextmanager
def left_by_the_dead() -> Iterator[list[list[int]]]:
    """What processes that are gone were reading, a list each; their notes go when the block ends without an error.

    Who takes over holds the lock meanwhile: two who come at once do not both count.
    """
    taken: list[tuple[Path, int]] = []
    found: list[list[int]] = []
    try:
        for path in _written():
            with contextlib.suppress(OSError):
                descriptor = os.open(path, os.O_RDWR)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    os.close(descriptor)
                    continue
                taken.append((path, descriptor))
                found.append(_ids(os.pread(descriptor, 10_000, 0)))
        yield [ids for ids in found if ids]
        for path, descriptor in taken:
            os.ftruncate(descriptor, 0)  # for who has opened it meanwhile and waits for our lock
            path.unlink(missing_ok=True)
    finally:
        for _path, descriptor in taken:
            os.close(descriptor)


def _written() -> list[Path]:
    """Notes that may be of the dead; those of the living are locked, ours too."""
    found = []
    try:
        with os.scandir(_folder()) as entries:
            for one in entries:
                looked = one.stat()
                if looked.st_size or time.time() - looked.st_mtime > _YOUNG:
                    found.append(Path(one.path))
    except OSError:  # no folder yet, or one of them is gone
        return found
    return found


def _ids(words: bytes) -> list[int]:
    try:
        said = json.loads(words or b"[]")
    except ValueError:  # it died while it wrote
        return []
    return [one for one in said if isinstance(one, int)] if isinstance(said, list) else []

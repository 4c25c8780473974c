"""A checkout for an ordinary user: what git knows, copied, with the environment there is."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent.parent


def for_user(name: str, place: Path) -> Path:
    """Copy this checkout into `place`, owned by `name`, ready for `make run` without the network."""
    copy = place / "checkout"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=HERE, capture_output=True, check=True
    )
    for path in listed.stdout.decode().split("\0"):
        if path and (HERE / path).is_file():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(HERE / path, copy / path)
    _environment(name, copy)
    user = pwd.getpwnam(name)
    for folder, folders, files in os.walk(copy):
        for one in (folder, *(os.path.join(folder, f) for f in (*folders, *files))):
            os.chown(one, user.pw_uid, user.pw_gid, follow_symlinks=False)
    return copy


def _environment(name: str, copy: Path) -> None:
    """An environment on a Python the user can run, with the packages of ours."""
    packages = Path(next(path for path in sys.path if path.endswith("site-packages")))
    wanted = f"python{sys.version_info.major}.{sys.version_info.minor}"
    python = next((one for one in _pythons(wanted) if _may_run(name, one)), None)
    if python is None:
        raise SystemExit(f"user {name} can run no {wanted} here: install the system's (apt-get install python3)")
    subprocess.run([python, "-m", "venv", "--without-pip", copy / ".venv"], check=True)
    own = copy / ".venv" / "lib" / wanted / "site-packages"
    if _may_run(name, "/bin/sh", "-c", f"test -r '{packages}/django/__init__.py'"):
        (own / "shared.pth").write_text(f"{packages}\n")
    else:
        shutil.copytree(packages, own, dirs_exist_ok=True, symlinks=True)
    for mark in (HERE / ".venv").glob(".ready-*"):
        shutil.copy2(mark, copy / ".venv" / mark.name)


def _pythons(wanted: str) -> list[str]:
    places = (Path(sys.base_prefix) / "bin", Path("/usr/local/bin"), Path("/usr/bin"))
    return [str(place / wanted) for place in places if (place / wanted).exists()]


def _may_run(name: str, *command: str) -> bool:
    words = command if len(command) > 1 else (*command, "-c", "import venv")
    try:
        done = subprocess.run(words, cwd="/", user=name, group=pwd.getpwnam(name).pw_gid, capture_output=True)
    except OSError:
        return False
    return done.returncode == 0

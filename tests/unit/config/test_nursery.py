"""Programs are forked from one process that has imported the application, and watched as if they had been started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent.parent.parent

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process can adopt another's children")

#: What the supervisor does, in a process that may adopt.
SUPERVISOR = """
import json, os, random, signal, sys, time
from pathlib import Path
from sportello.config.supervisor.child import Child
from sportello.config.supervisor.nursery import Nursery, reap_others
from sportello.config.titles import entitle

def be_web():
    print("web", os.getpid(), os.getppid(), random.random(), flush=True)
    time.sleep(600)
    return 0

def be_worker():
    raise SystemExit("no such port")

def preload():
    print("imported", os.environ["GIVEN"], flush=True)
    return {"web": be_web, "worker": be_worker}

def life(channel):
    from sportello.config import nursery
    return nursery.life(channel, preload, lambda: True)

assert Nursery.possible()
entitle("run")
logs = Path("logs")
logs.mkdir()
nursery = Nursery({**os.environ, "SPORTELLO_SUPERVISED": str(os.getpid()), "GIVEN": "once"}, life)
held = os.open("lock", os.O_RDWR | os.O_CREAT)
nursed = Child("nursery", logs / "nursery.log", {}, 2.0, by=nursery.begin)
web = Child("web", logs / "web.log", {}, 2.0, by=nursery.fork)
worker = Child("worker", logs / "worker.log", {}, 2.0, by=nursery.fork)

def until(holds, seconds=90):
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, [path.read_text() for path in logs.iterdir()]
        nursery.look()
        said.extend(words for words in (nursed.look(), web.look()) if words)
        time.sleep(0.01)
    return found

def told(log):
    return [line.split() for line in log.read_text().splitlines() if line.startswith("web")]

said = []
SCENE
for child in (web, worker, nursed):
    child.ask_to_end()
for child in (web, worker, nursed):
    child.wait(time.monotonic() + 3)
"""


def play(tmp_path: Path, scene: str) -> Any:
    """What the scene wrote as JSON."""
    env = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "sportello.config.settings", "SPORTELLO_HOME": str(tmp_path / "home"),
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT), os.environ.get("PYTHONPATH", "")]),
    }  # fmt: skip
    script = SUPERVISOR.replace("SCENE", scene)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_program_is_the_supervisors_child_with_a_name_and_a_log_of_its_own(tmp_path: Path) -> None:
    found = play(tmp_path, """
until(lambda: (logs / "web.log").exists() and told(logs / "web.log"))
name, pid, parent, chance = told(logs / "web.log")[0]
print(json.dumps({
    "child": int(pid) == web.process.pid and int(parent) == os.getpid(),
    "title": Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\\0")[0].decode().split(),
    "leader": os.getsid(int(pid)) == int(pid),
    "held": any("lock" in os.readlink(f"/proc/{pid}/fd/{n}") for n in os.listdir(f"/proc/{pid}/fd")),
}))
""")  # fmt: skip
    assert found == {"child": True, "title": ["sportello", "web"], "leader": True, "held": False}


def test_one_that_is_killed_is_forked_again_alone(tmp_path: Path) -> None:
    found = play(tmp_path, """
until(lambda: (logs / "web.log").exists() and told(logs / "web.log"))
nursery_pid = nursed.process.pid
os.kill(web.process.pid, signal.SIGKILL)
until(lambda: len(told(logs / "web.log")) == 2)
first, second = told(logs / "web.log")
print(json.dumps({"said": said, "same": nursed.process.pid == nursery_pid, "chances": first[3] != second[3],
                  "imported": (logs / "nursery.log").read_text().split()}))
""")  # fmt: skip
    assert "web ended (killed by signal 9)" in found["said"][0] and found["same"]
    assert found["imported"] == ["imported", "once"], "nothing is imported again"
    assert found["chances"], "forks of one process must not draw the same numbers"


def test_a_killed_nursery_takes_nobody_along_and_comes_back(tmp_path: Path) -> None:
    found = play(tmp_path, """
until(lambda: (logs / "web.log").exists() and told(logs / "web.log"))
before = web.process.pid
os.kill(nursed.process.pid, signal.SIGKILL)
until(lambda: said)
goes_on = web.process.poll() is None and web.process.pid == before
os.kill(before, signal.SIGKILL)
until(lambda: len(told(logs / "web.log")) == 2)
print(json.dumps({"said": said, "goes_on": goes_on}))
""")  # fmt: skip
    assert found["goes_on"]
    assert [words.split(" (")[0] for words in found["said"]] == ["nursery ended", "web ended"]


def test_how_a_program_ended_is_told_with_its_last_words(tmp_path: Path) -> None:
    found = play(tmp_path, """
until(lambda: nursery.is_ready)
worker.start()
words = []
until(lambda: words.append(worker.look()) or words[-1])
print(json.dumps(words[-1]))
""")  # fmt: skip
    assert "worker ended (exit code 1)" in found and "no such port" in found


def test_when_the_supervisor_is_gone_everybody_goes(tmp_path: Path) -> None:
    """The nursery because nobody is at the other end; a program asks the system to be told (parent.py)."""
    found = play(tmp_path, """
until(lambda: nursery.is_ready)
nursery.let_go()
code = nursed.process.wait(90)
print(json.dumps(code))
""")  # fmt: skip
    assert found == 0


def test_where_the_nursery_cannot_live_each_program_is_started_by_itself(tmp_path: Path) -> None:
    found = play(tmp_path, """
broken = Nursery({**os.environ}, lambda channel: 1 / 0)
nursed = Child("broken", logs / "broken.log", {}, 2.0, by=broken.begin, pause=0.01)
web = Child("status", logs / "status.log", {**os.environ, "DATABASE_URL": "postgresql:///nowhere?host=/nowhere"}, by=broken.fork)
until(lambda: "again" in "".join(said) and web.process is not None)
print(json.dumps({"by": web.by is None, "begun": broken.begun, "code": web.process.wait(90)}))
""")  # fmt: skip
    assert found["by"] and found["begun"] > 3 and found["code"] == 1, "the command itself said what it had to say"


def test_what_was_adopted_unasked_is_let_go_of(tmp_path: Path) -> None:
    found = play(tmp_path, """
orphan = os.fork()
if orphan == 0:
    os.fork()  # whose parent ends at once
    os._exit(0)
os.waitpid(orphan, 0)
os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)  # it has ended, and is ours to take now
reap_others(set())
left = True
try:
    os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
except ChildProcessError:
    left = False
print(json.dumps(left))
""")  # fmt: skip
    assert found is False


def test_the_application_is_alone_when_it_has_been_imported() -> None:
    """What `sole` looks at before the first fork, of the real application and all its programs."""
    script = (
        "from sportello.config import nursery, preloading\n"
        "programs = preloading.everything()\nnursery.sole()\nprint(*programs)"
    )
    env = {**os.environ, "DATABASE_URL": "postgresql:///nowhere", "DJANGO_SETTINGS_MODULE": "sportello.config.settings"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False
    )
    programs = ["web", "stream", "worker", "intake", "listen", "collect", "worker-round"]
    assert done.stdout.split() == programs, done.stderr

"""The command line: lazy, and never a traceback for what a person can put right."""

import io
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from sportello.config import cli
from sportello.config.supervisor.trouble import Trouble
from tests.waiting import LIMIT

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def sportello(*words: str, home: Path, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line as a person does, on an empty home."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SPORTELLO") and k != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "sportello", *words],
        env={**clean, "SPORTELLO_HOME": str(home), "PYTHONPATH": str(CHECKOUT), **env},
        input=stdin,
        capture_output=True,
        timeout=LIMIT,
    )


def test_help_lists_every_command_in_one_line_each(tmp_path: Path) -> None:
    done = sportello("--help", home=tmp_path)
    assert done.returncode == 0
    for name in cli.COMMANDS:
        assert name.encode() in done.stdout


def test_help_and_the_supervisor_do_not_pay_for_django(tmp_path: Path) -> None:
    code = (
        "import sys; from sportello.config import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "import sportello.config.supervisor.run\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('django', 'psycopg', 'granian')], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, timeout=LIMIT)
    assert done.stderr.strip() == b"[]"


def test_an_unknown_command_is_a_usage_error(tmp_path: Path) -> None:
    done = sportello("fly", home=tmp_path)
    assert done.returncode == 2
    assert b"fly" in done.stderr and b"Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("explain", "2026-0000001"), ("worker",), ("listen",)])
def test_without_a_database_one_sentence_says_what_to_do(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = sportello(*words, home=tmp_path)
    assert done.returncode == 1
    assert done.stderr.decode().startswith("sportello: no database: start Sportello")
    assert b"Traceback" not in done.stderr


def test_a_part_that_is_not_here_is_one_sentence() -> None:
    with pytest.raises(Trouble, match="not here yet"):
        cli.reach("sportello.config.nowhere:anything")
    with pytest.raises(Trouble, match="not here yet"):
        cli.reach("sportello.config.home:nothing")


def test_a_part_that_is_here_but_broken_is_not_hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "half_made.py").write_text("import a_package_nobody_has\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="a_package_nobody_has"):
        cli.reach("half_made:anything")


def test_status_without_a_database_is_still_a_whole_record(tmp_path: Path) -> None:
    import json

    done = sportello("status", "--json", home=tmp_path)
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert found["database"] == "away"
    assert found["mail"] == dict.fromkeys(
        ["received", "pending", "ticketed", "machine", "quarantined", "duplicates"], 0
    )
    assert found["versions"]["python"]


def test_mail_that_cannot_be_stored_goes_back_to_the_mail_server(tmp_path: Path) -> None:
    """Exit 75 is what makes Postfix keep the message; any other code could lose it."""
    done = sportello("mail", "deliver", "--to", "urp@example.org", home=tmp_path, stdin=b"Subject: x\n\nx")
    assert done.returncode == 75
    away = "postgresql://x:y@/x?host=%2Fnowhere"
    done = sportello(
        "mail", "deliver", "--to", "urp@example.org", home=tmp_path, stdin=b"x", DATABASE_URL=away
    )
    assert done.returncode == 75
    assert b"Traceback" not in done.stderr


def test_mail_deliver_passes_bytes_and_code_through(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, bytes]] = []

    def deliver(to: str, raw: bytes) -> int:
        seen.append((to, raw))
        return 65

    pipe = types.ModuleType("sportello.service.channels.email.pipe")
    pipe.deliver = deliver  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, pipe.__name__, pipe)
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(b"Subject: \xe8\r\n\r\n\0")))
    assert cli.main(["mail", "deliver", "--to", "urp@example.org"]) == 65
    assert seen == [("urp@example.org", b"Subject: \xe8\r\n\r\n\0")]


def test_mail_show_needs_no_database_and_no_django(tmp_path: Path) -> None:
    done = sportello("mail", "show", "--jsonl", home=tmp_path, DATABASE_URL="postgresql://x@/x?host=%2Fnowhere")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_port_that_is_no_port_is_refused(tmp_path: Path) -> None:
    done = sportello("run", home=tmp_path, SPORTELLO_PORT="http")
    assert done.returncode == 1
    assert done.stderr == b"sportello: SPORTELLO_PORT must be a port number, not 'http'.\n"


def test_a_port_somebody_has_is_named_before_anything_starts(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = sportello("run", home=tmp_path / "home", SPORTELLO_PORT=str(port))
    assert done.returncode == 1
    assert f"port {port} of 127.0.0.1 cannot be used".encode() in done.stderr
    assert b"set SPORTELLO_PORT" in done.stderr
    assert not (tmp_path / "home" / "postgres").exists()

"""`sportello mail show --jsonl`: the mailboxes' own parser, without database."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from pathlib import Path

from sportello.service.channels.mailkit import show
from tests.mail import build
from tests.waiting import LIMIT

ROOT = Path(__file__).parents[3]
KEYS = {
    "id", "kind", "from", "to", "cc", "subject", "date", "message_id", "in_reply_to", "references", "text", "html",
    "reply_text", "signature", "attachments", "auto_submitted", "bounce", "pec", "language",
    "signature_state", "signature_kind", "calendar", "authentication",
}  # fmt: skip


def request(raw: bytes, number: int = 1) -> str:
    return json.dumps({"id": number, "kind": "mail", "raw": base64.b64encode(raw).decode()})


def answers(*lines: str) -> list[dict[str, object]]:
    out = io.StringIO()
    assert show.main([f"{line}\n" for line in lines], out) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_one_answer_a_line_with_every_key() -> None:
    (answer,) = answers(request(build.messages()["attachment-rfc2231"], 7))
    assert set(answer) == KEYS
    assert answer["id"] == 7
    assert answer["from"] == [{"name": "Maria Popescu", "address": "maria.popescu@example.ro"}]
    assert answer["date"] == "2026-11-03T10:15:00+01:00"
    (file,) = answer["attachments"]  # type: ignore[misc]
    assert set(file) == {"filename", "content_type", "size", "sha256"}


def test_bad_lines_are_answered_and_the_next_ones_too() -> None:
    good = request(b"From: a@b.it\n\nciao\n", 9)
    bad = [
        "nonsense", "[]", "7", '{"id": 1}', '{"id": 2, "kind": "mail"}', '{"id": 3, "kind": "mail", "raw": "%%%"}',
        '{"id": 4, "kind": "pec", "raw": ""}', '{"id": 5, "kind": "mail", "raw": "é"}',
        '{"id": 6, "kind": "mail", "raw": 12}',
        "[" * 100_000,
    ]  # fmt: skip
    found = answers(*bad, "", good)
    assert [entry.get("id") for entry in found] == [None, None, None, 1, 2, 3, 4, 5, 6, None, 9]
    assert all("error" in entry for entry in found[:-1])
    assert found[-1]["text"] == "ciao"


def test_each_answer_is_flushed_before_the_next_request_is_read() -> None:
    flushed: list[str] = []

    class Sink(io.StringIO):
        def flush(self) -> None:
            flushed.append(self.getvalue())

    def lines():  # type: ignore[no-untyped-def]
        yield request(b"ciao", 1)
        assert len(flushed) == 1
        yield request(b"ciao", 2)

    show.main(lines(), Sink())
    assert len(flushed) == 2


def test_every_golden_message_survives_the_trip() -> None:
    found = answers(*[request(raw, number) for number, raw in enumerate(build.messages().values())])
    assert [entry["id"] for entry in found] == list(range(len(build.messages())))
    assert not any("error" in entry for entry in found)


def test_neither_django_nor_a_database_is_loaded() -> None:
    """A collector's test bench, a migration and a fuzzer use the parser where there is no configuration at all."""
    program = (
        "import sys, sportello.service.channels.mailkit.show as s, sportello.service.channels.mailkit.guards, "
        "sportello.service.channels.mailkit.compose\n"
        "s.main()\n"
        "sys.exit(1 if {'django', 'psycopg', 'procrastinate'} & set(sys.modules) else 0)"
    )
    lines = request(b"From: a@b.it\n\nBuongiorno, a che ora aprite?\n").encode() + b"\n\xff\n"
    done = subprocess.run(
        [sys.executable, "-c", program], input=lines,
        capture_output=True, cwd=ROOT, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, timeout=LIMIT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    first, second = done.stdout.decode("ascii").splitlines()
    assert json.loads(first)["language"] == "it"
    assert "error" in json.loads(second)

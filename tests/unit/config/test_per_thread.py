"""Language, zone and connections of a thread of the pages: its own, and nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from django.utils import timezone, translation

from sportello.config import per_thread


def test_every_thread_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name in per_thread.PLACES:
        monkeypatch.setattr(owner, name, getattr(owner, name))  # put back afterwards
    monkeypatch.setattr(connections, "close_all", lambda: None)  # the tests' own connection lives on
    per_thread.keep()
    both, heard = threading.Barrier(2, timeout=10), {}

    def serve(language: str, zone: str) -> None:
        assert translation.get_language() == "it", "a new thread begins with the installation's language"
        with translation.override(language), timezone.override(ZoneInfo(zone)):
            both.wait()
            heard[language] = (translation.get_language(), translation.gettext("Closed"),
                               timezone.get_current_timezone_name(), id(connections["default"]))  # fmt: skip
            both.wait()
        assert translation.get_language() == "it"

    threads = [threading.Thread(target=serve, args=one) for one in (("en", "UTC"), ("it", "Asia/Tokyo"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert {code: said[0] for code, said in heard.items()} == {"en": "en", "it": "it"}
    assert heard["en"][1] != heard["it"][1]
    assert heard["en"][3] != heard["it"][3]
    assert heard["it"][2] != heard["en"][2]


ALONE = """
import argparse, granian.server
granian.server.Server.serve = lambda self, **options: print("serves")
from sportello.config.commands import web
raise SystemExit(web.run(argparse.Namespace(workers=1)) or 0)
"""


def test_the_pages_start_where_nobody_has_set_them_up() -> None:
    """As on a web host of a cluster: no nursery forked them, and nothing names the settings."""
    bare = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run([sys.executable, "-c", ALONE], env=bare, capture_output=True, text=True, timeout=120)
    assert "serves" in done.stdout, done.stderr[-2000:]

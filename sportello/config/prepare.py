"""What a new version needs once: schema, compiled translations, static files in the home."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection

from sportello.config import catalogues


def say(words: str) -> None:
    """To whoever started it."""
    print(words, file=sys.stderr, flush=True)  # noqa: T201 - a command's own words


def prepare(what: Collection[str] = ("catalogues", "schema", "static")) -> None:
    """Do the named things. Translations first: the static files and the demo already speak them."""
    if "catalogues" in what:
        catalogues.compile_all()
    if not {"schema", "static"} & set(what):
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sportello.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from sportello.config import upgrading

    if "schema" in what:
        upgrading.migrate(say)
    if "static" in what:
        call_command("collectstatic", interactive=False, verbosity=0, clear=False)

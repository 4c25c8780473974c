"""What a new version needs once: schema, compiled translations, static files in the home."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any, Final

from sportello.config import catalogues

#: Our place among advisory locks.
_MIGRATING: Final = 0x53504D


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

    if "schema" in what:
        migrate(verbosity=0)
    if "static" in what:
        call_command("collectstatic", interactive=False, verbosity=0, clear=False)


def migrate(**options: Any) -> None:
    """Django's command, alone: hosts of one database that start a new version together go one after the other, and
    who comes second finds nothing to do."""
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
    try:
        call_command("migrate", interactive=False, **options)
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])

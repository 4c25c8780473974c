"""What is imported before a fork, so that every process has it and none pays for it alone.

Nothing here opens a connection to the database or starts a thread: neither survives a fork.
"""

from __future__ import annotations

import os
from importlib import import_module

from sportello.config import home as place
from sportello.config.schedule import LOOPS

#: What each program would import when it starts, beside the pages.
PROGRAMS = (
    "granian.server",
    "procrastinate.psycopg_connector",
    "sportello.config.rounds",
    "sportello.config.topics",
    "sportello.foundation.live.hub",
    "sportello.foundation.live.stream",
    "sportello.service.channels.collecting.process",
    "sportello.service.channels.email.listener",
)
#: Of the pages opened first; what they extend and include is compiled with them.
TEMPLATES = (
    "portal/landing.html",
    "portal/home.html",
    "account/login.html",
)


def pages() -> None:
    """The application, its addresses, reactions and languages, and the templates of the first pages."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sportello.config.settings")
    import_module("sportello.config.wsgi")
    from django.conf import settings
    from django.template.loader import get_template
    from django.urls import get_resolver
    from django.utils import translation

    resolver = get_resolver()
    resolver._populate()  # no public name; done lazily, each worker would do it
    for url in resolver.url_patterns:
        getattr(url, "url_patterns", None)
    import_module(settings.REACTIONS)
    for code, _ in settings.LANGUAGES:
        with translation.override(code):
            translation.gettext("Sign in")
    for name in TEMPLATES:
        get_template(name)


def everything() -> None:
    """The pages and what the other programs import. The database may still be starting: its address is given."""
    from sportello.config import settings as _settings  # noqa: F401 - read once, while the address is there

    os.environ.pop(place.OWN_DATABASE, None)  # it holds a password: nothing these programs start is to inherit it
    pages()
    for name in (*PROGRAMS, *(loop.work.partition(":")[0] for loop in LOOPS)):
        import_module(name)

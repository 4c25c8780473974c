"""The pages as a WSGI application."""

from __future__ import annotations

import os
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sportello.config.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()


def preload() -> None:
    """Import what the first page would import, so that forked workers share it.

    Opens no database connection and starts no thread: neither survives a fork.
    """
    from django.conf import settings
    from django.template import engines
    from django.urls import get_resolver

    resolver = get_resolver()
    resolver._populate()  # no public name; done lazily, each worker would do it
    for url in resolver.url_patterns:
        getattr(url, "url_patterns", None)
    engines.all()
    import_module(settings.REACTIONS)

"""What is imported before a fork, so that every process has it and none pays for it alone.

Neither a thread nor a connection to the database survives a fork: `warm` closes the one it opens, and nothing else
here has any.
"""

from __future__ import annotations

import asyncio
import io
import logging
import os
import threading
from collections.abc import Callable
from functools import partial
from importlib import import_module

from sportello.config import home as place
from sportello.config.cli import done, parsed
from sportello.config.schedule import LOOPS
from sportello.config.supervisor.sleep import ROUND

log = logging.getLogger("sportello.preloading")

#: Commands that serve until they are told to end.
PROGRAMS = ("web", "stream", "worker", "intake", "listen", "collect")
#: What they would import when they start, beside the pages.
MODULES = (
    "granian.server",
    "procrastinate.psycopg_connector",
    "sportello.config.rounds",
    "sportello.config.topics",
    "sportello.foundation.live.hub",
    "sportello.foundation.live.stream",
    "sportello.service.channels.collecting.process",
    "sportello.service.channels.email.listener",
)
#: Pages anybody may open and that change nothing.
FIRST = ("/healthz", "/", "/accounts/login/")


def pages() -> None:
    """The application, its addresses, reactions and languages."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sportello.config.settings")
    import_module("sportello.config.wsgi")
    from django.conf import settings
    from django.urls import get_resolver
    from django.utils import translation

    from sportello.config import one_catalogue

    resolver = get_resolver()
    resolver._populate()  # no public name; done lazily, each worker would do it
    for url in resolver.url_patterns:
        getattr(url, "url_patterns", None)
    import_module(settings.REACTIONS)
    for code, _ in settings.LANGUAGES:
        with translation.override(code):
            translation.gettext("Sign in")
        one_catalogue.merge(code)


def everything() -> dict[str, Callable[[], int]]:
    """The pages and what the other programs import; returns what each program does, its words already read.

    The database may still be starting: its address is given.
    """
    from sportello.config import settings as _settings  # noqa: F401 - read once, while the address is there

    os.environ.pop(place.OWN_DATABASE, None)  # it holds a password: nothing these programs start is to inherit it
    pages()
    for name in (*MODULES, *(loop.work.partition(":")[0] for loop in LOOPS)):
        import_module(name)
    words = {name: [name] for name in PROGRAMS} | {ROUND: ["worker", "--round"]}
    return {name: partial(done, parsed(said)) for name, said in words.items()}


def give_connections_back(seconds: int = 60) -> None:
    """Each thread that has answered somebody keeps a connection, and each is a process of the database. From now on one
    that nobody has used for so long is ended by the server; the health check of the next request makes another.

    For programs that never hold a connection while they wait for somebody outside.
    """
    from django.db import connections

    options = connections.settings["default"]["OPTIONS"]
    if "options" in options:  # a pooler takes none, and shares connections itself
        options["options"] += f" -c idle_session_timeout={seconds}s"


def warm() -> bool:
    """Show ourselves the first pages: templates are compiled, the database's client is loaded, patterns of addresses
    and languages are made. False when the database is away: nothing is lost but sharing.
    """
    asyncio.run(asyncio.sleep(0))
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import DatabaseError, InterfaceError, connection, connections
    from django.utils import translation

    application: WSGIHandler = import_module("sportello.config.wsgi").application
    try:
        connection.ensure_connection()
        host = next((one for one in settings.ALLOWED_HOSTS if one[:1] not in ("*", ".", "[")), "127.0.0.1")
        for path in FIRST:
            asked = application(_request(path, host), lambda status, headers, error=None: lambda body: None)
            for _ in asked:
                pass
            getattr(asked, "close", lambda: None)()
    except (DatabaseError, InterfaceError):
        return False
    except Exception:
        log.exception("the first pages cannot be shown")
        return False
    finally:
        translation.deactivate()
        connections.close_all()
        _call_off()
    return True


def _call_off() -> None:
    """What the pages have put off until later (figures to be written) is not for this process to do."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()
            thread.join(1.0)


def _request(path: str, host: str) -> dict[str, object]:
    """PEP 3333, as a browser of this machine would ask."""
    return {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": host,
        "HTTP_ACCEPT_LANGUAGE": "it", "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip

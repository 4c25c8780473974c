"""`sportello web`: the pages. The application is imported once and forked, so that the workers share its
memory.
"""

from __future__ import annotations

import argparse
import gc
import os

HELP = "serve the pages (started by run)"
WORKERS = 2
#: Each thread keeps a database connection: workers x threads of them.
THREADS = 4


def arguments(parser: argparse.ArgumentParser) -> None:
    """--workers N."""
    parser.add_argument("--workers", type=int, default=int(os.environ.get("SPORTELLO_WORKERS", WORKERS)))


def run(args: argparse.Namespace) -> int:
    """Serves until SIGTERM; requests under way are finished, for at most four seconds."""
    from sportello.config.supervisor.parent import end_with_parent

    end_with_parent()
    # A worker whose master was killed would keep the port and serve the old code for ever.
    os.register_at_fork(after_in_child=end_with_parent)
    from django.conf import settings

    from sportello.config import preloading

    preloading.pages()
    preloading.give_connections_back()
    gc.freeze()  # the collector would touch, and so copy, every page the workers share
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from sportello.config.titles import entitle, loader

    server = Server(
        "sportello.config.wsgi:application",
        address=os.environ.get("SPORTELLO_BIND", "127.0.0.1"),
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=max(1, args.workers),
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=4,
        log_level=LogLevels.warning,
        process_name=entitle("web"),
    )
    server.serve(target_loader=loader("web"))
    return 0

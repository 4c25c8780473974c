"""`sportello web`: the pages. By hand the application is imported once and forked, so that the workers share its
memory; under the supervisor this is one process of several, which takes people from the supervisor's socket.
"""

from __future__ import annotations

import argparse
import gc
import os
from collections.abc import Callable, Iterable
from typing import Any

HELP = "serve the pages (started by run)"
WORKERS = 2
#: Each thread keeps a database connection: workers x threads of them.
THREADS = 4
#: A request leaves few rings of objects, and the usual 700 sends the collector through the young ones every other one.
COLLECTING = (10_000, 20, 50)


def arguments(parser: argparse.ArgumentParser) -> None:
    """--workers N."""
    parser.add_argument("--workers", type=int, default=int(os.environ.get("SPORTELLO_WORKERS", WORKERS)))


def run(args: argparse.Namespace) -> int:
    """Serves until SIGTERM; requests under way are finished, for at most four seconds."""
    from sportello.config.supervisor import doors
    from sportello.config.supervisor.parent import end_with_parent

    end_with_parent()
    door = doors.given()
    # A worker whose master was killed would keep the port and serve the old code for ever.
    os.register_at_fork(after_in_child=end_with_parent)
    from django.conf import settings

    from sportello.config import per_thread, preloading

    preloading.pages()  # Django too, where nobody who has it forked this process
    per_thread.keep()
    preloading.give_connections_back()
    gc.freeze()  # the collector would touch, and so copy, every page the workers share
    gc.set_threshold(*COLLECTING)
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from sportello.config.titles import entitle, loader

    server = Server(
        "sportello.config.wsgi:application",
        address=os.environ.get("SPORTELLO_BIND", "127.0.0.1"),
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=1 if door else max(1, args.workers),
        backlog=doors.BACKLOG,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=4,
        log_level=LogLevels.warning,
        process_name=entitle("web"),
    )
    from sportello.config.spreading import spread

    def load(target: str) -> Any:
        return spread(loader("web")(target))

    if door is None:
        server.serve(target_loader=load)
    else:
        from sportello.config import serving

        serving.serve(server, door.detach(), lambda target: _counted(load(target)))
    return 0


def _counted(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The same; when nobody has asked for long and this process has grown, a fresh one takes its place."""
    from sportello.config import resting

    use = resting.Use()
    resting.when(lambda: use.quiet() > resting.QUIET_PAGES and resting.grown(resting.GROWN_PAGES))

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        use.begin()
        try:
            return application(environ, start)
        finally:
            use.end()

    return answer

"""`sportello stream`: the live stream, a bare ASGI callable in one small process of its own."""

from __future__ import annotations

import argparse
import logging
import os
import resource

#: An open stream is a file: so many people with a browser each, and what the process itself needs.
ENOUGH_FILES = 6_000
#: Seconds open streams may go on after SIGTERM.
CUT_AFTER = 2.0

HELP = "serve the live stream (started by run)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(args: argparse.Namespace) -> int:
    """Serves until SIGTERM. Open streams never end by themselves: they are cut after two seconds."""
    from sportello.config import memory
    from sportello.config.supervisor import doors
    from sportello.config.supervisor.parent import end_with_parent

    door = doors.given()
    end_with_parent()
    os.register_at_fork(after_in_child=end_with_parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sportello.config.settings")
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    allow_files()
    memory.few_places()
    from sportello.config.titles import entitle, loader

    port = int(os.environ.get("SPORTELLO_PORT", "8000"))
    server = Server(
        "sportello.config.asgi:stream",
        address=os.environ.get("SPORTELLO_BIND", "127.0.0.1"),
        port=int(os.environ.get("SPORTELLO_STREAM_PORT", port + 1)),
        interface=Interfaces.ASGINL,
        workers=1,
        http=HTTPModes.http1,
        websockets=False,
        backlog=doors.BACKLOG,
        backpressure=20000,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=int(CUT_AFTER),
        log_level=LogLevels.warning,
        process_name=entitle("stream"),
    )
    if door is None:
        server.serve(target_loader=loader("stream"))
        return 0
    from sportello.config import asgi, serving

    try:
        serving.serve(server, door.detach(), loader("stream"), cut_after=CUT_AFTER)
    finally:
        asgi.say_no_more()
    return 0


def allow_files() -> int:
    """Let this process open as many files as the system lets it; says so when they are few. Returns how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    except (OSError, ValueError):  # a system that promises more than it gives
        pass
    if 0 <= soft < ENOUGH_FILES:
        logging.getLogger("sportello.stream").warning(
            "this process may open %d files: about %d browsers can follow live (ulimit -n, LimitNOFILE=)",
            soft, max(0, soft - 200),
        )  # fmt: skip
    return soft

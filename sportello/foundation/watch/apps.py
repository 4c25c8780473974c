"""Room `watch`, floor foundation."""

from __future__ import annotations

from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "sportello.foundation.watch"
    label = "watch"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from .statements import meter

        # every thread of every program has a connection of its own: this is the one place they all pass
        connection_created.connect(meter, dispatch_uid="sportello.watch")

"""Room `tickets`, floor records."""

from __future__ import annotations

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "sportello.records.tickets"
    label = "tickets"

    def ready(self) -> None:
        from . import verbs  # noqa: F401 - fills the registry of verbs

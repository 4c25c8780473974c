"""Room `procedures`, floor records."""

from __future__ import annotations

from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "sportello.records.procedures"
    label = "procedures"

    def ready(self) -> None:
        from . import verbs  # noqa: F401 - fills the registry of verbs

"""Room `knowledge`, floor records."""

from __future__ import annotations

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "sportello.records.knowledge"
    label = "knowledge"

    def ready(self) -> None:
        from . import verbs  # noqa: F401 - fills the registry of verbs

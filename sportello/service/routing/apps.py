"""Room `routing`, floor service."""

from __future__ import annotations

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "sportello.service.routing"
    label = "routing"

    def ready(self) -> None:
        from . import verbs  # noqa: F401 - fills the registry of verbs

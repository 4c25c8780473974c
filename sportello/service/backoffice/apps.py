"""Room `backoffice`, floor service."""

from __future__ import annotations

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "sportello.service.backoffice"
    label = "backoffice"

    def ready(self) -> None:
        from . import verbs  # noqa: F401 - fills the registry of verbs
        from .offices import verbs as _offices  # noqa: F401 - as above
        from .registering import register_all

        register_all()

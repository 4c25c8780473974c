"""Room `backoffice`, floor service."""

from __future__ import annotations

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "sportello.service.backoffice"
    label = "backoffice"

    def ready(self) -> None:
        from sportello.records.tickets import sealing

        from . import verbs  # noqa: F401 - fills the registry of verbs
        from .archive import filing

        sealing.register("disposed", filing.seal)

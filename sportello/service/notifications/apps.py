"""Room `notifications`, floor service."""

from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "sportello.service.notifications"
    label = "notifications"

    def ready(self) -> None:
        from . import verbs  # noqa: F401 - fills the registry of verbs

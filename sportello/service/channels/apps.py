"""Room `channels`, floor service."""

from __future__ import annotations

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "sportello.service.channels"
    label = "channels"

    def ready(self) -> None:
        from . import verbs  # noqa: F401 - fills the registry of verbs

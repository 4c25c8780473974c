"""Room `watching`, floor service."""

from __future__ import annotations

from django.apps import AppConfig


class WatchingConfig(AppConfig):
    name = "sportello.service.watching"
    label = "watching"

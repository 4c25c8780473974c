"""Room `live`, floor foundation."""

from __future__ import annotations

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "sportello.foundation.live"
    label = "live"

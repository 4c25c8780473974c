"""Room `core`, floor foundation."""

from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "sportello.foundation.core"
    label = "core"

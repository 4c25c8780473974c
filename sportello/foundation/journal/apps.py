"""Room `journal`, floor foundation."""

from __future__ import annotations

from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "sportello.foundation.journal"
    label = "journal"

"""Room `ui`, floor foundation."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings

FINDER = "sportello.foundation.ui.theme.finder.MadeFinder"


class UiConfig(AppConfig):
    name = "sportello.foundation.ui"
    label = "ui"

    def ready(self) -> None:
        # What this room makes from the theme's wheel is its own business: the settings need not name the finder.
        if FINDER not in settings.STATICFILES_FINDERS:
            settings.STATICFILES_FINDERS = [*settings.STATICFILES_FINDERS, FINDER]

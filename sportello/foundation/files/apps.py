"""Room `files`, floor foundation."""

from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "sportello.foundation.files"
    label = "files"

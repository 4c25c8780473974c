"""Room `files`, floor foundation."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class FilesConfig(AppConfig):
    name = "sportello.foundation.files"
    label = "files"

    def ready(self) -> None:
        """An address or keys of a bucket that cannot be read are told at the start, not with the first file."""
        from . import store

        try:
            store.place()
        except ValueError as error:
            raise ImproperlyConfigured(str(error)) from None

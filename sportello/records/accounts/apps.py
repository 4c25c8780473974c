"""Room `accounts`, floor records."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "sportello.records.accounts"
    label = "accounts"

    def ready(self) -> None:
        from . import verbs  # noqa: F401 - fills the registry of verbs

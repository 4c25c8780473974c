"""Room `customers`, floor records."""

from __future__ import annotations

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "sportello.records.customers"
    label = "customers"

    def ready(self) -> None:
        from . import verbs  # noqa: F401 - fills the registry of verbs

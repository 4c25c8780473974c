"""Room `tenancy`, floor foundation."""

from __future__ import annotations

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "sportello.foundation.tenancy"
    label = "tenancy"

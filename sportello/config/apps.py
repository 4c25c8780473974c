"""Floor `config`: settings, addresses, reactions, command line, supervisor."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "sportello.config"
    label = "config"

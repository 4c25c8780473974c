"""Room `desk`, floor faces."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "sportello.faces.desk"
    label = "desk"

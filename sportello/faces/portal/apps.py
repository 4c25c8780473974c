"""Room `portal`, floor faces."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "sportello.faces.portal"
    label = "portal"

"""Addresses of the desk: how the installation does, and what is wrong in an organisation."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import watching

urlpatterns: list[URLPattern] = [
    path("installation/", watching.installation, name="installation"),
    path("<slug:slug>/setup/alarms/", watching.organisation, name="setup_alarms"),
]

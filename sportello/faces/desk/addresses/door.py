"""Addresses of the desk: quarantine, dispatches, silent tickets, people who work here."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of the desk: people at the counter and on the phone, customers, search."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of the desk: lists and tickets."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

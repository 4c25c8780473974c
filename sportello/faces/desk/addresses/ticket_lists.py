"""Addresses of the desk: tickets as lists that leave."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import ticket_export

urlpatterns: list[URLPattern] = [
    path("<slug:slug>/workload/export/", ticket_export.tickets_export, name="tickets_export"),
]

"""Addresses of the desk: a message of a ticket as it came by mail."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import mail_html

_MESSAGE = "<slug:slug>/tickets/<str:number>/messages/<int:position>"

urlpatterns: list[URLPattern] = [
    path(f"{_MESSAGE}/raw/", mail_html.mail_raw, name="mail_raw"),
]

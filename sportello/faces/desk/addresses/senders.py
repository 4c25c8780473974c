"""Addresses of the desk: blocked senders and forms that write for people."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import senders

urlpatterns: list[URLPattern] = [
    path("<slug:slug>/senders/", senders.senders, name="senders"),
    path("<slug:slug>/senders/<int:block_id>/unblocking/", senders.unblocking, name="sender_unblocking"),
    path("<slug:slug>/senders/forms/<int:form_id>/ending/", senders.form_ending, name="form_ending"),
]

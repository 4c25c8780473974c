"""Addresses of the desk: what a person was told, how they want to be told, and their browsers."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import notifications

urlpatterns: list[URLPattern] = [
    path("notifications/", notifications.home, name="notifications"),
    path("notifications/reading/", notifications.all_read, name="notifications_read"),
    path("<slug:slug>/tickets/<str:number>/reading/", notifications.ticket_read, name="ticket_notifications_read"),
    path("notifications/choices/", notifications.choose, name="notification_choices"),
    path("notifications/browsers/", notifications.browser_new, name="notification_browsers"),
    path("notifications/browsers/<int:browser_id>/removal/", notifications.browser_removal,
         name="notification_browser_removal"),
    path("notifications/worker.js", notifications.worker, name="notification_worker"),
]  # fmt: skip

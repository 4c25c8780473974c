"""Addresses of the desk: what is done to lists and to many tickets at once."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import saved_views

urlpatterns: list[URLPattern] = [
    path("views/", saved_views.kept, name="saved_views"),
    path("views/<int:view_id>/removal/", saved_views.removed, name="saved_view_removal"),
]

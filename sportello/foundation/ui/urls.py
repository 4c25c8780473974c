"""Addresses of the room; the root configuration includes them under `ui/`."""

from __future__ import annotations

from django.urls import path

from sportello.foundation.ui import views

app_name = "ui"
urlpatterns = [
    path("theme/", views.theme, name="theme"),
    path("language/", views.language, name="language"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("styleguide/<slug:face>/", views.styleguide, name="styleguide_face"),
]

"""Addresses of the desk: what is done to lists and to many tickets at once."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import keys, many, saved_views, walking

urlpatterns: list[URLPattern] = [
    path("<slug:slug>/tickets/<str:number>/beside/<slug:where>/", walking.beside, name="beside"),
    path("views/", saved_views.kept, name="saved_views"),
    path("views/<int:view_id>/removal/", saved_views.removed, name="saved_view_removal"),
    path("keys/", keys.card, name="keys"),
    path("many/going-on/", many.going_on, name="many_going_on"),
    path("many/undoing/", many.undoing, name="many_undoing"),
    path("many/<slug:verb>/", many.begun, name="many"),
]

"""Addresses of the desk: what is certified about a message of a ticket."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import certified

_CERTIFIED = "<slug:slug>/tickets/<str:number>/messages/<int:position>/certified"

urlpatterns: list[URLPattern] = [
    path(f"{_CERTIFIED}/", certified.certified, name="certified"),
    path(f"{_CERTIFIED}/proof/", certified.certified_proof, name="certified_proof"),
    path(f"{_CERTIFIED}/<int:row_id>/", certified.certified_file, name="certified_file"),
]

"""Addresses of the desk: procedures."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import procedures

_ALL = "<slug:slug>/procedures"
_ONE = f"{_ALL}/<int:procedure_id>"

urlpatterns: list[URLPattern] = [
    path("procedures/", procedures.procedures_home, name="procedures_home"),
    path(f"{_ALL}/", procedures.procedures, name="procedures"),
    path(f"{_ALL}/packs/", procedures.procedures_packs, name="procedures_packs"),
    path(f"{_ALL}/import/", procedures.procedures_import, name="procedures_import"),
    path(f"{_ALL}/export/", procedures.procedures_export, name="procedures_export"),
    path(f"{_ONE}/", procedures.procedure, name="procedure"),
    path(f"{_ONE}/edit/", procedures.procedure_edit, name="procedure_edit"),
    path(f"{_ONE}/export/", procedures.procedure_export, name="procedure_export"),
    path(f"{_ONE}/confirmations/", procedures.procedure_confirmations, name="procedure_confirmations"),
    path(f"{_ONE}/switch/", procedures.procedure_switch, name="procedure_switch"),
]

"""Addresses of a ticket's clock: each act on a term is a resource under its ticket."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import terms

_TICKET = "<slug:slug>/tickets/<str:number>"

urlpatterns: list[URLPattern] = [
    path(f"{_TICKET}/suspension/", terms.suspension, name="suspension"),
    path(f"{_TICKET}/term-resumption/", terms.term_resumption, name="term_resumption"),
    path(f"{_TICKET}/extension/", terms.extension, name="extension"),
    path(f"{_TICKET}/pause/", terms.pause, name="pause"),
    path(f"{_TICKET}/unpause/", terms.unpause, name="unpause"),
    path(f"{_TICKET}/notices/<int:notice_id>/", terms.notice, name="notice"),
    path(f"{_TICKET}/steps/<slug:step>/", terms.step_done, name="step"),
    path(f"{_TICKET}/reasons/", terms.reasons, name="reasons"),
    path(f"{_TICKET}/blocks/", terms.blocks, name="blocks"),
]

"""Addresses of the desk: for who answers for the work of others."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import supervising

urlpatterns: list[URLPattern] = [
    path("work/", supervising.home, name="work_home"),
    path("<slug:slug>/work/", supervising.work, name="work"),
    path("<slug:slug>/work/weeks/", supervising.week, name="work_week"),
    path("<slug:slug>/work/weeks/csv/", supervising.week_csv, name="work_week_csv"),
]

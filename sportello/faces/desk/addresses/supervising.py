"""Addresses of the desk: for who answers for the work of others."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import supervising

urlpatterns: list[URLPattern] = [
    path("workload/", supervising.home, name="work_home"),
    path("<slug:slug>/workload/", supervising.work, name="work"),
    path("<slug:slug>/workload/weeks/", supervising.week, name="work_week"),
    path("<slug:slug>/workload/weeks/csv/", supervising.week_csv, name="work_week_csv"),
]

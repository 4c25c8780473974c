"""Addresses of the desk: a ticket put aside, tagged, linked, joined with others, taken apart, copied; who is away."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import absences, copies, joining, setting_aside

_TICKET = "<slug:slug>/tickets/<str:number>"

urlpatterns: list[URLPattern] = [
    path(f"{_TICKET}/snooze/", setting_aside.snooze, name="snooze"),
    path(f"{_TICKET}/waking/", setting_aside.waking, name="waking"),
    path(f"{_TICKET}/tags/", setting_aside.tags, name="tags"),
    path("tags/", setting_aside.tag_names, name="tag_names"),
    path(f"{_TICKET}/colleagues/", setting_aside.who_sees, name="colleagues"),
    path(f"{_TICKET}/merge/", joining.merge, name="merge"),
    path(f"{_TICKET}/parting/", joining.parting, name="parting"),
    path(f"{_TICKET}/split/", joining.split, name="split"),
    path(f"{_TICKET}/passing/", joining.passing_on, name="passing"),
    path(f"{_TICKET}/link/", joining.link, name="link"),
    path(f"{_TICKET}/links/<int:link_id>/removal/", joining.unlinking, name="link_removal"),
    path(f"{_TICKET}/print/", copies.printed, name="print"),
    path("<slug:slug>/people/<int:member_id>/absences/", absences.absences, name="absences"),
    path("<slug:slug>/people/absences/<int:absence_id>/withdrawal/", absences.withdrawal, name="absence_withdrawal"),
]

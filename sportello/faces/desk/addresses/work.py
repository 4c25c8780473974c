"""Addresses of the desk: lists and tickets. A verb is a resource of its own under its ticket."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import attachments, endings, handling, lists, mail_html, messages, senders, tickets, waiting

_TICKET = "<slug:slug>/tickets/<str:number>"

urlpatterns: list[URLPattern] = [
    path("", lists.home, name="home"),
    path("lists/<slug:name>/", lists.work_list, name="list"),
    path("<slug:slug>/accent.css", lists.accent, name="accent"),
    path(f"{_TICKET}/", tickets.ticket, name="ticket"),
    path(f"{_TICKET}/context/", tickets.context, name="context"),
    path(f"{_TICKET}/why/", tickets.why, name="why"),
    path(f"{_TICKET}/tab/", tickets.tab, name="tab"),
    path(f"{_TICKET}/replies/", messages.replies, name="replies"),
    path(f"{_TICKET}/notes/", messages.notes, name="notes"),
    path(f"{_TICKET}/taking/", handling.taking, name="taking"),
    path(f"{_TICKET}/assignment/", handling.assignment, name="assignment"),
    path(f"{_TICKET}/team/", handling.team, name="team"),
    path(f"{_TICKET}/kind/", handling.kind, name="kind"),
    path(f"{_TICKET}/priority/", handling.priority, name="priority"),
    path(f"{_TICKET}/sensitivity/", handling.sensitivity, name="sensitivity"),
    path(f"{_TICKET}/promise/", handling.promise, name="promise"),
    path(f"{_TICKET}/waiting/", handling.waiting, name="waiting"),
    path(f"{_TICKET}/resumption/", handling.resumption, name="resumption"),
    path(f"{_TICKET}/closure/", endings.closure, name="closure"),
    path(f"{_TICKET}/reopening/", endings.reopening, name="reopening"),
    path(f"{_TICKET}/attachments/<int:attachment_id>/", attachments.attachment, name="attachment"),
    path(f"{_TICKET}/waiting/<int:waiting_id>/undo/", waiting.undo, name="waiting_undo"),
    path(f"{_TICKET}/waiting/<int:waiting_id>/departure/", waiting.departure, name="waiting_departure"),
    path(f"{_TICKET}/messages/<int:position>/again/", waiting.again, name="again"),
    path(f"{_TICKET}/messages/<int:position>/blocking/", senders.blocking, name="blocking"),
    path(f"{_TICKET}/messages/<int:position>/html/", mail_html.mail_html, name="mail_html"),
]

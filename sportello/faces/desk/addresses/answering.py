"""Addresses of the desk: what is written, its drafts and files, and what is put into it."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import drafts, inserting, messages

_TICKET = "<slug:slug>/tickets/<str:number>"

urlpatterns: list[URLPattern] = [
    path(f"{_TICKET}/calls/", messages.calls, name="calls"),
    path(f"{_TICKET}/drafts/<slug:kind>/", drafts.drafts, name="drafts"),
    path(f"{_TICKET}/drafts/<slug:kind>/files/", drafts.draft_files, name="draft_files"),
    path(
        f"{_TICKET}/drafts/<slug:kind>/files/<int:draft_file_id>/removal/",
        drafts.draft_file_removal,
        name="draft_file_removal",
    ),
    path(f"{_TICKET}/saved-replies/", inserting.saved_reply_list, name="saved_replies"),
    path(f"{_TICKET}/saved-replies/<slug:reply>/", inserting.saved_reply, name="saved_reply"),
    path(f"{_TICKET}/known/", inserting.known, name="known"),
    path(f"{_TICKET}/known/<slug:sort>/<slug:known>/text/", inserting.known_text, name="known_text"),
    path(f"{_TICKET}/known/<slug:sort>/<slug:known>/link/", inserting.known_link, name="known_link"),
]

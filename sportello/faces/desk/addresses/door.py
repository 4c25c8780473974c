"""Addresses of the desk: quarantine, dispatches, silent tickets, people, what we know."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import door, people, quarantine
from .senders import urlpatterns as senders

_HELD = "<slug:slug>/quarantine/<int:mail_id>"
_PEOPLE = "<slug:slug>/people"

urlpatterns: list[URLPattern] = [
    path("quarantine/", quarantine.quarantine_home, name="quarantine"),
    path("<slug:slug>/quarantine/", quarantine.quarantine, name="quarantine_in"),
    path(f"{_HELD}/", quarantine.message, name="held"),
    path(f"{_HELD}/raw/", quarantine.raw, name="held_raw"),
    path(f"{_HELD}/release/", quarantine.release, name="held_release"),
    path(f"{_HELD}/retry/", quarantine.retry, name="held_retry"),
    path(f"{_HELD}/setting-aside/", quarantine.setting_aside, name="held_aside"),
    *senders,
    path("<slug:slug>/dispatches/", door.dispatches, name="dispatches"),
    path("<slug:slug>/mail/", door.mail, name="mail"),
    path("silent/", door.silent, name="silent"),
    path("people/", people.people_home, name="people"),
    path(f"{_PEOPLE}/", people.people, name="people_in"),
    path(f"{_PEOPLE}/invitations/", people.invitations, name="invitations"),
    path(f"{_PEOPLE}/invitations/<int:invitation_id>/withdrawal/", people.withdrawal, name="withdrawal"),
    path(f"{_PEOPLE}/routes/<int:kind_id>/", people.route, name="route"),
    path(f"{_PEOPLE}/<int:member_id>/", people.member, name="member"),
    path(f"{_PEOPLE}/<int:member_id>/ending/", people.ending, name="member_ending"),
]

"""Addresses of the desk: setting an organisation up."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from ..views import setup, setup_hours, setup_kinds, setup_places, setup_sign_in


class KindVerb:
    """What may be done to a kind in its list."""

    regex = "retire|return|default"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(KindVerb, "kind_verb")

_SETUP = "<slug:slug>/setup"

urlpatterns: list[URLPattern] = [
    path("setup/", setup.home, name="setup_home"),
    path(f"{_SETUP}/", setup.index, name="setup"),
    path(f"{_SETUP}/organisation/", setup.organisation, name="setup_organisation"),
    path(f"{_SETUP}/appearance/", setup.appearance, name="setup_appearance"),
    path(f"{_SETUP}/sign-in/", setup_sign_in.sign_in, name="setup_sign_in"),
    path(f"{_SETUP}/sign-in/trial/", setup_sign_in.trial, name="setup_sign_in_trial"),
    path(f"{_SETUP}/sign-in/ending/", setup_sign_in.ending, name="setup_sign_in_ending"),
    path(f"{_SETUP}/teams/", setup_places.teams, name="setup_teams"),
    path(f"{_SETUP}/teams/new/", setup_places.team_new, name="setup_team_new"),
    path(f"{_SETUP}/teams/<int:team_id>/", setup_places.team, name="setup_team"),
    path(f"{_SETUP}/teams/<int:team_id>/ending/", setup_places.team_ending, name="setup_team_ending"),
    path(f"{_SETUP}/branches/", setup_places.branches, name="setup_branches"),
    path(f"{_SETUP}/branches/new/", setup_places.branch_new, name="setup_branch_new"),
    path(f"{_SETUP}/branches/<int:branch_id>/", setup_places.branch, name="setup_branch"),
    path(f"{_SETUP}/branches/<int:branch_id>/hours/", setup_hours.branch_hours, name="setup_branch_hours"),
    path(f"{_SETUP}/branches/<int:branch_id>/ending/", setup_places.branch_ending, name="setup_branch_ending"),
    path(f"{_SETUP}/kinds/", setup_kinds.kinds, name="setup_kinds"),
    path(f"{_SETUP}/kinds/new/", setup_kinds.kind_new, name="setup_kind_new"),
    path(f"{_SETUP}/kinds/<int:kind_id>/", setup_kinds.kind, name="setup_kind"),
    path(f"{_SETUP}/kinds/<int:kind_id>/place/", setup_kinds.kind_place, name="setup_kind_place"),
    path(f"{_SETUP}/kinds/<int:kind_id>/<kind_verb:verb>/", setup_kinds.kind_use, name="setup_kind_use"),
    path(f"{_SETUP}/hours/", setup_hours.hours, name="setup_hours"),
]

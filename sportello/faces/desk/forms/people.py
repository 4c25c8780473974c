"""Who works here: a place's role and teams, an invitation, which team answers for which kind."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, Team

from ..sentences import language_now


def teams_of(organisation: Organisation) -> Any:
    return Team.objects.filter(organisation=organisation, ended_at__isnull=True).order_by("id")


class PlaceForm(forms.Form):
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=Membership.Role.choices, widget=forms.RadioSelect,
        help_text=gettext_lazy("Operators and supervisors read every normal ticket, specialists those of their teams, "
                               "administrators none."),
    )
    teams = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Teams"), queryset=Team.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        teams: Any = self.fields["teams"]
        teams.queryset = teams_of(organisation)
        spoken = language_now()
        teams.label_from_instance = lambda team: team.name_in(spoken)


class InvitationForm(PlaceForm):
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=150, required=False,
                           help_text=gettext_lazy("As the invitation greets them; they may change it."))
    language = forms.ChoiceField(label=gettext_lazy("Language of the invitation"),
                                 choices=[("it", "Italiano"), ("en", "English")])

    field_order = ("email", "name", "language", "role", "teams")


class RouteForm(forms.Form):
    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none(), empty_label=None)

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        team: Any = self.fields["team"]
        team.queryset = teams_of(organisation)

"""What a verb over many tickets asks for. Colleagues and teams only where all chosen are of one organisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.ui.fields import choice
from sportello.records.accounts.models import Membership, Team
from sportello.records.tickets.actions.tagging import names_in
from sportello.records.tickets.models import Closure, Ticket

from ..sentences import language_now


class ManyForm(forms.Form):
    member = forms.TypedChoiceField(label=gettext_lazy("Colleague"), required=False, coerce=int, empty_value=None)
    team = forms.TypedChoiceField(label=gettext_lazy("Team"), coerce=int)
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"), coerce=int, choices=Ticket.Priority.choices, widget=forms.RadioSelect
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("How it ended"), choices=Closure.Outcome.choices, widget=forms.RadioSelect
    )
    tags = forms.CharField(label=gettext_lazy("Tags"), max_length=500, help_text=gettext_lazy("Between commas."))
    reason = forms.CharField(label=gettext_lazy("Why"), widget=forms.Textarea, max_length=2000)

    def __init__(self, fields: Sequence[str], organisation_id: int, data: Any = None) -> None:
        super().__init__(data)
        for name in list(self.fields):
            if name not in fields:
                del self.fields[name]
        if "reason" in self.fields and "outcome" not in self.fields:
            self.fields["reason"].required = False
        if "member" in self.fields:
            self._offer("member", [("", _("Nobody: back to the team")), *self._members(organisation_id)])
        if "team" in self.fields:
            teams = Team.objects.filter(organisation_id=organisation_id, ended_at__isnull=True).order_by("pk")
            self._offer("team", [(team.pk, team.name_in(language_now())) for team in teams])

    def clean_tags(self) -> list[str]:
        return names_in(str(self.cleaned_data["tags"]))

    def _offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        choice(self, name).choices = choices

    @staticmethod
    def _members(organisation_id: int) -> list[tuple[Any, str]]:
        roles = (Membership.Role.OPERATOR, Membership.Role.SUPERVISOR, Membership.Role.SPECIALIST)
        members = Membership.objects.filter(
            organisation_id=organisation_id, ended_at__isnull=True, role__in=roles, user__is_active=True
        )
        return list(members.order_by("user__name", "pk").values_list("pk", "user__name"))

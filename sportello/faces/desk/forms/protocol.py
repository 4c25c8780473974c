"""Forms of the register: what is looked for in it, who keeps it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from sportello.service.backoffice.models import ProtocolEntry, ProtocolSettings


class SearchForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Number"), required=False, max_length=60)
    year = forms.IntegerField(label=gettext_lazy("Year"), required=False, min_value=1990, max_value=2200)
    direction = forms.ChoiceField(label=gettext_lazy("Way"), required=False,
                                  choices=[("", gettext_lazy("Both")), *ProtocolEntry.Direction.choices])
    day = forms.DateField(label=gettext_lazy("Day"), required=False,
                          widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class SettingsForm(forms.Form):
    is_on = forms.BooleanField(label=gettext_lazy("Messages and documents are registered here"), required=False)
    keeper = forms.ChoiceField(label=gettext_lazy("Who gives the numbers"), choices=ProtocolSettings.Keeper.choices,
                               widget=forms.RadioSelect)
    administration = forms.CharField(label=gettext_lazy("Code of the administration (IPA)"), required=False,
                                     max_length=16)
    office = forms.CharField(label=gettext_lazy("Code of the office (AOO)"), required=False, max_length=16)
    register = forms.CharField(label=gettext_lazy("Code of the register"), required=False, max_length=16)
    url = forms.URLField(label=gettext_lazy("Address of the outside system"), required=False, max_length=500,
                         assume_scheme="https",
                         help_text=gettext_lazy("It is asked over HTTP with JSON, see the guide."))
    token_name = forms.CharField(
        label=gettext_lazy("Where its token stands"), required=False, max_length=60,
        help_text=gettext_lazy("Name of a variable of the installation, such as SPORTELLO_PROTOCOL_TOKEN."))

    @staticmethod
    def of(row: ProtocolSettings | None) -> dict[str, Any]:
        if row is None:
            return {"keeper": ProtocolSettings.Keeper.OWN}
        return {name: getattr(row, name) for name in
                ("is_on", "keeper", "administration", "office", "register", "url", "token_name")}

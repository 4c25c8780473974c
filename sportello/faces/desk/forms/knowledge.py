"""Saved replies and service sheets, one language at a time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Team

from ..sentences import language_now
from .contacts import language_choices
from .people import teams_of

_TALL = forms.Textarea(attrs={"rows": 10})


class ReplyTextForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    body = forms.CharField(
        label=gettext_lazy("Text"), max_length=20_000, widget=_TALL,
        help_text=gettext_lazy("Values in braces are filled from the ticket: "
                               "{number} {subject} {team} {promise} {link}."),
    )


class NewReplyForm(ReplyTextForm):
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none(), required=False,
                                  empty_label=gettext_lazy("everyone"))

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        languages: Any = self.fields["language"]
        languages.choices = language_choices(organisation)
        team: Any = self.fields["team"]
        team.queryset = teams_of(organisation)
        spoken = language_now()
        team.label_from_instance = lambda one: one.name_in(spoken)


class SheetTextForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    summary = forms.CharField(label=gettext_lazy("In one sentence"), max_length=400, required=False)
    body = forms.CharField(
        label=gettext_lazy("Text"), max_length=50_000, required=False, widget=_TALL,
        help_text=gettext_lazy("Paragraphs are parted by an empty line; a line that begins with a dash is a list."),
    )
    documents_needed = forms.CharField(label=gettext_lazy("Documents"), max_length=5_000, required=False,
                                       widget=forms.Textarea(attrs={"rows": 3}))
    cost = forms.CharField(label=gettext_lazy("Cost"), max_length=200, required=False)
    times = forms.CharField(label=gettext_lazy("Times"), max_length=200, required=False)

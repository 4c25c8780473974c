"""Closing and opening again."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from sportello.records.tickets.models import Closure


class ClosureForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("How it ended"), choices=Closure.Outcome.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it ends so"),
        widget=forms.Textarea,
        max_length=4000,
        help_text=gettext_lazy("The customer reads it: what was done, or why not, and what they can do now."),
    )


class ReopeningForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is opened again"),
        widget=forms.Textarea,
        max_length=2000,
        help_text=gettext_lazy("The customer reads it."),
    )

"""Forms of the follow-up page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .parts import files_field, words_field


class EnterForm(forms.Form):
    """Number and code; how they are spelt is the view's matter: whatever is wrong, the answer is the same."""

    number = forms.CharField(
        label=_("Number"), max_length=40, help_text=_("On your receipt, for example 2026-0004213."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "control-code"}),
        error_messages={"required": _("Write the number of your request.")},
    )
    code = forms.CharField(
        label=_("Access code"), max_length=40, help_text=_("Twelve letters and digits on your receipt."),
        widget=forms.TextInput(attrs={
            "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "control-code"}),
        error_messages={"required": _("Write the access code of your receipt.")},
    )


class WordsForm(forms.Form):
    text = words_field(_("Your message"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"] = files_field()


class ReopeningForm(forms.Form):
    text = words_field(_("What is still to be solved?"), missing=_("Write what is still to be solved."))

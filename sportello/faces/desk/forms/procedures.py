"""Procedures: a new version by hand, a file of them, the ground of a confirmation."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.records.procedures import packs
from sportello.records.procedures.definition import Definition, DefinitionError
from sportello.records.procedures.models import Procedure

MAX_FILE = packs.MAX_BYTES


class VersionForm(forms.Form):
    """What changes most: words, term, first answer. The rest is changed in the file and imported."""

    name_it = forms.CharField(label=gettext_lazy("Name in Italian"), max_length=200)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=200, required=False)
    term_value = forms.IntegerField(label=gettext_lazy("Term"), min_value=1, max_value=3_660)
    term_unit = forms.ChoiceField(label=gettext_lazy("Counted in"), choices=Procedure.Unit.choices)
    term_roll = forms.ChoiceField(label=gettext_lazy("If the last day is a holiday"), choices=Procedure.Roll.choices)
    first_answer_hours = forms.IntegerField(
        label=gettext_lazy("First answer within, in opening hours"), min_value=1, max_value=3_660, required=False,
        help_text=gettext_lazy("Empty: none is promised apart from the term."),
    )
    source = forms.CharField(
        label=gettext_lazy("Where it comes from"), max_length=300,
        help_text=gettext_lazy("The law, the regulator's act, your charter or your own decision, with its date."),
    )
    valid_from = forms.DateField(
        label=gettext_lazy("In force from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Tickets opened before keep the version they have."),
    )

    @staticmethod
    def of(procedure: Procedure, today: date) -> dict[str, Any]:
        """What the form starts with: the version as it is, from today."""
        defined = procedure.defined
        return {
            "name_it": defined.names.get("it", ""), "name_en": defined.names.get("en", ""),
            "term_value": defined.term.value, "term_unit": defined.term.unit, "term_roll": defined.term.roll,
            "first_answer_hours": procedure.first_answer_hours, "source": defined.term.source, "valid_from": today,
        }


class FileForm(forms.Form):
    """A file of procedures; every problem in it is told at once, with its place."""

    file = forms.FileField(label=gettext_lazy("File of procedures (YAML)"))

    def clean_file(self) -> tuple[Definition, ...]:
        uploaded = self.cleaned_data["file"]
        if uploaded.size > MAX_FILE:
            raise forms.ValidationError(_("The file is too long: at most one megabyte."))
        try:
            return packs.read_pack(uploaded.read().decode("utf-8")).procedures
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not text in UTF-8.")) from None
        except DefinitionError as error:
            raise forms.ValidationError([problem.sentence for problem in error.problems[:30]]) from None

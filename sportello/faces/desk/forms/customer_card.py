"""What is written on a customer's card, brought in as a list, taken out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from sportello.records.customers.models import Consent, Identity, ImportRun, Relation, SideSource


def _days() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RelationForm(forms.Form):
    """`other` is what identifies the other customer: an address, a number, the whole name."""

    kind = forms.ChoiceField(label=gettext_lazy("This customer…"), choices=Relation.Kind.choices)
    other = forms.CharField(
        label=gettext_lazy("Other customer"), max_length=200,
        help_text=gettext_lazy("Name, phone, e-mail, tax code or reference."),
    )
    from_day = forms.DateField(label=gettext_lazy("From"), required=False, widget=_days())
    until_day = forms.DateField(label=gettext_lazy("Until"), required=False, widget=_days())
    about = forms.CharField(label=gettext_lazy("About what"), required=False, max_length=200)
    proof = forms.FileField(label=gettext_lazy("Proof"), required=False)


class ConsentForm(forms.Form):
    purpose = forms.ChoiceField(label=gettext_lazy("Agreed to"), choices=Consent.Purpose.choices)
    source = forms.ChoiceField(label=gettext_lazy("How we know"), choices=Consent.Source.choices)
    given_on = forms.DateField(label=pgettext_lazy("day", "On"), required=False, widget=_days())
    about = forms.CharField(label=gettext_lazy("Where it is kept"), required=False, max_length=300)


class NoteForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Note on the customer"), max_length=5_000,
                           widget=forms.Textarea(attrs={"rows": 3}),
                           help_text=gettext_lazy("For colleagues only: it never leaves."))


class MergeForm(forms.Form):
    other = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    why = forms.CharField(label=gettext_lazy("Why they are one"), required=False, max_length=300)


class CopyForm(forms.Form):
    purpose = forms.CharField(label=gettext_lazy("What it is for"), max_length=300,
                              help_text=gettext_lazy("Kept with your name and the instant."))
    notes = forms.BooleanField(label=gettext_lazy("With what colleagues noted about them"), required=False)


class ErasureForm(forms.Form):
    ground = forms.CharField(label=gettext_lazy("Order or request it rests on"), max_length=300)
    sure = forms.BooleanField(label=gettext_lazy("I have checked it: this cannot be undone"))


class ListForm(forms.Form):
    sort = forms.ChoiceField(label=gettext_lazy("What the list holds"), choices=ImportRun.Sort.choices)
    file = forms.FileField(label=gettext_lazy("CSV file"))


class MappingForm(forms.Form):
    """One choice a field: the column it is in, or none."""

    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), choices=[
        ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 (BOM)"), ("cp1252", "Windows-1252"), ("utf-16", "UTF-16")])
    delimiter = forms.ChoiceField(label=gettext_lazy("Cells are divided by"), choices=[
        (";", ";"), (",", ","), ("\t", gettext_lazy("tab")), ("|", "|")])

    def __init__(self, head: tuple[str, ...], fields: dict[str, Any], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        columns = [("", "—"), *((str(at), title or f"{at + 1}") for at, title in enumerate(head))]
        for name, (label, _words) in fields.items():
            self.fields[f"f_{name}"] = forms.ChoiceField(label=label, required=False, choices=columns)

    @property
    def mapping(self) -> dict[str, int]:
        return {name.removeprefix("f_"): int(value) for name, value in self.cleaned_data.items()
                if name.startswith("f_") and value != ""}


class SourceForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    sort = forms.ChoiceField(label=gettext_lazy("How it is asked"), choices=SideSource.Sort.choices)
    key = forms.ChoiceField(label=gettext_lazy("By"), choices=Identity.Sort.choices, initial="external")
    url = forms.CharField(label=gettext_lazy("Address"), required=False, max_length=500,
                          help_text=gettext_lazy("https://shop.example/orders/{value}.json"))
    token_name = forms.RegexField(
        r"^SPORTELLO_SIDE_[A-Z0-9_]{1,40}$", label=gettext_lazy("Variable that holds the token"), required=False,
        help_text=gettext_lazy("Set by who runs the installation, such as SPORTELLO_SIDE_SHOP."))
    shown = forms.CharField(label=gettext_lazy("Columns shown"), required=False, max_length=500,
                            help_text=gettext_lazy("Divided by commas; empty: all."))
    cache_minutes = forms.IntegerField(label=gettext_lazy("Minutes an answer is kept"), min_value=0, max_value=10_080,
                                       initial=60)
    file = forms.FileField(label=gettext_lazy("CSV file"), required=False,
                           help_text=gettext_lazy("Its first column is what it is asked by."))

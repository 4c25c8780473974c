"""The customer's card: what an operator may correct."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from sportello.foundation.tenancy.models import Organisation
from sportello.records.customers.models import Customer, Identity

from .contacts import language_choices


class CustomerForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    sort = forms.ChoiceField(label=gettext_lazy("Person or company"), choices=Customer.Sort.choices)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    born_on = forms.DateField(label=gettext_lazy("Birth date"), required=False,
                              widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    addressed_as = forms.CharField(label=gettext_lazy("How they wish to be addressed"), required=False, max_length=200)
    needs = forms.CharField(label=gettext_lazy("What they need to be served well"), required=False, max_length=500)

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        languages: Any = self.fields["language"]
        languages.choices = [("", "—"), *language_choices(organisation)]


class IdentityForm(forms.Form):
    sort = forms.ChoiceField(label=gettext_lazy("What it is"), choices=Identity.Sort.choices)
    value = forms.CharField(label=gettext_lazy("Address, number or reference"), max_length=320)
    sure = forms.BooleanField(label=gettext_lazy("It is right as it is"), required=False)
    #: Set when the value is unusual and a colleague has not said yet that it is right.
    is_doubted = False


class VerificationForm(forms.Form):
    """How it was shown to be theirs. A code sent to it is proved by other pages, not by a colleague's word."""

    how = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[(Identity.Verified.BY_DOCUMENT.value, gettext_lazy("document seen")),
                 (Identity.Verified.BY_REPLY.value, gettext_lazy("answered from it"))],
    )

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

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        languages: Any = self.fields["language"]
        languages.choices = [("", "—"), *language_choices(organisation)]


class IdentityForm(forms.Form):
    sort = forms.ChoiceField(label=gettext_lazy("What it is"), choices=Identity.Sort.choices)
    value = forms.CharField(label=gettext_lazy("Address, number or reference"), max_length=320)


class VerificationForm(forms.Form):
    """How it was shown to be theirs. A code sent to it is proved by other pages, not by a colleague's word."""

    how = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[(Identity.Verified.BY_DOCUMENT.value, gettext_lazy("document seen")),
                 (Identity.Verified.BY_REPLY.value, gettext_lazy("answered from it"))],
    )

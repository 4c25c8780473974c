"""Withdrawal and guarantee: what the law lets us ask, and no more (Codice del consumo art. 54-bis)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.fields import choice
from sportello.records.customers.identities import normal
from sportello.service.backoffice.models import ShopRequest
from sportello.service.backoffice.shop.door import Who
from sportello.service.backoffice.shop.telling import Declared, refuse_impossible

#: The fields a draft keeps, as typed.
TYPED = ("contract", "goods", "is_service", "concluded_on", "delivered_on", "defect_on", "wish", "text", "name",
         "email", "language", "privacy")  # fmt: skip


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, help_text=help_text, widget=widget,
                           error_messages={"invalid": _("Write the day as day/month/year.")})


class ShopForm(forms.Form):
    contract = forms.CharField(
        label=_("Order or contract number"), max_length=100, help_text=_("It is in the confirmation we sent you."),
        error_messages={"required": _("Write the order or contract number.")},
    )
    goods = forms.CharField(label=_("What you bought"), max_length=500, required=False)
    is_service = forms.BooleanField(label=_("It is a service or digital content, not goods"), required=False)
    wish = forms.ChoiceField(
        label=_("What you ask for"), choices=ShopRequest.Wish.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you ask for.")},
    )
    concluded_on = _day(_("Day of the order"))
    delivered_on = _day(
        _("Day of delivery"), _("Of several goods, the day of the last one. If you do not know, leave it.")
    )
    defect_on = _day(_("When the defect showed"))
    text = forms.CharField(
        label=_("Anything else"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    name = forms.CharField(
        label=_("First and last name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name, so that we know how to address you.")},
    )
    email = forms.CharField(
        label=_("E-mail"), max_length=254, help_text=_("The confirmation with day and hour goes here at once."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={"required": _("Write your e-mail address: the confirmation goes there.")},
    )
    language = forms.ChoiceField(label=_("Language of our answers"))
    privacy = forms.BooleanField(
        label=_("I have read how my data are used"),
        error_messages={"required": _("Read how your data are used, then tick the box.")},
    )

    def __init__(self, organisation: Organisation, sort: str, spoken: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation, self.sort, self.spoken = organisation, sort, spoken
        gone = ("wish", "defect_on") if sort == ShopRequest.Sort.WITHDRAWAL else ("is_service",)
        for name in gone:
            del self.fields[name]
        tongues = organisation.languages or [spoken]
        field = choice(self, "language")
        field.choices = [(code, _name_of(code)) for code in tongues]
        field.initial = organisation.language_for(spoken)
        if len(tongues) == 1:
            field.widget = forms.HiddenInput()

    def clean_email(self) -> str:
        typed = str(self.cleaned_data.get("email", ""))
        if typed and not normal("email", typed):
            raise forms.ValidationError(_("This address is not complete. It looks like: name@example.it"))
        return typed

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        today = clock.local(self.organisation, clock.now(self.organisation)).date()
        if not self.errors:
            try:
                refuse_impossible(self.declared(), today)
            except Refusal as refusal:
                self.add_error(refusal.field or None, str(refusal.sentence))
        return data

    def declared(self) -> Declared:
        data = self.cleaned_data
        return Declared(
            contract=data["contract"], goods=data["goods"], concluded_on=data["concluded_on"],
            delivered_on=data["delivered_on"], defect_on=data.get("defect_on"), wish=data.get("wish", ""),
            is_service=bool(data.get("is_service")),
        )

    def who(self) -> Who:
        data = self.cleaned_data
        privacy = in_language(self.organisation.privacy_notice, self.spoken)
        return Who(data["name"], data["email"], data["language"], privacy=privacy)


def _name_of(code: str) -> str:
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code

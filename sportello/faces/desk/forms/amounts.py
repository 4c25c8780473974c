"""Fields the forms of complaints share: an amount as people write it, a day, a colleague who serves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sportello.foundation.core import money
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership

_SERVING = (Membership.Role.OPERATOR, Membership.Role.SUPERVISOR, Membership.Role.SPECIALIST)


class AmountField(forms.CharField):
    """Euros as typed → cents; empty → None."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 20)
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        typed = str(super().clean(value))
        if not typed:
            return None
        cents = money.cents(typed)
        if cents is None or cents > 100_000_000_00:
            raise forms.ValidationError(_("Write an amount in euros, such as 12,50."))
        return cents


def day_field(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=hint, widget=widget)


class ColleagueField(forms.ModelChoiceField):  # type: ignore[type-arg]  # the stubs cannot parametrise it at run time
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.user.name)


def colleagues(organisation: Organisation) -> QuerySet[Membership]:
    """Who serves there today."""
    rows = Membership.objects.filter(organisation=organisation, ended_at__isnull=True, role__in=_SERVING)
    return rows.select_related("user").order_by("user__name", "pk")


def colleague_field(organisation: Organisation, label: Any, *, hint: Any = "", required: bool = True) -> ColleagueField:
    return ColleagueField(queryset=colleagues(organisation), label=label, help_text=hint, required=required)


def words(label: Any, *, rows: int = 4, required: bool = True, hint: Any = "", most: int = 4000) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=required, help_text=hint, widget=forms.Textarea(attrs={"rows": rows})
    )

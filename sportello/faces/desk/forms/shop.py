"""The form of a withdrawal or guarantee request, filled by an operator with the customer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from sportello.service.backoffice.models import ShopRequest
from sportello.service.backoffice.shop.telling import Declared

from .amounts import day_field, words


class ShopRequestForm(forms.Form):
    contract = forms.CharField(label=gettext_lazy("Order or contract number"), max_length=100)
    goods = words(gettext_lazy("What was bought"), rows=2, required=False, most=500)
    is_service = forms.BooleanField(label=gettext_lazy("It is a service or digital content"), required=False)
    concluded_on = day_field(gettext_lazy("Day of the order or contract"), required=False)
    delivered_on = day_field(
        gettext_lazy("Day of delivery"), required=False, hint=gettext_lazy("Of several goods, of the last one.")
    )
    was_informed = forms.BooleanField(
        label=gettext_lazy("They were told of the right of withdrawal"), required=False,
        help_text=gettext_lazy("If not, it lasts twelve months longer."),
    )
    defect_on = day_field(gettext_lazy("When the defect showed"), required=False)
    wish = forms.ChoiceField(
        label=gettext_lazy("What is asked"), choices=ShopRequest.Wish.choices, widget=forms.RadioSelect
    )

    def __init__(self, sort: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        gone = ("defect_on", "wish") if sort == ShopRequest.Sort.WITHDRAWAL else ("is_service", "was_informed")
        for name in gone:
            del self.fields[name]

    def declared(self) -> Declared:
        data = self.cleaned_data
        return Declared(
            contract=data["contract"], goods=data["goods"], concluded_on=data["concluded_on"],
            delivered_on=data["delivered_on"], defect_on=data.get("defect_on"), wish=data.get("wish", ""),
            is_service=bool(data.get("is_service")), was_informed=data.get("was_informed", True),
        )


class GoodsBackForm(forms.Form):
    returned_on = day_field(
        gettext_lazy("Goods back, or dispatch proved, on"),
        hint=gettext_lazy("From then on the refund waits no longer."),
    )

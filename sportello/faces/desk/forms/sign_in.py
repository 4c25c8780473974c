"""The service whose accounts people sign in with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from sportello.records.accounts.actions.outside import Wanted
from sportello.records.accounts.models import OutsideProvider


class SignInForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=40,
        help_text=gettext_lazy("As people know it; the button says “Sign in with …”."),
    )  # fmt: skip
    server_url = forms.CharField(
        label=gettext_lazy("Issuer"), max_length=300, widget=forms.URLInput(attrs={"spellcheck": "false"}),
        help_text=gettext_lazy("The address the service gives as its issuer, without “/.well-known”."),
    )  # fmt: skip
    client_id = forms.CharField(
        label=gettext_lazy("Client id"), max_length=190,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )  # fmt: skip
    secret = forms.CharField(
        label=gettext_lazy("Client secret"), max_length=500, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Kept sealed and never shown. Empty: the one that is kept stays."),
    )  # fmt: skip
    domains = forms.CharField(
        label=gettext_lazy("Domains"), max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy("One a line. Only accounts with addresses of these domains are opened, of people who "
                               "work in this organisation and in no other here."),
    )  # fmt: skip
    trusts_addresses = forms.BooleanField(
        label=gettext_lazy("Believe its addresses although it never says they are verified"), required=False,
        help_text=gettext_lazy("Only where your organisation gives the addresses out itself and people cannot change "
                               "them there: else anybody could come in as somebody else."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, provider: OutsideProvider | None) -> None:
        initial = {} if provider is None else {
            "name": provider.name, "server_url": provider.server_url, "client_id": provider.client_id,
            "domains": "\n".join(provider.domains), "trusts_addresses": provider.trusts_addresses,
        }  # fmt: skip
        super().__init__(data, initial=initial)

    def wanted(self) -> Wanted:
        data = self.cleaned_data
        return Wanted(data["name"], data["server_url"], data["client_id"], data["secret"],
                      data["domains"].replace(",", "\n").split(), data["trusts_addresses"])  # fmt: skip

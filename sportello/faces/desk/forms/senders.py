"""Blocking a sender, and letting a program speak for people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from sportello.foundation.tenancy.models import Organisation
from sportello.service.channels.models import FormSender, Mailbox

_HINT = gettext_lazy("An address (name@example.org) or a domain (example.org, with all that is under it).")


class BlockForm(forms.Form):
    sender = forms.CharField(label=gettext_lazy("Sender"), max_length=320, help_text=_HINT)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)
    days = forms.TypedChoiceField(
        label=gettext_lazy("For how long"), coerce=int,
        choices=[("1", gettext_lazy("One day")), ("7", gettext_lazy("One week")), ("30", gettext_lazy("One month")),
                 ("0", gettext_lazy("Until somebody unblocks it"))],
    )


class FormSenderForm(forms.Form):
    sender = forms.CharField(label=gettext_lazy("The form writes as"), max_length=320, help_text=_HINT)
    mailbox = forms.ModelChoiceField(label=gettext_lazy("To"), queryset=Mailbox.objects.none(), required=False,
                                     empty_label=gettext_lazy("any mailbox"))
    customer_in = forms.ChoiceField(label=gettext_lazy("The customer is named"), choices=FormSender.CustomerIn.choices)
    address_label = forms.CharField(
        label=gettext_lazy("Word before the address"), max_length=60, required=False,
        help_text=gettext_lazy("Only where the form does not write “E-mail:”."),
    )
    name_label = forms.CharField(
        label=gettext_lazy("Word before the name"), max_length=60, required=False,
        help_text=gettext_lazy("Only where the form does not write “Nome:” or “Name:”."),
    )

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        mailbox: Any = self.fields["mailbox"]
        in_use = Mailbox.objects.filter(organisation=organisation, retired_at__isnull=True)
        mailbox.queryset = in_use.order_by("address")
        mailbox.label_from_instance = lambda one: one.address

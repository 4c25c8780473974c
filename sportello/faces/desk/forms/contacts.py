"""Recording a contact: one form for the counter, the phone and a letter brought in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from sportello.foundation.tenancy.models import Organisation
from sportello.records.customers.identities import normal
from sportello.records.procedures.models import Kind
from sportello.records.tickets.models import Contact

from ..sentences import language_now

#: What a contact may come to without a ticket, in the words of the screen.
WITHOUT_TICKET = (Contact.Outcome.ANSWERED, Contact.Outcome.SENT_ON, Contact.Outcome.LEFT)
#: The next step that opens a ticket; an existing one is named by its number.
NEW_TICKET = "new"
NEW_CUSTOMER = "new"
ACTS_OTHER = "other"


def identity_in(typed: str) -> tuple[str, str] | None:
    """What somebody typed, as (sort, value) of an identity: an address, a tax code, a phone; None for a name."""
    for sort in ("email", "tax_code", "phone"):
        if normal(sort, typed):
            return sort, typed
    return None


class ContactForm(forms.Form):
    """`customer` is an id, `new` or empty (nobody); `next` an outcome without ticket, `new`, or a ticket's number."""

    opened = forms.CharField(widget=forms.HiddenInput, required=False)
    contact = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=Contact.Channel.choices,
                                widget=forms.RadioSelect)
    who = forms.CharField(
        label=gettext_lazy("Who"), required=False, max_length=200,
        help_text=gettext_lazy("Name, phone, e-mail, tax code, reference or ticket number."),
    )
    customer = forms.CharField(required=False, max_length=20)
    reach = forms.CharField(
        label=gettext_lazy("E-mail or phone"), required=False, max_length=254,
        help_text=gettext_lazy("Where news of the request should go. An e-mail address also gets the receipt."),
    )
    identified = forms.ChoiceField(label=gettext_lazy("How identified"), required=False,
                                   choices=Contact.Identified.choices)
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    kind = forms.ModelChoiceField(label=gettext_lazy("Kind of request"), queryset=Kind.objects.none(), empty_label=None)
    subject = forms.CharField(label=gettext_lazy("Subject"), required=False, max_length=200)
    summary = forms.CharField(
        label=gettext_lazy("What they said"), required=False, max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Kept on the ticket, for colleagues. Without a ticket it is not kept."),
    )
    next = forms.CharField(required=False, max_length=20)
    #: Who is here: empty the customer, `other` somebody acting for them, else the id of a known delegation.
    acts = forms.CharField(required=False, max_length=20)
    acts_name = forms.CharField(label=gettext_lazy("Who is here for them"), required=False, max_length=200)
    acts_proof = forms.CharField(label=gettext_lazy("Proof shown"), required=False, max_length=200)

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organisation = organisation
        kinds: Any = self.fields["kind"]
        kinds.queryset = Kind.objects.filter(organisation=organisation, retired_at__isnull=True)
        spoken = language_now()
        kinds.label_from_instance = lambda kind: kind.name_in(spoken)
        languages: Any = self.fields["language"]
        languages.choices = language_choices(organisation)

    def clean_reach(self) -> str:
        typed: str = self.cleaned_data["reach"].strip()
        if typed and not (normal("email", typed) or normal("phone", typed)):
            raise forms.ValidationError(_("Write a complete e-mail address or phone number, or leave it empty."))
        return typed

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["next"] = data.get("next") or Contact.Outcome.ANSWERED
        if data.get("acts") == ACTS_OTHER and not (data.get("acts_name") or "").strip():
            self.add_error("acts_name", _("Write the name of who is here for the customer."))
        if data["next"] in WITHOUT_TICKET:
            return data
        if not (data.get("summary") or "").strip():
            self.add_error("summary", _("Write what was said, in a few words."))
        if data["next"] == NEW_TICKET and not (data.get("subject") or "").strip():
            self.add_error("subject", _("A ticket needs a subject: a few words that tell it from others."))
        return data


def language_choices(organisation: Organisation) -> list[tuple[str, str]]:
    """The organisation's languages first, then the others people come with."""
    own = [str(code) for code in organisation.languages] or [organisation.first_language]
    others = [code for code in (*dict(settings.LANGUAGES), "ro", "uk", "sq", "ar", "fr", "es", "de", "zh-hans")
              if code not in own]
    return [(code, _language(code)) for code in [*own, *dict.fromkeys(others)]]


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"]).capitalize()
    except KeyError:
        return code

"""The editor of forms (modulistica): what a form is called, a field, a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import Organisation
from sportello.records.customers.identities import normal
from sportello.records.procedures.queries import kinds
from sportello.records.tickets.models import Contact
from sportello.service.backoffice.forms import editing, files
from sportello.service.backoffice.forms.definition import Definition, Field

from ..sentences import language_now

TYPE_WORDS: dict[str, Any] = {
    "text": pgettext_lazy("field", "Short text"), "long_text": pgettext_lazy("field", "Long text"),
    "date": pgettext_lazy("field", "Date"), "number": pgettext_lazy("field", "Whole number"),
    "amount": pgettext_lazy("field", "Amount in euro"), "choice": pgettext_lazy("field", "One choice"),
    "several": pgettext_lazy("field", "Several choices"), "yes_no": pgettext_lazy("field", "Yes or no"),
    "tax_code": pgettext_lazy("field", "Tax code"), "vat": pgettext_lazy("field", "VAT number"),
    "iban": pgettext_lazy("field", "IBAN"), "phone": pgettext_lazy("field", "Phone"),
    "email": pgettext_lazy("field", "E-mail"), "address": pgettext_lazy("field", "Postal address"),
    "file": pgettext_lazy("field", "File"), "declaration": pgettext_lazy("field", "Declaration to accept"),
}


class HeadForm(forms.Form):
    """Names, introduction and kind; `code` only for a new one."""

    code = forms.SlugField(label=gettext_lazy("Short name"), max_length=40, required=False,
                           help_text=gettext_lazy("Small letters and hyphens; it stays as it is."))
    name_it = forms.CharField(label=gettext_lazy("Name in Italian"), max_length=200)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=200, required=False)
    intro_it = forms.CharField(label=gettext_lazy("Introduction in Italian"), max_length=2_000, required=False,
                               widget=forms.Textarea(attrs={"rows": 3}))
    intro_en = forms.CharField(label=gettext_lazy("Introduction in English"), max_length=2_000, required=False,
                               widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(label=gettext_lazy("Kind of request it opens"), required=False,
                             help_text=gettext_lazy("Without one it is filled in on a ticket only."))

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        spoken = language_now()
        field: Any = self.fields["kind"]
        field.choices = [("", "–"), *((one.slug, one.name_in(spoken)) for one in kinds(organisation))]

    @staticmethod
    def of(definition: Definition) -> dict[str, Any]:
        return {"code": definition.code, "kind": definition.kind,
                **{f"name_{one}": definition.names.get(one, "") for one in ("it", "en")},
                **{f"intro_{one}": definition.intro.get(one, "") for one in ("it", "en")}}

    def texts(self, name: str) -> dict[str, str]:
        data = self.cleaned_data
        return {one: data[f"{name}_{one}"] for one in ("it", "en") if data[f"{name}_{one}"]}


class FieldForm(forms.Form):
    type = forms.ChoiceField(label=gettext_lazy("What is asked"), choices=list(TYPE_WORDS.items()))
    page = forms.TypedChoiceField(label=gettext_lazy("On page"), coerce=int)
    label_it = forms.CharField(label=gettext_lazy("Question in Italian"), max_length=1_000,
                               widget=forms.Textarea(attrs={"rows": 2}))
    label_en = forms.CharField(label=gettext_lazy("Question in English"), max_length=1_000, required=False,
                               widget=forms.Textarea(attrs={"rows": 2}))
    help_it = forms.CharField(label=gettext_lazy("Help in Italian"), max_length=1_000, required=False)
    help_en = forms.CharField(label=gettext_lazy("Help in English"), max_length=1_000, required=False)
    required = forms.BooleanField(label=gettext_lazy("An answer is needed"), required=False, initial=True)
    choices = forms.CharField(
        label=gettext_lazy("Choices"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("For one or several choices: one a line, Italian | English."))
    at_least = forms.CharField(label=gettext_lazy("At least"), required=False, max_length=20,
                               help_text=gettext_lazy("A number; for a date a day, today or today-90."))
    at_most = forms.CharField(label=gettext_lazy("At most"), required=False, max_length=20)
    longest = forms.IntegerField(label=gettext_lazy("Longest, in signs"), required=False, min_value=1)
    when_field = forms.ChoiceField(label=gettext_lazy("Ask it only when"), required=False,
                                   help_text=gettext_lazy("A choice or a yes or no of an earlier page."))
    when_is = forms.CharField(label=gettext_lazy("is one of"), required=False, max_length=500,
                              help_text=gettext_lazy("Codes of its answers, parted by commas; for yes or no: yes, no."))

    def __init__(self, definition: Definition, page: int, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        spoken = language_now()
        pages: Any = self.fields["page"]
        pages.choices = [(number, f"{number}. {in_language(one.titles, spoken)}".strip())
                         for number, one in enumerate(definition.pages, 1)]
        telling: Any = self.fields["when_field"]
        telling.choices = [("", gettext_lazy("always"))] + [
            (one.code, f"{one.label_in(spoken)} ({', '.join(c.code for c in one.choices) or 'yes, no'})")
            for one in editing.telling(definition, max(page, len(definition.pages)))]

    @staticmethod
    def of(field: Field, page: int) -> dict[str, Any]:
        return {
            "type": field.type, "page": page, "required": field.required, "choices": editing.choices_text(field),
            "at_least": field.at_least, "at_most": field.at_most, "longest": field.longest or None,
            "when_field": field.when.field if field.when else "",
            "when_is": ", ".join(field.when.values) if field.when else "",
            **{f"label_{one}": field.labels.get(one, "") for one in ("it", "en")},
            **{f"help_{one}": field.help.get(one, "") for one in ("it", "en")},
        }  # fmt: skip


class FormFileForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File"), help_text=gettext_lazy("YAML, as exported here."))

    def clean_file(self) -> list[Definition]:
        try:
            return files.read_file(self.cleaned_data["file"].read(files.MOST_BYTES + 1))
        except Refusal as fault:
            raise forms.ValidationError(str(fault.sentence).split("\n")) from None


class WhoForm(forms.Form):
    """For whom a colleague fills a form in, where there is no ticket."""

    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=Contact.Channel.choices,
                                widget=forms.RadioSelect, initial="counter")
    name = forms.CharField(label=gettext_lazy("First and last name"), max_length=200)
    reach = forms.CharField(label=gettext_lazy("E-mail or phone"), max_length=254, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"))

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        from .contacts import language_choices

        field: Any = self.fields["language"]
        field.choices = language_choices(organisation)

    def clean_reach(self) -> str:
        typed = str(self.cleaned_data["reach"]).strip()
        if typed and not (normal("email", typed) or normal("phone", typed)):
            raise forms.ValidationError(_("Write a complete e-mail address or phone number, or leave it empty."))
        return typed

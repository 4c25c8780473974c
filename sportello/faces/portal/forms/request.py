"""The request form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.fields import choice
from sportello.records.customers.identities import normal
from sportello.records.knowledge.models import ServiceSheet
from sportello.records.procedures.models import Kind
from sportello.records.procedures.queries import kinds_for_portal
from sportello.service.backoffice.forms.publishing import of_portal
from sportello.service.backoffice.models import FormVersion
from sportello.service.backoffice.shop.telling import sort_of
from sportello.service.channels.webform.receive import FormRequest

from ..sheets import sheets_of
from .parts import files_field, words_field

#: The fields a draft keeps, as typed.
TYPED = ("kind", "sheet", "subject", "text", "name", "email", "phone", "language", "privacy")

#: From top to bottom; errors of the whole form come before.
_ORDER = ("kind", "sheet", "subject", "text", "files", "name", "email", "phone", "language", "privacy")


class RequestForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What is it about?"), widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is about."), "invalid_choice": _("Choose one of these.")},
    )
    sheet = forms.ChoiceField(
        label=_("Service"), required=False, help_text=_("If you know which one. Otherwise we find it for you."),
        error_messages={"invalid_choice": _("Choose one of the services, or none.")},
    )
    subject = forms.CharField(
        label=_("Subject"), max_length=200,
        help_text=_("In a few words, for example: street lamp off in via Garibaldi."),
        error_messages={
            "required": _("Write the subject in a few words."),
            "max_length": _("The subject is longer than %(limit_value)d characters. Shorten it: the rest goes below."),
        },
    )
    text = words_field(
        _("Your message"), _("Say what happened or what you need: where, when, and what would help."),
        _("Write what happened or what you need."),
    )
    name = forms.CharField(
        label=_("First and last name"), max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name, so that we know how to address you.")},
    )
    email = forms.CharField(
        label=_("E-mail"), required=False, max_length=254, help_text=_("The receipt and the answers go here."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    phone = forms.CharField(
        label=_("Phone"), required=False, max_length=40, help_text=_("With the prefix if it is not Italian."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    language = forms.ChoiceField(label=_("Language of our answers"))
    privacy = forms.BooleanField(
        label=_("I have read how my data are used"),
        error_messages={"required": _("Read how your data are used, then tick the box.")},
    )
    #: For programs only: people do not see it.
    website = forms.CharField(required=False, label=_("Leave this field empty"), max_length=500)

    def __init__(self, organisation: Organisation, spoken: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"] = files_field()
        self.organisation, self.spoken = organisation, spoken
        offered = kinds_for_portal(organisation)
        # a withdrawal and a guarantee have forms of their own, which ask what their dates need
        plain = [kind for kind in offered if not sort_of(kind)] or offered
        self.kinds = {kind.slug: kind for kind in plain}
        self.shop_sorts = sorted({sort_of(kind) for kind in offered if kind not in plain})
        self.sheets = {sheet.slug: sheet for sheet in sheets_of(organisation)}
        #: Kinds with a form of their own: its questions come on the next pages.
        self.with_form = {form.kind.slug: version for form, version in of_portal(organisation) if form.kind}
        self._choose()
        if self.version() is not None:
            self.fields["subject"].required = self.fields["text"].required = False
            self.fields["subject"].help_text = _("If you wish: the questions of the form come on the next page.")
            self.fields["text"].help_text = _("If you wish: what the form does not ask.")

    def _choose(self) -> None:
        kind, sheet, language = (choice(self, name) for name in ("kind", "sheet", "language"))
        kind.choices = [(slug, _with_hint(one, self.spoken)) for slug, one in self.kinds.items()]
        names = [(slug, one.name_in(self.spoken)) for slug, one in self.sheets.items()]
        sheet.choices = [("", _("I do not know, or none of these")), *names]
        if not names:
            del self.fields["sheet"]
        tongues = self.organisation.languages or [self.spoken]
        language.choices = [(code, _name_of(code)) for code in tongues]
        language.initial = self.organisation.language_for(self.spoken)
        if len(tongues) == 1:
            language.widget = forms.HiddenInput()

    def clean_email(self) -> str:
        typed = str(self.cleaned_data.get("email", ""))
        if typed and not normal("email", typed):
            raise forms.ValidationError(_("This address is not complete. It looks like: name@example.it"))
        return typed

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data.get("phone", ""))
        if typed and not normal("phone", typed):
            raise forms.ValidationError(_("This phone number is not complete. Write it again, with its prefix."))
        return typed

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("email") and not data.get("phone") and not {"email", "phone"} & set(self.errors):
            self.add_error("email", _("Write an e-mail address or a phone number, so that we can answer you."))
        if data.get("website"):
            self.add_error(None, _("A hidden field was filled in, perhaps by your browser. We emptied it: press the "
                                   "button again. Nothing you wrote is lost."))
        return data

    def full_clean(self) -> None:
        """The summary of errors in the order of the page, whatever found them first."""
        super().full_clean()
        errors = self.errors
        if errors:
            ordered = sorted(errors.items(), key=lambda item: _ORDER.index(item[0]) if item[0] in _ORDER else -1)
            errors.clear()
            errors.update(ordered)

    def request(self) -> FormRequest:
        """What was asked; only after `is_valid()`."""
        data = self.cleaned_data
        return FormRequest(
            kind=self.kinds[data["kind"]], sheet=self.sheets.get(data.get("sheet", "")), subject=data["subject"],
            text=data["text"], name=data["name"], email=data["email"], phone=data["phone"], language=data["language"],
            privacy=in_language(self.organisation.privacy_notice, self.spoken),
        )

    def chosen_kind(self) -> Kind | None:
        return self.kinds.get(str(self["kind"].value() or ""))

    def version(self) -> FormVersion | None:
        """The form of the chosen kind; None where the kind asks nothing of its own."""
        return self.with_form.get(str(self["kind"].value() or ""))

    def chosen_sheet(self) -> ServiceSheet | None:
        return self.sheets.get(str(self["sheet"].value() or "")) if "sheet" in self.fields else None


def _with_hint(kind: Kind, spoken: str) -> SafeString:
    hint = kind.hint_in(spoken)
    name = format_html('<span class="kind-name">{}</span>', kind.name_in(spoken))
    return format_html('{} <span class="kind-hint">{}</span>', name, hint) if hint else name


def _name_of(code: str) -> str:
    """A language in its own words."""
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code

"""A page of a form as a Django form, on the portal and on the desk alike: the fields, and what is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sportello.foundation.core.text import in_language
from sportello.records.customers import check_words, checks

from .definition import Field

#: Before the field's code, in every form: no answer can be taken for a field of the page itself.
PREFIX: Final = "q"
#: Types whose value `records/customers/checks.py` looks at, by its own name for them.
CHECKED: Final = {"tax_code": "tax_code", "vat": "vat", "iban": "iban", "phone": "phone", "email": "email",
                  "address": "address"}  # fmt: skip
_AUTOCOMPLETE: Final = {"phone": "tel", "email": "email", "address": "street-address"}
_MOST: Final = {"text": 300, "long_text": 5_000}
_REQUIRED: Final = gettext_lazy("This is needed: answer it.")


def key(code: str) -> str:
    """The name of a field's answer in what is posted and in a draft."""
    return f"{PREFIX}-{code}"


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"data-max": settings.ATTACHMENT_BYTES})


class PageForm(forms.Form):
    """`fields` of one page, those whose condition holds. `files`: field code → names of files already kept."""

    def __init__(self, fields: Sequence[Field], language: str, today: date, data: Any = None, *,
                 files: Mapping[str, Sequence[str]] | None = None, **options: Any) -> None:  # fmt: skip
        super().__init__(data, prefix=PREFIX, **options)
        self.asked, self.language, self.today = {one.code: one for one in fields}, language, today
        self.kept = files or {}
        for field in fields:
            self.fields[field.code] = _made(field, language)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for code, field in self.asked.items():
            if code in self.errors:
                continue
            try:
                data[code] = self._looked_at(field, data.get(code))
            except forms.ValidationError as error:
                self.add_error(code, error)
        return data

    def full_clean(self) -> None:
        """The summary of errors in the order of the page, whatever found them first."""
        super().full_clean()
        order = [*self.asked]
        found = sorted(self.errors.items(), key=lambda one: order.index(one[0]) if one[0] in order else -1)
        self.errors.clear()
        self.errors.update(found)

    def _looked_at(self, field: Field, value: Any) -> Any:
        """The answer as it is kept; None: not answered. ValidationError with a sentence of what to do."""
        if field.type == "file":
            if field.required and not self.kept.get(field.code):
                raise forms.ValidationError(_("Choose the file that is asked for."))
            return None
        if field.type in CHECKED:
            return _checked(CHECKED[field.type], value) if value else None
        looks: dict[str, Callable[[Field, Any], str]] = {"date": self._day, "number": _whole, "amount": _amount}
        if field.type in looks:
            return looks[field.type](field, value) if value else None
        if field.type == "declaration":
            return True if value else None
        return value or None

    def _day(self, field: Field, value: date) -> str:
        lowest, highest = limit_day(field.at_least, self.today), limit_day(field.at_most, self.today)
        if lowest and value < lowest:
            raise forms.ValidationError(_("The earliest day is %(day)s.") % {"day": _said(lowest)})
        if highest and value > highest:
            raise forms.ValidationError(_("The latest day is %(day)s.") % {"day": _said(highest)})
        return value.isoformat()


def _said(day: date) -> str:
    return str(formats.date_format(day, "SHORT_DATE_FORMAT"))


def limit_day(limit: str, today: date) -> date | None:
    """`2026-01-31`, `today`, `today-90` as a day; None for none."""
    if not limit:
        return None
    if limit.startswith("today"):
        return today + timedelta(days=int(limit[5:] or 0))
    try:
        return date.fromisoformat(limit)
    except ValueError:
        return None


def _checked(sort: str, value: str) -> str:
    found = checks.check(sort, value)
    if found.is_refused:
        raise forms.ValidationError(check_words.refusal(found))
    return found.shown


def _whole(field: Field, value: str) -> str:
    bare = value.replace(" ", "").replace(".", "").replace("'", "")
    if not bare.removeprefix("-").isdecimal() or len(bare) > 13:
        raise forms.ValidationError(_("Write a whole number, in figures."))
    _within(field, Decimal(bare))
    return str(int(bare))


def _amount(field: Field, value: str) -> str:
    """Euro, with the comma or the point of whoever wrote it: `1.234,50`, `1234.5`."""
    bare = value.replace("€", "").replace(" ", "").replace(" ", "")
    if "," in bare:
        bare = bare.replace(".", "").replace(",", ".")
    elif bare.count(".") > 1 or (bare.count(".") == 1 and len(bare.rpartition(".")[2]) == 3):
        bare = bare.replace(".", "")
    try:
        amount = Decimal(bare)
    except InvalidOperation:
        raise forms.ValidationError(_("Write the amount in figures, for example 25,50.")) from None
    if not amount.is_finite() or abs(amount) >= 10**10 or amount != round(amount, 2):
        raise forms.ValidationError(_("Write the amount in figures, for example 25,50."))
    _within(field, amount)
    return f"{amount:.2f}"


def _within(field: Field, value: Decimal) -> None:
    if field.at_least and value < Decimal(field.at_least):
        raise forms.ValidationError(_("The least is %(limit)s.") % {"limit": field.at_least})
    if field.at_most and value > Decimal(field.at_most):
        raise forms.ValidationError(_("The most is %(limit)s.") % {"limit": field.at_most})


def files_help() -> str:
    most = settings.ATTACHMENTS_AT_ONCE
    return ngettext("One file, up to %(size)d MB.", "Up to %(most)d files, %(size)d MB each.", most) % {
        "most": most, "size": settings.ATTACHMENT_BYTES // 1024 // 1024}  # fmt: skip


def _made(field: Field, language: str) -> forms.Field:
    common: dict[str, Any] = {
        "label": field.label_in(language), "help_text": in_language(field.help, language),
        "required": field.required, "error_messages": {"required": _REQUIRED},
    }  # fmt: skip
    if field.type == "file":
        common["help_text"] = " ".join(filter(None, (common["help_text"], files_help())))
        return forms.Field(**(common | {"required": False}), widget=ManyFiles)
    if field.type in ("choice", "several", "yes_no"):
        return _choosing(field, language, common)
    if field.type == "date":
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        wrong = {"required": _REQUIRED, "invalid": _("Write the day, for example 2026-01-31.")}
        return forms.DateField(**(common | {"error_messages": wrong}), widget=widget)
    if field.type == "declaration":
        wrong = {"required": _("Read it, then tick the box.")}
        return forms.BooleanField(**(common | {"error_messages": wrong}))
    return _written(field, common)


def _choosing(field: Field, language: str, common: dict[str, Any]) -> forms.Field:
    if field.type == "yes_no":
        choices = [("yes", _("Yes")), ("no", _("No"))]
    else:
        choices = [(one.code, in_language(one.names, language)) for one in field.choices]
    wrong = common | {"error_messages": {"required": _("Choose one."), "invalid_choice": _("Choose one of these.")}}
    if field.type == "several":
        wrong["error_messages"]["required"] = _("Choose at least one.")
        return forms.MultipleChoiceField(**wrong, choices=choices, widget=forms.CheckboxSelectMultiple)
    if field.type == "choice" and len(choices) > 7:
        return forms.ChoiceField(**wrong, choices=[("", ""), *choices])
    if not field.required:
        choices = [("", _("I do not say")), *choices]
    return forms.ChoiceField(**wrong, choices=choices, widget=forms.RadioSelect)


def _written(field: Field, common: dict[str, Any]) -> forms.Field:
    longest = field.longest or _MOST.get(field.type, 200)
    wrong = {
        "required": _REQUIRED, "max_length": _("This text is longer than %(limit_value)d characters. Shorten it."),
    }  # fmt: skip
    attrs: dict[str, str] = {}
    if field.type in ("number", "amount"):
        attrs["inputmode"] = "decimal" if field.type == "amount" else "numeric"
        common["help_text"] = common["help_text"] or (_("In euro.") if field.type == "amount" else "")
    elif field.type in ("tax_code", "vat", "iban"):
        attrs |= {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
    elif field.type in _AUTOCOMPLETE:
        attrs["autocomplete"] = _AUTOCOMPLETE[field.type]
    if field.type in ("phone", "email"):
        attrs["type"] = "tel" if field.type == "phone" else "email"
    widget = forms.Textarea(attrs={"rows": "5"}) if field.type == "long_text" else forms.TextInput(attrs=attrs)
    return forms.CharField(**(common | {"error_messages": wrong}), max_length=longest, widget=widget)

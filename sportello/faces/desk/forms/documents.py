"""Forms of letters, their templates and the organisation's paper."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from sportello.foundation.tenancy.models import Organisation
from sportello.service.backoffice.documents.issuing import LONGEST
from sportello.service.backoffice.models import DocumentSort, Letterhead, LetterTemplate


class LetterForm(forms.Form):
    edits = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    title = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    recipient = forms.CharField(
        label=gettext_lazy("To"), required=False, max_length=1_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Name and address, a line each, as on the envelope."),
    )
    text = forms.CharField(label=gettext_lazy("Text"), max_length=LONGEST, widget=forms.Textarea)
    registered = forms.BooleanField(label=gettext_lazy("Register it in the protocol"), required=False)


class ReasonForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("What was wrong?"), max_length=300, required=False)


def languages_of(organisation: Organisation) -> list[str]:
    return [str(one) for one in organisation.languages] or [organisation.first_language]


class TemplateForm(forms.Form):
    """One title and text for each language of the organisation: `title_it`, `body_it`."""

    code = forms.SlugField(label=gettext_lazy("Short name"), max_length=40,
                           help_text=gettext_lazy("Small letters and hyphens; it stays as it is."))
    sort = forms.ChoiceField(label=gettext_lazy("What it is"),
                             choices=[one for one in DocumentSort.choices if one[0] != DocumentSort.FORM])
    with_facts = forms.BooleanField(
        label=gettext_lazy("A table with number, dates and office above the text"), required=False)

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tongues = languages_of(organisation)
        for one in self.tongues:
            self.fields[f"title_{one}"] = forms.CharField(
                label=gettext_lazy("Title"), max_length=200, required=False)
            self.fields[f"body_{one}"] = forms.CharField(
                label=gettext_lazy("Text"), max_length=20_000, required=False,
                widget=forms.Textarea(attrs={"rows": 12}))

    @staticmethod
    def of(row: LetterTemplate) -> dict[str, Any]:
        words = {f"{name}_{language}": text.get(name, "")
                 for language, text in row.texts.items() for name in ("title", "body")}
        return {"code": row.code, "sort": row.sort, "with_facts": row.with_facts, **words}

    def texts(self) -> dict[str, dict[str, str]]:
        data = self.cleaned_data
        return {one: {"title": data[f"title_{one}"], "body": data[f"body_{one}"]} for one in self.tongues}

    def pairs(self) -> list[tuple[str, Any, Any]]:
        return [(one, self[f"title_{one}"], self[f"body_{one}"]) for one in self.tongues]


class PaperForm(forms.Form):
    logo = forms.FileField(label=gettext_lazy("Logo"), required=False,
                           help_text=gettext_lazy("PNG or JPEG, at most 500 kB. Without one, the organisation's logo "
                                                  "stands above every letter."))
    drop_logo = forms.BooleanField(label=gettext_lazy("Take the logo away"), required=False)
    place = forms.CharField(label=gettext_lazy("Place before the date"), max_length=100, required=False)

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tongues = languages_of(organisation)
        for one in self.tongues:
            self.fields[f"head_{one}"] = forms.CharField(
                label=gettext_lazy("Under the name"), max_length=600, required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=gettext_lazy("Office, address, phone: at most four lines."))
            self.fields[f"foot_{one}"] = forms.CharField(
                label=gettext_lazy("At the foot of each page"), max_length=200, required=False)

    @staticmethod
    def of(row: Letterhead | None) -> dict[str, Any]:
        if row is None:
            return {}
        return {"place": row.place, **{f"head_{one}": text for one, text in row.head_lines.items()},
                **{f"foot_{one}": text for one, text in row.foot_line.items()}}

    def lines(self, name: str) -> dict[str, str]:
        return {one: self.cleaned_data[f"{name}_{one}"] for one in self.tongues}

    def pairs(self) -> list[tuple[str, Any, Any]]:
        return [(one, self[f"head_{one}"], self[f"foot_{one}"]) for one in self.tongues]

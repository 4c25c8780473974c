"""Forms of the archive: search, classes, holds, disposal, packages, dossier."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import Organisation
from sportello.records.procedures.models import Kind
from sportello.service.backoffice.archive.plan import MOST_YEARS, Wanted
from sportello.service.backoffice.models import FileClass, LegalHold

from ..archive_page import class_choices
from ..sentences import language_now


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SearchForm(forms.Form):
    words = forms.CharField(label=gettext_lazy("Words"), max_length=200, required=False)
    customer = forms.CharField(label=gettext_lazy("Customer"), max_length=200, required=False)
    code = forms.ChoiceField(label=gettext_lazy("Class"), required=False)
    kind = forms.TypedChoiceField(label=gettext_lazy("Kind"), coerce=int, empty_value=None, required=False)
    since = forms.DateField(label=gettext_lazy("Closed from"), widget=_day(), required=False)
    until = forms.DateField(label=gettext_lazy("until"), widget=_day(), required=False)
    gone = forms.BooleanField(label=gettext_lazy("Those disposed of"), required=False)

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        code: Any = self.fields["code"]
        kind: Any = self.fields["kind"]
        code.choices = [("", _("every class")), *class_choices(organisation, whole=True)]
        kinds = Kind.objects.filter(organisation=organisation)
        named = sorted((in_language(one.names, language_now()), one.pk) for one in kinds)
        kind.choices = [("", _("every kind")), *((pk, name) for name, pk in named)]


class ClassForm(forms.Form):
    """One class; the code of one that is there stays."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=20,
                           help_text=gettext_lazy("Where it stands in the plan: 2.4 comes below 2."))
    title_it = forms.CharField(label=gettext_lazy("Title in Italian"), max_length=200)
    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=200, required=False)
    years = forms.IntegerField(label=gettext_lazy("Kept for, in years"), min_value=1, max_value=MOST_YEARS,
                               required=False, help_text=gettext_lazy("Empty: for ever."))
    families = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of request that fall here"), choices=Kind.Family.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Where a kind has no class of its own."),
    )
    source = forms.CharField(label=gettext_lazy("Where the figure comes from"), max_length=300,
                             help_text=gettext_lazy("The retention plan, the act or your own decision, with its date."))

    def __init__(self, *args: Any, row: FileClass | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if row is not None:
            del self.fields["code"]

    @staticmethod
    def of(row: FileClass) -> dict[str, Any]:
        return {"title_it": row.titles.get("it", ""), "title_en": row.titles.get("en", ""), "years": row.years,
                "families": row.families, "source": row.source}

    def wanted(self, code: str = "") -> Wanted:
        data = self.cleaned_data
        titles = {"it": data["title_it"], **({"en": data["title_en"]} if data["title_en"] else {})}
        return Wanted(code or data["code"].strip(), titles, data["years"], data["source"], tuple(data["families"]))


class PlanFileForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File of the plan (YAML)"))

    def clean_file(self) -> str:
        uploaded = self.cleaned_data["file"]
        if uploaded.size > 500_000:
            raise forms.ValidationError(_("The file is too long."))
        try:
            text: str = uploaded.read().decode("utf-8")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not text in UTF-8.")) from None
        return text


class HoldForm(forms.Form):
    """A hold on the ticket one looks at."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300,
                             help_text=gettext_lazy("The claim, the inspection, the order, with its number and date."))
    until = forms.DateField(label=gettext_lazy("Last day"), widget=_day(), required=False,
                            help_text=gettext_lazy("Empty: until somebody lifts it."))


class AnyHoldForm(HoldForm):
    """A hold on something that is named."""

    scope = forms.ChoiceField(label=gettext_lazy("What is held"), choices=LegalHold.Scope.choices)
    what = forms.CharField(
        label=gettext_lazy("Which"), max_length=200, required=False,
        help_text=gettext_lazy("The number of the ticket; the customer's e-mail, phone or tax code."),
    )
    code = forms.ChoiceField(label=gettext_lazy("Class"), required=False)
    field_order = ("scope", "what", "code", "reason", "until")

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        code: Any = self.fields["code"]
        code.choices = [("", "–"), *class_choices(organisation, whole=True)]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)


class ProposalForm(forms.Form):
    code = forms.ChoiceField(label=gettext_lazy("Class"), required=False)

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        code: Any = self.fields["code"]
        code.choices = [("", _("every class")), *class_choices(organisation, whole=True)]


class DecisionForm(forms.Form):
    ground = forms.CharField(
        label=gettext_lazy("What it rests on"), max_length=300,
        help_text=gettext_lazy("The leave to dispose (for a public body that of the Soprintendenza archivistica), with"
                               " number and date; or why the list is refused."),
    )
    sure = forms.BooleanField(label=gettext_lazy("I have looked through the list"), required=False)


class PackageForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    code = forms.ChoiceField(label=gettext_lazy("Class"), required=False)
    since = forms.DateField(label=gettext_lazy("Closed from"), widget=_day(), required=False)
    until = forms.DateField(label=gettext_lazy("until"), widget=_day(), required=False)
    notes = forms.BooleanField(label=gettext_lazy("With the internal notes"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language of the PDF"))

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        code: Any = self.fields["code"]
        code.choices = [("", _("every class")), *class_choices(organisation, whole=True)]
        language: Any = self.fields["language"]
        language.choices = languages()


class ReportForm(forms.Form):
    report = forms.CharField(label=gettext_lazy("Report of the preservation system"), max_length=300,
                             help_text=gettext_lazy("Its number and date."))


class FilingForm(forms.Form):
    code = forms.ChoiceField(label=gettext_lazy("Class"))

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        code: Any = self.fields["code"]
        code.choices = class_choices(organisation)


class DossierForm(forms.Form):
    form = forms.ChoiceField(
        label=gettext_lazy("As"), choices=[("pdf", gettext_lazy("PDF to read")), ("json", gettext_lazy("Data (JSON)"))]
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the PDF"))
    notes = forms.BooleanField(label=gettext_lazy("With the internal notes"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        language: Any = self.fields["language"]
        language.choices = languages()


def languages() -> list[tuple[str, str]]:
    """Those we have words in."""
    return [("it", "Italiano"), ("en", "English")]

"""Forms of a known fault."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, get_language_info, gettext_lazy

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.knowledge.models import ServiceSheet
from sportello.records.procedures.queries import kinds
from sportello.service.backoffice.models import KnownFault

from .amounts import words


def _instant(label: Any, *, required: bool, hint: Any = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label, required=required, help_text=hint, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class _PerLanguage(forms.Form):
    """Fields once for each language of the organisation, `<name>-<language>`."""

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organisation = organisation
        self.languages = list(organisation.languages or [settings.LANGUAGE_CODE])

    def _add(self, name: str, label: Any, make: Any) -> None:
        for number, code in enumerate(self.languages):
            tongue = get_language_info(code)["name_translated"] if code in _known() else code
            self.fields[f"{name}-{code}"] = make(f"{label} ({tongue})", required=number == 0)

    def texts(self, name: str) -> dict[str, str]:
        return {code: self.cleaned_data.get(f"{name}-{code}", "") for code in self.languages}

    def at(self, name: str) -> datetime | None:
        """What was typed on the organisation's wall clock."""
        typed = self.cleaned_data.get(name)
        if typed is None:
            return None
        naive = typed.replace(tzinfo=None)
        return timezone.make_aware(naive, clock.zone(self.organisation))


def _known() -> set[str]:
    from django.conf.locale import LANG_INFO

    return set(LANG_INFO)


class FaultForm(_PerLanguage):
    """A new event."""

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(organisation, *args, **options)
        tongue = get_language() or "it"
        self._add("title", gettext_lazy("What everybody may read of it"), _line)
        self.fields["began_at"] = _instant(gettext_lazy("It began"), required=True)
        self.fields["expected_at"] = _instant(gettext_lazy("Expected to be over"), required=False)
        self.fields["kind"] = forms.TypedChoiceField(
            label=gettext_lazy("Tickets about it are of the kind"), required=False, coerce=int, empty_value=None,
            choices=[("", "—"), *[(one.pk, one.name_in(tongue)) for one in kinds(organisation)]],
        )
        sheets = ServiceSheet.objects.filter(organisation=organisation, retired_at__isnull=True)
        self.fields["sheet"] = forms.TypedChoiceField(
            label=gettext_lazy("or about the service"), required=False, coerce=int, empty_value=None,
            choices=[("", "—"), *[(one.pk, one.name_in(tongue)) for one in sheets.prefetch_related("texts")]],
            help_text=gettext_lazy("Those opened since it began are proposed to be linked."),
        )
        self.fields["is_public"] = forms.BooleanField(
            label=gettext_lazy("Show it on the status page of the portal"), required=False, initial=True
        )


def _line(label: Any, *, required: bool) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, required=required)


class UpdateForm(_PerLanguage):
    """One thing to say."""

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(organisation, *args, **options)
        self._add("text", gettext_lazy("What there is to say"), _words)
        self.fields["state"] = forms.ChoiceField(
            label=gettext_lazy("How far it is"), choices=KnownFault.State.choices, widget=forms.RadioSelect
        )
        self.fields["expected_at"] = _instant(gettext_lazy("Expected to be over"), required=False)
        self.fields["tell"] = forms.BooleanField(
            label=gettext_lazy("Tell everybody who asked"), required=False, initial=True,
            help_text=gettext_lazy("Each gets it once, as an answer in their own ticket."),
        )


def _words(label: Any, *, required: bool) -> forms.CharField:
    return words(label, rows=4, required=required)


class FaultSettingsForm(_PerLanguage):
    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(organisation, *args, **options)
        self.fields["expected_at"] = _instant(gettext_lazy("Expected to be over"), required=False)
        self.fields["is_public"] = forms.BooleanField(
            label=gettext_lazy("Show it on the status page of the portal"), required=False
        )

"""What a person wants to be told: reasons by channels, quiet hours, pause of the mail."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sportello.service.notifications.choices import MINUTES, Wanted
from sportello.service.notifications.reasons import CHANNELS, DESK, MAIL, PUSH, REASONS

CHANNEL_WORDS = {DESK: gettext_lazy("Desk"), MAIL: gettext_lazy("E-mail"), PUSH: gettext_lazy("Browser")}


class ChoiceForm(forms.Form):
    """A box for each reason and channel (`<reason>-<channel>`), then when."""

    mail_minutes = forms.TypedChoiceField(
        label=gettext_lazy("E-mails at most every"), coerce=int,
        help_text=gettext_lazy("What comes meanwhile is in the same e-mail; what you have read by then is in none."),
    )  # fmt: skip
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"), required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )  # fmt: skip
    quiet_to = forms.TimeField(
        label=gettext_lazy("Quiet to"), required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )  # fmt: skip
    quiet_days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days on which quiet begins"), required=False, coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    timezone = forms.ChoiceField(label=gettext_lazy("Your time zone"), required=False)

    def __init__(self, data: Any = None, *, wanted: Wanted) -> None:
        initial = {
            "mail_minutes": wanted.mail_minutes, "quiet_from": wanted.quiet_from, "quiet_to": wanted.quiet_to,
            "quiet_days": sorted(wanted.quiet_days), "timezone": wanted.timezone,
        }  # fmt: skip
        super().__init__(data, initial=initial)
        every: Any = self.fields["mail_minutes"]
        every.choices = [(one, _minutes(one)) for one in MINUTES]
        days: Any = self.fields["quiet_days"]
        days.choices = list(WEEKDAYS.items())
        zones: Any = self.fields["timezone"]
        named = sorted(name for name in available_timezones() if "/" in name)
        zones.choices = [("", _("As the organisation")), *((name, name) for name in named)]
        for name in REASONS:
            for channel in CHANNELS:
                self.fields[f"{name}-{channel}"] = forms.BooleanField(
                    required=False, initial=channel in wanted.ways(name),
                    label=f"{REASONS[name].label}: {CHANNEL_WORDS[channel]}",
                )  # fmt: skip

    @property
    def rows(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """(reason, its box for each channel)."""
        return [(one.label, [self[f"{name}-{channel}"] for channel in CHANNELS]) for name, one in REASONS.items()]

    @property
    def channels(self) -> list[Any]:
        return [CHANNEL_WORDS[one] for one in CHANNELS]

    def wanted(self) -> Wanted:
        data = self.cleaned_data
        ways = {name: frozenset(one for one in CHANNELS if data[f"{name}-{one}"]) for name in REASONS}
        return Wanted(
            ways, data["quiet_from"], data["quiet_to"], frozenset(data["quiet_days"]), data["timezone"],
            data["mail_minutes"],
        )  # fmt: skip


def _minutes(count: int) -> str:
    if count % 60 == 0:
        return ngettext("hour", "%(count)d hours", count // 60) % {"count": count // 60}
    return _("%(count)d minutes") % {"count": count}

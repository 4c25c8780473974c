"""An organisation as its administrator sets it up: words, colour, teams, branches, kinds, hours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.core.text import clean, one_line
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.colour import parse
from sportello.records.procedures.models import Kind
from sportello.records.tickets.actions.reopening import MOST

_LANGUAGES = {code: str(name) for code, name in settings.LANGUAGES}


class InLanguages(forms.Form):
    """A form with some texts once per language of the organisation; `texts("name")` gathers them again."""

    #: field → (label, rows or 0 for one line, longest, help)
    TEXTS: Mapping[str, tuple[Any, int, int, Any]] = {}

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organisation = organisation
        self.codes: list[str] = list(organisation.languages or ["it"])
        for name, (label, rows, longest, help_text) in self.TEXTS.items():
            for code in self.codes:
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=_("%(what)s (%(language)s)") % {"what": label, "language": _LANGUAGES.get(code, code)},
                    max_length=longest, required=False, help_text=help_text,
                    widget=forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput,
                )  # fmt: skip
        order: Iterable[str] = getattr(self, "ORDER", ())
        self.order_fields([field for name in order for field in self._fields_of(name)])

    def texts(self, name: str) -> dict[str, str]:
        """`{language: text}` without the empty ones; languages the organisation no longer has are not kept."""
        tidy = clean if self.TEXTS[name][1] else one_line
        found = {code: tidy(self.cleaned_data.get(f"{name}_{code}", "")) for code in self.codes}
        return {code: text for code, text in found.items() if text}

    def _fields_of(self, name: str) -> list[str]:
        return [f"{name}_{code}" for code in self.codes] if name in self.TEXTS else [name]


def spread(name: str, texts: Mapping[str, str]) -> dict[str, str]:
    """`{language: text}` as the fields of `InLanguages` are called: initial values."""
    return {f"{name}_{code}": text for code, text in texts.items()}


class OrganisationForm(InLanguages):
    TEXTS = {
        "contact": (gettext_lazy("Address, phone, hours"), 4, 1_000,
                    gettext_lazy("At the foot of every page of the portal and of every paper.")),
        "privacy": (gettext_lazy("How data are used"), 8, 20_000,
                    gettext_lazy("Customers read it before they send anything (GDPR, articles 13 and 14).")),
    }  # fmt: skip
    ORDER = ("name", "owner_line", "languages", "timezone", "contact", "privacy", "links", "reopen_days")

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    owner_line = forms.CharField(label=gettext_lazy("Line above the name"), max_length=200, required=False,
                                 help_text=gettext_lazy("The region, the group the company belongs to."))  # fmt: skip
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"), choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Of equal rank: portal, notices and papers are in the customer's, where it is here."))
    timezone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    links = forms.CharField(
        label=gettext_lazy("Links at the foot of the portal"), required=False, max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy("One a line: words in each language, then the address, parted by “|”. A public "
                               "body owes at least its transparent administration, legal notes and "
                               "accessibility statement."),
    )  # fmt: skip

    reopen_days = forms.IntegerField(
        label=gettext_lazy("Days in which a closed ticket opens again"), required=False, min_value=0, max_value=MOST,
        help_text=gettext_lazy("When its customer writes; later they open a new ticket that follows it. 0: always a "
                               "new one. Empty: as the procedure of each kind says, or else 30 days. It counts for "
                               "tickets closed before too."),
    )  # fmt: skip

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(organisation, *args, **options)
        zones: Any = self.fields["timezone"]
        zones.choices = [(name, name) for name in sorted(available_timezones()) if "/" in name]

    def clean_links(self) -> list[dict[str, Any]]:
        """`words | parole | https://…`, in the order of the organisation's languages."""
        found: list[dict[str, Any]] = []
        for number, line in enumerate(self.cleaned_data["links"].splitlines(), 1):
            parts = [part.strip() for part in line.split("|")]
            if not any(parts):
                continue
            if len(parts) < 2 or len(parts) > len(self.codes) + 1:
                raise forms.ValidationError(
                    _("Line %(number)d: write the words, then “|”, then the address.") % {"number": number})
            words = parts[:-1] + parts[-2:-1] * (len(self.codes) - len(parts) + 1)
            found.append({"names": dict(zip(self.codes, words, strict=True)), "url": parts[-1]})
        return found


def links_as_lines(organisation: Organisation) -> str:
    codes = organisation.languages or ["it"]
    links = organisation.footer_links
    return "\n".join(" | ".join([*(link["names"].get(code, "") for code in codes), link["url"]]) for link in links)


class AppearanceForm(forms.Form):
    accent = forms.CharField(
        label=gettext_lazy("Colour"), max_length=7, widget=forms.TextInput(attrs={"type": "color"}),
        help_text=gettext_lazy("Of buttons, links and the portal's header. One that could not be read is made "
                               "darker or lighter until it can."),
    )  # fmt: skip
    logo = forms.FileField(
        label=gettext_lazy("Logo"), required=False,
        help_text=gettext_lazy("PNG, JPEG, WebP or GIF, up to 500 kB; best on a light or clear ground."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )  # fmt: skip
    no_logo = forms.BooleanField(label=gettext_lazy("Take the logo away"), required=False)

    def clean_accent(self) -> str:
        try:
            red, green, blue = parse(self.cleaned_data["accent"])
        except ValueError:
            raise forms.ValidationError(_("Write a colour as #0066cc.")) from None
        return f"#{red:02x}{green:02x}{blue:02x}"


class TeamForm(InLanguages):
    TEXTS = {"name": (gettext_lazy("Name"), 0, 100, "")}
    ORDER = ("name", "is_office")
    is_office = forms.BooleanField(
        label=gettext_lazy("Competent office"), required=False,
        help_text=gettext_lazy("It answers questions of other teams; requests reach it through them."))


class BranchForm(InLanguages):
    TEXTS = {
        "name": (gettext_lazy("Name"), 0, 100, ""),
        "hint": (gettext_lazy("How to get there"), 3, 500,
                 gettext_lazy("Where a wheelchair comes in, which bus stops there.")),
    }  # fmt: skip
    ORDER = ("name", "address", "phone", "hint", "position")
    address = forms.CharField(label=gettext_lazy("Address"), max_length=500, required=False,
                              widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    position = forms.IntegerField(label=gettext_lazy("Place in the list"), min_value=0, max_value=999, initial=0)


class KindForm(InLanguages):
    TEXTS = {
        "name": (gettext_lazy("Name"), 0, 100, ""),
        "hint": (gettext_lazy("A sentence under the name"), 0, 200,
                 gettext_lazy("On the portal: when somebody chooses this kind.")),
    }  # fmt: skip
    ORDER = ("name", "hint", "family", "on_portal", "days", "hours")
    family = forms.ChoiceField(label=gettext_lazy("Family"), choices=Kind.Family.choices,
                               help_text=gettext_lazy("Figures and registers count by it."))  # fmt: skip
    on_portal = forms.BooleanField(label=gettext_lazy("Customers may choose it on the portal"), required=False)

    @property
    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"names": self.texts("name"), "hints": self.texts("hint"), "family": data["family"],
                "on_portal": data["on_portal"]}  # fmt: skip


class NewKindForm(KindForm):
    days = forms.IntegerField(
        label=gettext_lazy("Days within which it ends"), min_value=1, max_value=3_660, initial=30,
        help_text=gettext_lazy("A house rule. Where a law gives the term, take the procedure from the shelf instead."))
    hours = forms.IntegerField(
        label=gettext_lazy("Opening hours until the first answer"), min_value=1, max_value=1_000, initial=16)


#: Monday first, as the calendar's data name them.
WEEKDAYS = {
    "mon": gettext_lazy("Monday"), "tue": gettext_lazy("Tuesday"), "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"), "fri": gettext_lazy("Friday"), "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}  # fmt: skip
_SPAN = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–—]\s*(\d{1,2})[:.](\d{2})", re.ASCII)
_DAY = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})|(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_YEARLY = re.compile(r"(\d{1,2})[/.](\d{1,2})", re.ASCII)


class HoursForm(forms.Form):
    """Hours as people write them on a door: `08:30-13:00, 14:30-17:00`; nothing is closed."""

    always = forms.BooleanField(label=gettext_lazy("Open round the clock"), required=False)
    country = forms.BooleanField(label=gettext_lazy("Closed on the national holidays of Italy"), required=False)
    local_days = forms.CharField(
        label=gettext_lazy("Closed every year"), required=False, max_length=500,
        help_text=gettext_lazy("Day and month, parted by commas: the patron saint (07/12). It moves no legal term."))
    holidays = forms.CharField(
        label=gettext_lazy("Closed on single days"), required=False, max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 3}), help_text=gettext_lazy("24/12/2026, one a line or parted by commas."))
    special = forms.CharField(
        label=gettext_lazy("Other hours on single days"), required=False, max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line, the day and its hours: 24/12/2026 09:00-12:00. The day alone is closed."))

    def __init__(self, timezone: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.timezone = timezone
        for code, name in WEEKDAYS.items():
            self.fields[code] = forms.CharField(label=name, required=False, max_length=200)
        self.order_fields([*WEEKDAYS, "always", "country", "local_days", "holidays", "special"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        read = {code: self._asked(code, _spans) for code in WEEKDAYS}
        self.calendar_data: dict[str, Any] = {
            "timezone": self.timezone,
            "hours": {code: spans for code, spans in read.items() if spans},
            "holidays": self._asked("holidays", lambda typed: [_day(one) for one in _pieces(typed)]) or [],
            "special": self._asked("special", _special) or {},
            "always": bool(data.get("always")),
            "country": "IT" if data.get("country") else "",
            "local_days": self._asked("local_days", lambda typed: [_yearly(one) for one in _pieces(typed)]) or [],
        }
        return data

    def _asked(self, name: str, read: Any) -> Any:
        """What somebody wrote in a field, read; a sentence at the field where it cannot be."""
        try:
            return read(self.cleaned_data.get(name, ""))
        except ValueError as error:
            self.add_error(name, str(error))
            return None


def hours_as_written(data: Mapping[str, Any]) -> dict[str, Any]:
    """A calendar's data as the fields of `HoursForm` show them."""
    hours = data.get("hours", {})
    return {
        **{code: _written(hours.get(code, [])) for code in WEEKDAYS},
        "always": data.get("always", False),
        "country": data.get("country", "") == "IT",
        "local_days": ", ".join("/".join(reversed(day.split("-"))) for day in data.get("local_days", [])),
        "holidays": "\n".join(_day_written(day) for day in data.get("holidays", [])),
        "special": "\n".join(f"{_day_written(day)} {_written(spans)}".strip()
                             for day, spans in sorted(data.get("special", {}).items())),
    }  # fmt: skip


def _written(spans: Iterable[Iterable[str]]) -> str:
    return ", ".join("–".join(span) for span in spans)


def _day_written(day: str) -> str:
    year, month, number = day.split("-")
    return f"{number}/{month}/{year}"


def _pieces(typed: str) -> list[str]:
    return [piece.strip() for piece in re.split(r"[,;\n]", typed) if piece.strip()]


def _spans(typed: str) -> list[list[str]]:
    spans = []
    for piece in _pieces(typed):
        found = _SPAN.fullmatch(piece)
        if not found or int(found[1]) > 23 or int(found[3]) > 47 or int(found[2]) > 59 or int(found[4]) > 59:
            raise ValueError(_("“%(typed)s” are no hours: write 08:30-13:00, 14:30-17:00.") % {"typed": piece})
        spans.append([f"{int(found[1]):02}:{found[2]}", f"{int(found[3]):02}:{found[4]}"])
    return spans


def _day(typed: str) -> str:
    found = _DAY.fullmatch(typed)
    try:
        if not found:
            raise ValueError
        parts = found.groups()
        year, month, number = (parts[2], parts[1], parts[0]) if parts[2] else parts[3:]
        return date(int(year), int(month), int(number)).isoformat()
    except ValueError:
        raise ValueError(_("“%(typed)s” is no day: write 24/12/2026.") % {"typed": typed}) from None


def _yearly(typed: str) -> str:
    found = _YEARLY.fullmatch(typed)
    try:
        if not found:
            raise ValueError
        return date(2024, int(found[2]), int(found[1])).strftime("%m-%d")  # a leap year: 29 February is a day
    except ValueError:
        raise ValueError(_("“%(typed)s” is no day of the year: write 07/12.") % {"typed": typed}) from None


def _special(typed: str) -> dict[str, list[list[str]]]:
    found = {}
    for line in typed.splitlines():
        if line.strip():
            day, _space, hours = line.strip().partition(" ")
            found[_day(day)] = _spans(hours)
    return found

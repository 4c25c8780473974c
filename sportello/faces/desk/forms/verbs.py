"""Forms of the verbs that put a ticket aside, join it with others, take it apart, tag, copy. Choices are the ticket's
own: nothing else can be posted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.core.text import one_line
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.fields import choice
from sportello.records.accounts.models import Team
from sportello.records.procedures.models import Kind
from sportello.records.tickets.actions.linking import BY_HAND
from sportello.records.tickets.actions.tagging import names_in
from sportello.records.tickets.models import Link, Ticket

from ..sentences import exactly, language_now
from ..timeline_lines import Line

#: Hours at which a day's work begins and its afternoon does, where a preset says no more than the day.
_MORNING = time(8, 30)
_AFTERNOON = time(14, 30)


class SnoozeForm(forms.Form):
    """Until a reply, until a time near at hand, or until a chosen one."""

    when = forms.ChoiceField(label=gettext_lazy("Until when"), choices=(), widget=forms.RadioSelect)
    day = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Only for “another time”."),
    )
    hour = forms.TimeField(
        label=gettext_lazy("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    reason = forms.CharField(
        label=gettext_lazy("What is waited for (colleagues read it)"), max_length=500, required=False
    )

    def __init__(self, ticket: Ticket, latest: datetime | None, data: Any = None) -> None:
        self.organisation = ticket.organisation
        self.presets = _presets(self.organisation, latest)
        super().__init__(data, initial={"when": "reply"})
        offered = [("reply", _("until the customer writes"))]
        offered += [(code, f"{word}, {exactly(at)}") for code, word, at in self.presets]
        choice(self, "when").choices = [*offered, ("other", _("another time"))]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("when") == "other" and not said.get("day"):
            self.add_error("day", _("Choose the day."))
        return said

    def until(self) -> datetime | None:
        """None: until the customer writes."""
        chosen = self.cleaned_data["when"]
        if chosen == "other":
            day, hour = self.cleaned_data["day"], self.cleaned_data["hour"] or _MORNING
            return _at(self.organisation, day, hour)
        return next((at for code, _word, at in self.presets if code == chosen), None)


def _presets(organisation: Organisation, latest: datetime | None) -> list[tuple[str, Any, datetime]]:
    """Times near at hand, without those its term forbids."""
    now = clock.now(organisation)
    today = clock.local(organisation, now).date()
    monday = today + timedelta(days=7 - today.weekday())
    found = [
        ("afternoon", _("this afternoon"), _at(organisation, today, _AFTERNOON)),
        ("tomorrow", _("tomorrow morning"), _at(organisation, today + timedelta(days=1), _MORNING)),
        ("monday", _("Monday morning"), _at(organisation, monday, _MORNING)),
        ("week", _("in a week"), _at(organisation, today + timedelta(days=7), _MORNING)),
    ]
    seen: set[datetime] = set()
    offered = []
    for code, word, at in found:
        if now < at and (latest is None or at <= latest) and at not in seen:
            seen.add(at)
            offered.append((code, word, at))
    return offered


def _at(organisation: Organisation, day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour), clock.zone(organisation))


class OtherTicketForm(forms.Form):
    """A ticket named by its number."""

    number = forms.CharField(
        label=gettext_lazy("Number of the other ticket"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "2026-0000000"}),
    )

    def clean_number(self) -> str:
        return one_line(str(self.cleaned_data["number"]))


class MergeForm(OtherTicketForm):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=1000,
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("The customer reads it, with both numbers."),
    )


class LinkForm(OtherTicketForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("This ticket is, to the other"),
        choices=[(kind.value, kind.label) for kind in BY_HAND],
        widget=forms.RadioSelect,
        initial=Link.Kind.RELATED,
    )
    field_order = ("kind", "number")


class TagsForm(forms.Form):
    """The ticket's tags and the newest of the organisation to tick, and a field for others."""

    ticked = forms.MultipleChoiceField(
        label=gettext_lazy("Tags in use"), required=False, widget=forms.CheckboxSelectMultiple
    )
    tags = forms.CharField(
        label=gettext_lazy("Other tags"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
        help_text=gettext_lazy("Between commas. A word nobody used yet becomes a tag of the organisation."),
    )

    def __init__(self, there: Sequence[str], offered: Sequence[str], data: Any = None) -> None:
        super().__init__(data, initial={"ticked": list(there)})
        choices = [(name, name) for name in dict.fromkeys([*there, *offered])]
        if choices:
            choice(self, "ticked").choices = choices
        else:
            del self.fields["ticked"]

    def clean_tags(self) -> list[str]:
        return names_in(str(self.cleaned_data["tags"]))

    def chosen(self) -> list[str]:
        return [*self.cleaned_data.get("ticked", ()), *self.cleaned_data["tags"]]


class _EntriesForm(forms.Form):
    entries = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what is to go there.")},
    )

    def __init__(self, lines: Sequence[Line], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice(self, "entries").choices = [(one.item.id, line_words(one)) for one in lines]


def line_words(line: Line) -> str:
    """One entry to choose by: who, when, by which way, how it begins."""
    parts = [line.author, exactly(line.at), line.channel, "" if line.item.is_public else _("internal")]
    begins = one_line(line.text or line.sentence, 90)
    return " · ".join(filter(None, parts)) + (f": {begins}" if begins else "")


class SplitForm(_EntriesForm):
    subject = forms.CharField(label=gettext_lazy("What the new ticket is about"), max_length=300)
    kind = forms.TypedChoiceField(label=gettext_lazy("Kind of request"), coerce=int)
    team = forms.TypedChoiceField(label=gettext_lazy("Team"), coerce=int)

    def __init__(self, ticket: Ticket, lines: Sequence[Line], data: Any = None) -> None:
        super().__init__(lines, data, initial={"kind": ticket.kind_id, "team": ticket.team_id})
        language = language_now()
        kinds = Kind.objects.filter(organisation_id=ticket.organisation_id, retired_at__isnull=True)
        teams = Team.objects.filter(organisation_id=ticket.organisation_id, ended_at__isnull=True).order_by("pk")
        self.known_kinds = {kind.pk: kind for kind in kinds}
        self.known_teams = {team.pk: team for team in teams}
        self._offer("kind", [(pk, kind.name_in(language)) for pk, kind in self.known_kinds.items()])
        self._offer("team", [(pk, team.name_in(language)) for pk, team in self.known_teams.items()])

    def _offer(self, name: str, choices: list[tuple[int, str]]) -> None:
        choice(self, name).choices = choices


class PassForm(_EntriesForm, OtherTicketForm):
    field_order = ("entries", "number")

    def __init__(self, lines: Sequence[Line], data: Any = None) -> None:
        super().__init__(lines, data)


class CopyForm(forms.Form):
    """What goes on paper. What is internal is in fields of its own, where nothing is ticked."""

    entries = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What the customer may read"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    terms = forms.BooleanField(label=gettext_lazy("Terms, and how they were counted"), required=False)
    contacts = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Visits and calls, as colleagues summed them up (internal)"),
        coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    notes = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Notes among colleagues (internal): tick only what must be on paper"),
        coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, lines: Sequence[Line], data: Any = None) -> None:
        groups: dict[str, list[Line]] = {"entries": [], "contacts": [], "notes": []}
        for line in lines:
            groups[group_of(line)].append(line)
        super().__init__(data, initial={"entries": [one.item.id for one in groups["entries"]]})
        for name, members in groups.items():
            if members:
                choices = [(one.item.id, line_words(one)) for one in members]
                choice(self, name).choices = choices
            else:
                del self.fields[name]

    def chosen(self) -> set[int]:
        return {pk for name in ("entries", "contacts", "notes") for pk in self.cleaned_data.get(name, ())}


def group_of(line: Line) -> str:
    """What an entry is, on the form: entries, contacts, notes. Internal events go with the notes."""
    if line.look in ("visit", "call"):
        return "contacts"
    return "entries" if line.item.is_public else "notes"


class AbsenceForm(forms.Form):
    first = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

"""Forms of the verbs that handle a ticket. Choices come from the ticket's organisation: nothing else can be posted."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sportello.foundation.tenancy import clock
from sportello.foundation.ui.fields import choice
from sportello.records.accounts.models import Membership, Team
from sportello.records.procedures.models import Kind
from sportello.records.tickets.models import Ticket

_REASON = gettext_lazy("Why")


def _language() -> str:
    return get_language() or "it"


def colleagues(ticket: Ticket) -> list[Membership]:
    """Who may be given the ticket: those who serve in its organisation, the team's own first, then by name."""
    roles = (Membership.Role.OPERATOR, Membership.Role.SUPERVISOR, Membership.Role.SPECIALIST)
    members = (
        Membership.objects.filter(
            organisation_id=ticket.organisation_id, ended_at__isnull=True, role__in=roles, user__is_active=True
        )
        .select_related("user")
        .prefetch_related("team_places")
    )
    ours = {member.pk: any(place.team_id == ticket.team_id for place in member.team_places.all()) for member in members}
    return sorted(members, key=lambda member: (not ours[member.pk], member.user.name.casefold()))


class AssignmentForm(forms.Form):
    #: The owner when the form was drawn: Stale when someone was first.
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)
    member = forms.TypedChoiceField(label=gettext_lazy("Colleague"), required=False, coerce=int, empty_value=None)

    def __init__(self, ticket: Ticket, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # passed on as given
        self.people = colleagues(ticket)
        in_team = [one for one in self.people if any(p.team_id == ticket.team_id for p in one.team_places.all())]
        others = [one for one in self.people if one not in in_team]
        groups: list[Any] = [("", _("Nobody: back to the team"))]
        groups += [(ticket.team.name_in(_language()), [(one.pk, one.user.name) for one in in_team])] if in_team else []
        groups += [(_("Other teams"), [(one.pk, one.user.name) for one in others])] if others else []
        choice(self, "member").choices = groups

    def chosen(self) -> Membership | None:
        wanted = self.cleaned_data["member"]
        return next((one for one in self.people if one.pk == wanted), None)


class TeamForm(forms.Form):
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"), queryset=Team.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_REASON,
        widget=forms.Textarea,
        max_length=2000,
        required=False,
        help_text=gettext_lazy(
            "For colleagues: what the other team should know. The customer is told where it is now."
        ),
    )

    def __init__(self, ticket: Ticket, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # passed on as given
        field = self.fields["team"]
        teams = Team.objects.filter(organisation_id=ticket.organisation_id, ended_at__isnull=True)
        field.queryset = teams.exclude(pk=ticket.team_id).order_by("id")  # type: ignore[attr-defined]  # a model choice field
        language = _language()
        field.label_from_instance = lambda team: team.name_in(language)  # type: ignore[attr-defined]  # as above


class KindForm(forms.Form):
    kind = forms.ModelChoiceField(
        label=gettext_lazy("Kind of request"), queryset=Kind.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    procedure = forms.BooleanField(
        label=gettext_lazy("Handle it by the procedure of this kind"),
        required=False,
        help_text=gettext_lazy("Its term runs from the day the request came. An earlier date already told is kept."),
    )
    reason = forms.CharField(
        label=_REASON,
        max_length=500,
        required=False,
        help_text=gettext_lazy("What you recognised it by: colleagues read it, and some procedures ask for it."),
    )

    def __init__(self, ticket: Ticket, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # passed on as given
        field = self.fields["kind"]
        kinds = Kind.objects.filter(organisation_id=ticket.organisation_id, retired_at__isnull=True)
        field.queryset = kinds  # type: ignore[attr-defined]  # a model choice field
        language = _language()
        field.label_from_instance = lambda kind: kind.name_in(language)  # type: ignore[attr-defined]  # as above


class PriorityForm(forms.Form):
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"), coerce=int, choices=Ticket.Priority.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_REASON, max_length=500, required=False)


class SensitivityForm(forms.Form):
    sensitivity = forms.ChoiceField(
        label=gettext_lazy("Who may see it"), choices=Ticket.Sensitivity.choices, widget=forms.RadioSelect
    )
    named = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Named persons"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only for “named persons only”. You and its owner always see it."),
    )

    def __init__(self, ticket: Ticket, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # passed on as given
        self.people = colleagues(ticket)
        named = [(one.pk, one.user.name) for one in self.people]
        choice(self, "named").choices = named

    def chosen(self) -> list[Membership]:
        wanted = set(self.cleaned_data["named"])
        return [one for one in self.people if one.pk in wanted]


class PromiseForm(forms.Form):
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    hour = forms.TimeField(
        label=gettext_lazy("Time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("Left empty: by the end of that day."),
    )
    reason = forms.CharField(
        label=_REASON,
        widget=forms.Textarea,
        max_length=2000,
        help_text=gettext_lazy("The customer reads it, with the new date."),
    )

    def __init__(self, ticket: Ticket, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # passed on as given
        self.organisation = ticket.organisation
        tomorrow = clock.local(self.organisation, clock.now(self.organisation)).date() + timedelta(days=1)
        self.fields["day"].widget.attrs["min"] = tomorrow.isoformat()

    def until(self) -> datetime:
        """The instant, on the organisation's wall clock."""
        hour = self.cleaned_data["hour"] or time(23, 59, 59)
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], hour), clock.zone(self.organisation))


class WaitingForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What you need from the customer"),
        widget=forms.Textarea,
        max_length=2000,
        help_text=gettext_lazy("They read it as it is. Terms run on while you wait."),
    )

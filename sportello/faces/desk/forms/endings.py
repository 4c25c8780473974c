"""Closing and opening again."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.records.tickets import blockers
from sportello.records.tickets.models import Closure, StatedReason, Ticket
from sportello.records.tickets.rules import rules_of


class ClosureForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("How it ended"), choices=Closure.Outcome.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it ends so"),
        widget=forms.Textarea,
        max_length=4000,
        help_text=gettext_lazy("The customer reads it: what was done, or why not, and what they can do now."),
    )


    def __init__(self, ticket: Ticket, *args: object, **options: object) -> None:
        """With a field for each reason the procedure asks for and nobody has stated yet."""
        super().__init__(*args, **options)  # type: ignore[arg-type]  # passed on as given
        asked = blockers.asked_reasons(rules_of(ticket.procedure))
        stated = set(StatedReason.objects.filter(ticket=ticket).values_list("about", flat=True)) if asked else set()
        self.asked = [about for about in asked if about not in stated]
        labels = dict(StatedReason.About.choices)
        for about in self.asked:
            self.fields[f"why_{about}"] = forms.CharField(
                label=_("%(choice)s: why") % {"choice": labels[about]},
                widget=forms.Textarea(attrs={"rows": 2}),
                required=False,
                max_length=2000,
                help_text=_("For colleagues. The procedure asks for it before the ticket is closed."),
            )

    def stated(self) -> dict[str, str]:
        """What was stated here, by what it is about."""
        return {about: said for about in self.asked if (said := self.cleaned_data[f"why_{about}"].strip())}


class ReopeningForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is opened again"),
        widget=forms.Textarea,
        max_length=2000,
        help_text=gettext_lazy("The customer reads it."),
    )

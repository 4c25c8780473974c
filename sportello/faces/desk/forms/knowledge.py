"""Saved replies, signatures, articles and service sheets, one language at a time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, Team

from .. import saved_replies
from ..sentences import language_now
from .contacts import language_choices
from .people import teams_of

_TALL = forms.Textarea(attrs={"rows": 10})
#: Values of the field `whose` beside the ids of teams.
MINE, EVERYBODY = "mine", "everybody"


def refuse_unknown(body: str) -> None:
    """A name in braces that no ticket fills would block every answer that is made with it."""
    unknown = saved_replies.unknown_in(body)
    if unknown:
        known = " ".join(f"{{{name}}}" for name in saved_replies.VARIABLES)
        names = ", ".join(f"{{{name}}}" for name in unknown)
        raise forms.ValidationError(
            _("No ticket knows %(names)s. These are known: %(known)s") % {"names": names, "known": known}
        )


class ReplyTextForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    body = forms.CharField(label=gettext_lazy("Text"), max_length=20_000, widget=_TALL)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        names = "; ".join(f"{{{name}}} {word}" for name, word in saved_replies.VARIABLES.items())
        self.fields["body"].help_text = _("Values in braces are filled from the ticket: %(names)s.") % {"names": names}

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        refuse_unknown(body)
        return body


class NewReplyForm(ReplyTextForm):
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    whose = forms.ChoiceField(label=gettext_lazy("Who uses it"), required=False)

    def __init__(self, organisation: Organisation, shares: bool, *args: Any, **options: Any) -> None:
        """`shares`: its writer may give it to others too."""
        super().__init__(*args, **options)
        languages: Any = self.fields["language"]
        languages.choices = language_choices(organisation)
        whose: Any = self.fields["whose"]
        spoken = language_now()
        teams = [(str(team.pk), team.name_in(spoken)) for team in teams_of(organisation)]
        shared = [(EVERYBODY, _("everyone")), *teams]
        whose.choices = [*(shared if shares else []), (MINE, _("only me"))]


class SignaturesForm(forms.Form):
    """One field a team and language; empty: answers of that team are not signed in it."""

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.teams: list[Team] = list(teams_of(organisation))
        self.languages = [str(code) for code in organisation.languages]
        names, spoken = dict(language_choices(organisation)), language_now()
        for team in self.teams:
            for code in self.languages:
                self.fields[f"{team.pk}-{code}"] = forms.CharField(
                    label=f"{team.name_in(spoken)}, {names[code].lower()}", required=False, max_length=1_000,
                    initial=team.signatures.get(code, ""), widget=forms.Textarea(attrs={"rows": 3}),
                )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, value in list(data.items()):
            if [one for one in saved_replies.unknown_in(value) if one] or any(
                f"{{{one}}}" in value for one in set(saved_replies.VARIABLES) - saved_replies.IN_SIGNATURES
            ):
                self.add_error(name, _("A signature knows {operator}, {team}, {organisation} and {number}."))
        return data

    def of(self, team: Team) -> dict[str, str]:
        given = {code: self.cleaned_data[f"{team.pk}-{code}"].strip() for code in self.languages}
        return {code: text for code, text in given.items() if text}


class ArticleTextForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    summary = forms.CharField(label=gettext_lazy("In one sentence"), max_length=400, required=False)
    body = forms.CharField(
        label=gettext_lazy("Text"), max_length=50_000, widget=forms.Textarea(attrs={"rows": 14}),
        help_text=gettext_lazy("Paragraphs are parted by an empty line; a line that begins with a dash is a list."),
    )
    change = forms.CharField(label=gettext_lazy("What changed"), max_length=300, required=False)
    after = forms.IntegerField(min_value=0, widget=forms.HiddenInput, required=False)


class ArticleAboutForm(forms.Form):
    is_public = forms.BooleanField(
        label=gettext_lazy("Customers read it too, on the portal"), required=False,
        help_text=gettext_lazy("Without it only colleagues find it."),
    )
    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none(), required=False,
                                  empty_label=gettext_lazy("every team"))
    owner = forms.ModelChoiceField(label=gettext_lazy("Who answers for it"), queryset=Membership.objects.none(),
                                   required=False, empty_label=gettext_lazy("nobody"))
    review_by = forms.DateField(
        label=gettext_lazy("Look at it again by"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        spoken = language_now()
        team: Any = self.fields["team"]
        team.queryset = teams_of(organisation)
        team.label_from_instance = lambda one: one.name_in(spoken)
        owner: Any = self.fields["owner"]
        owner.queryset = (
            Membership.objects.filter(organisation=organisation, ended_at__isnull=True, user__is_active=True)
            .select_related("user").order_by("user__name", "pk")
        )
        owner.label_from_instance = lambda one: one.user.name


class NewArticleForm(ArticleAboutForm, ArticleTextForm):
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    field_order = ("language", "title", "summary", "body", "is_public", "team", "owner", "review_by")

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(organisation, *args, **options)
        languages: Any = self.fields["language"]
        languages.choices = language_choices(organisation)
        del self.fields["change"], self.fields["after"]


class SheetTextForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    summary = forms.CharField(label=gettext_lazy("In one sentence"), max_length=400, required=False)
    body = forms.CharField(
        label=gettext_lazy("Text"), max_length=50_000, required=False, widget=_TALL,
        help_text=gettext_lazy("Paragraphs are parted by an empty line; a line that begins with a dash is a list."),
    )
    documents_needed = forms.CharField(label=gettext_lazy("Documents"), max_length=5_000, required=False,
                                       widget=forms.Textarea(attrs={"rows": 3}))
    cost = forms.CharField(label=gettext_lazy("Cost"), max_length=200, required=False)
    times = forms.CharField(label=gettext_lazy("Times"), max_length=200, required=False)

"""Forms of approvals: what would leave, who approves it, what should be different."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, Team
from sportello.records.accounts.people import Person
from sportello.records.tickets.models import Closure, Ticket
from sportello.records.tickets.words import File
from sportello.service.backoffice.approvals import access
from sportello.service.backoffice.approvals.asking import Draft
from sportello.service.backoffice.approvals.rules import Approver
from sportello.service.backoffice.models import ApprovalRule

from ..sentences import language_now
from .writing import ReplyForm, parse_addresses

_STEPS = 3


class DraftForm(forms.Form):
    """A reply, or without words a decision. Nothing of it leaves before it is approved."""

    to = forms.CharField(label=gettext_lazy("To"), required=False)
    cc = forms.CharField(label=gettext_lazy("Cc"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Reply to the customer"),
        required=False,
        widget=forms.Textarea,
        strip=False,
        help_text=gettext_lazy("Left empty, only the decision below is approved."),
    )
    then = forms.ChoiceField(label=gettext_lazy("Then"), choices=ReplyForm.THEN, initial="keep", required=False)
    outcome = forms.ChoiceField(
        label=gettext_lazy("How it ended"), required=False, choices=[("", "—"), *Closure.Outcome.choices]
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it ends so"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("The customer reads it."),
    )
    base_position = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def clean_to(self) -> list[tuple[str, str]]:
        return parse_addresses(self.cleaned_data["to"])

    def clean_cc(self) -> list[tuple[str, str]]:
        return parse_addresses(self.cleaned_data["cc"])

    def draft(self, files: list[File]) -> Draft:
        data = self.cleaned_data
        return Draft(
            data["text"],
            data["base_position"],
            data["to"],
            data["cc"],
            files,
            data["then"] or "keep",
            data["outcome"],
            data["reason"],
        )


def _who(organisation_id: int, members: Any) -> list[tuple[str, str]]:
    """`m12` a person, `t3` a team, `s` any supervisor."""
    teams = Team.objects.filter(organisation=organisation_id, ended_at__isnull=True).order_by("slug")
    return [
        ("", "—"),
        ("s", _("Any supervisor")),
        *((f"t{one.pk}", _("Team: %(name)s") % {"name": one.name_in(language_now())}) for one in teams),
        *((f"m{one.pk}", one.user.name) for one in members),
    ]


class _WithSteps(forms.Form):
    def add_steps(self, organisation_id: int, members: Any) -> None:
        self.organisation_id = organisation_id
        choices = _who(organisation_id, members)
        for number in range(1, _STEPS + 1):
            self.fields[f"step_{number}"] = forms.ChoiceField(
                label=_("Approves first") if number == 1 else _("Then"), choices=choices, required=False
            )

    def steps(self) -> list[Approver]:
        return [
            self._approver(code) for number in range(1, _STEPS + 1) if (code := self.cleaned_data[f"step_{number}"])
        ]

    def _approver(self, code: str) -> Approver:
        if code == "s":
            return Approver()
        sort, key = code[0], int(code[1:])
        if sort == "t":
            return Approver(team=Team.objects.get(organisation=self.organisation_id, pk=key))
        return Approver(member=Membership.objects.get(organisation=self.organisation_id, pk=key))


class AskForm(DraftForm, _WithSteps):
    """`by_rule`: the kind names the approvers; else they are named here."""

    def __init__(self, ticket: Ticket, person: Person, by_rule: bool, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.by_rule = by_rule
        if not by_rule:
            self.add_steps(ticket.organisation_id, access.approvers_of(ticket, person))

    def steps(self) -> list[Approver]:
        return [] if self.by_rule else super().steps()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.by_rule and not any(data.get(f"step_{number}") for number in range(1, _STEPS + 1)):
            raise ValidationError(_("Name at least one approver."))
        return data


class SendingBackForm(forms.Form):
    words = forms.CharField(label=gettext_lazy("What should be different"), widget=forms.Textarea, max_length=4_000)


class RuleForm(_WithSteps):
    covers = forms.ChoiceField(
        label=gettext_lazy("What is approved"),
        required=False,
        choices=[("", gettext_lazy("Nothing")), *ApprovalRule.Covers.choices],
    )

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        members = Membership.objects.filter(
            organisation=organisation,
            ended_at__isnull=True,
            role__in=(Membership.Role.OPERATOR, Membership.Role.SUPERVISOR, Membership.Role.SPECIALIST),
        )
        self.add_steps(organisation.pk, members.select_related("user").order_by("user__name"))

    @staticmethod
    def of(rule: ApprovalRule | None) -> dict[str, Any]:
        if rule is None:
            return {}
        found: dict[str, Any] = {"covers": rule.covers}
        for step in rule.steps.order_by("position"):
            code = f"m{step.member_id}" if step.member_id else f"t{step.team_id}" if step.team_id else "s"
            found[f"step_{step.position}"] = code
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("covers") and not any(data.get(f"step_{number}") for number in range(1, _STEPS + 1)):
            raise ValidationError(_("Name at least one approver."))
        return data

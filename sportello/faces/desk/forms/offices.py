"""Forms of offices, checklists and cases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.fields import choice
from sportello.records.accounts.models import Team
from sportello.records.procedures.models import Kind, OfficeCalendar, Procedure
from sportello.records.tickets.models import Attachment, Message, Ticket
from sportello.service.backoffice.models import Checklist, ChecklistTemplate, Office, UnknownCase
from sportello.service.backoffice.offices import access
from sportello.service.backoffice.offices.answering import ELSEWHERE
from sportello.service.backoffice.offices.forwarding import MOST_DAYS, Asked, choosable
from sportello.service.backoffice.offices.setting_up import Plan
from sportello.service.backoffice.unknown_cases.drafts import ProcedureDraft
from sportello.service.backoffice.unknown_cases.handling import Solution

from ..sentences import channel_word, language_now
from .writing import FilesField

_AREA = forms.Textarea


def _teams(organisation_id: int) -> list[tuple[str, str]]:
    found = Team.objects.filter(organisation=organisation_id, ended_at__isnull=True).order_by("slug")
    return [(str(one.pk), one.name_in(language_now())) for one in found]


class ForwardForm(forms.Form):
    """Whom to ask, what, what to send along, by when. Nothing is chosen beforehand: what is sent is chosen."""

    office = forms.ChoiceField(label=gettext_lazy("Office"))
    topic = forms.CharField(
        label=gettext_lazy("What it is about"),
        max_length=200,
        help_text=gettext_lazy("The subject of the letter: the office reads it."),
    )
    question = forms.CharField(label=gettext_lazy("What you ask"), widget=_AREA, max_length=20_000)
    messages = forms.MultipleChoiceField(
        label=gettext_lazy("Messages to send along"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("The office sees these and nothing else. Notes cannot be sent."),
    )
    attachments = forms.MultipleChoiceField(
        label=gettext_lazy("Files to send along"), widget=forms.CheckboxSelectMultiple, required=False
    )
    with_customer = forms.BooleanField(
        label=gettext_lazy("Send the customer's name and addresses too"),
        required=False,
        help_text=gettext_lazy("Only where the office needs to know who asks."),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Working days to answer"),
        min_value=1,
        max_value=MOST_DAYS,
        help_text=gettext_lazy("Counted by the office's own opening days, inside our term."),
    )
    beyond = forms.CharField(
        label=gettext_lazy("Why later than our own term"),
        required=False,
        max_length=1_000,
        help_text=gettext_lazy("Only when its answer would come after our term: say why it must be so."),
    )

    def __init__(self, ticket: Ticket, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offices = {str(one.pk): one for one in access.offices(ticket.organisation_id)}
        choice(self, "office").choices = [
            (key, f"{one.name}: {one.competence}" if one.competence else one.name) for key, one in self.offices.items()
        ]
        said, files = choosable(ticket)
        choice(self, "messages").choices = [(str(one.pk), _said(ticket, one)) for one in said]
        choice(self, "attachments").choices = [(str(one.pk), _file(ticket, one)) for one in files]
        for name, found in (("messages", said), ("attachments", files)):
            if not found:
                del self.fields[name]

    @property
    def chosen(self) -> Office:
        return self.offices[self.cleaned_data["office"]]

    def asked(self) -> Asked:
        data = self.cleaned_data
        return Asked(
            data["topic"],
            data["question"],
            data["days"],
            [int(one) for one in data.get("messages", [])],
            [int(one) for one in data.get("attachments", [])],
            data["with_customer"],
            data["beyond"],
        )


def _said(ticket: Ticket, message: Message) -> str:
    when = clock.local(ticket.organisation, message.entry.happened_at).strftime("%d/%m %H:%M")
    who = _("the customer") if message.is_incoming else _("we")
    return f"{when}, {who}: {message.text[:120]}"


def _file(ticket: Ticket, file: Attachment) -> str:
    when = clock.local(ticket.organisation, file.entry.happened_at).strftime("%d/%m %H:%M")
    return f"{file.filename} ({when})"


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why"), widget=_AREA, max_length=4_000)


class OfficeExtensionForm(ReasonForm):
    days = forms.IntegerField(label=gettext_lazy("More working days"), min_value=1, max_value=MOST_DAYS)
    beyond = forms.CharField(label=gettext_lazy("Why later than our own term"), required=False, max_length=1_000)
    field_order = ("days", "reason", "beyond")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].help_text = _("The customer and the office read it.")


class WordsForm(forms.Form):
    """Words to an office or to a colleague, with files."""

    text = forms.CharField(label=gettext_lazy("Text"), widget=_AREA, max_length=20_000)

    def __init__(self, *args: Any, required: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].required = required
        self.fields["files"] = FilesField(label=_("Files"), required=False)


class AnswerForm(WordsForm):
    how = forms.ChoiceField(label=gettext_lazy("How the answer came"))
    field_order = ("how", "text", "files")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice(self, "how").choices = [(code, channel_word(code)) for code in ELSEWHERE]
        self.order_fields(self.field_order)


class OfficeForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, help_text=gettext_lazy("Customers read it."))
    competence = forms.CharField(
        label=gettext_lazy("What it is competent for"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("For colleagues who must choose whom to ask."),
    )
    channel = forms.ChoiceField(label=gettext_lazy("How it is asked"), choices=Office.Channel.choices)
    team = forms.ChoiceField(label=gettext_lazy("Team, when it is inside"), required=False)
    address = forms.EmailField(label=gettext_lazy("Address, when it is outside"), required=False)
    calendar = forms.ChoiceField(
        label=gettext_lazy("Opening days"),
        required=False,
        help_text=gettext_lazy("Its working days are counted by these."),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Working days it usually has"), min_value=1, max_value=MOST_DAYS, initial=5
    )

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice(self, "team").choices = [("", "—"), *_teams(organisation.pk)]
        calendars = OfficeCalendar.objects.filter(organisation=organisation).order_by("slug")
        self.calendars = {str(one.pk): one for one in calendars}
        choice(self, "calendar").choices = [
            ("", _("Those of the ticket's procedure")),
            *((key, one.name_in(language_now()) or one.slug) for key, one in self.calendars.items()),
        ]
        self.organisation = organisation

    @staticmethod
    def of(office: Office) -> dict[str, Any]:
        return {
            "name": office.name,
            "competence": office.competence,
            "channel": office.channel,
            "team": str(office.team_id or ""),
            "address": office.address,
            "calendar": str(office.calendar_id or ""),
            "days": office.days,
        }

    def plan(self) -> Plan:
        data = self.cleaned_data
        team = Team.objects.filter(organisation=self.organisation, pk=data["team"]).first() if data["team"] else None
        return Plan(
            data["name"],
            data["channel"],
            data["competence"],
            team,
            data["address"],
            self.calendars.get(data["calendar"]),
            data["days"],
        )


class ChecklistForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    items = forms.CharField(
        label=gettext_lazy("Items"),
        widget=_AREA,
        max_length=30_000,
        help_text=gettext_lazy("One a line. A line that begins with ! must be ticked before the ticket is closed."),
    )


class TemplateForm(ChecklistForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of request"),
        required=False,
        help_text=gettext_lazy("Hung on every new ticket of this kind. Without one it is hung by hand."),
    )
    field_order = ("name", "kind", "items")

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        found = Kind.objects.filter(organisation=organisation, retired_at__isnull=True).order_by("position")
        self.kinds = {str(one.pk): one for one in found}
        choice(self, "kind").choices = [
            ("", _("By hand")),
            *((key, one.name_in(language_now())) for key, one in self.kinds.items()),
        ]

    @staticmethod
    def of(template: ChecklistTemplate) -> dict[str, Any]:
        lines = [("! " if one.get("mandatory") else "") + one["text"] for one in template.items]
        return {"name": template.name, "kind": str(template.kind_id or ""), "items": "\n".join(lines)}

    def chosen_kind(self) -> Kind | None:
        return self.kinds.get(self.cleaned_data["kind"])


class TicketChecklistForm(ChecklistForm):
    """One that was written, or one written here."""

    template = forms.ChoiceField(label=gettext_lazy("Checklist"), required=False)
    field_order = ("template", "name", "items")

    def __init__(self, ticket: Ticket, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        found = ChecklistTemplate.objects.filter(organisation=ticket.organisation_id, retired_at__isnull=True)
        hung = Checklist.objects.filter(ticket=ticket, template__isnull=False).values("template")
        self.templates = {str(one.pk): one for one in found.exclude(pk__in=hung).order_by("name")}
        choice(self, "template").choices = [
            ("", _("Write one for this ticket")),
            *((key, one.name) for key, one in self.templates.items()),
        ]
        self.fields["name"].required = self.fields["items"].required = False


class CaseForm(forms.Form):
    case = forms.CharField(
        label=gettext_lazy("What the case is"),
        widget=_AREA,
        max_length=4_000,
        help_text=gettext_lazy("And why no procedure fits."),
    )
    needed = forms.CharField(
        label=gettext_lazy("What you need to go on"),
        widget=_AREA,
        max_length=4_000,
        help_text=gettext_lazy("A rule, a form, who decides, by when."),
    )
    meanwhile = forms.CharField(
        label=gettext_lazy("What you did meanwhile, and why"), widget=_AREA, max_length=4_000, required=False
    )
    team = forms.ChoiceField(label=gettext_lazy("Back office"))

    def __init__(self, ticket: Ticket, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice(self, "team").choices = _teams(ticket.organisation_id)


class SolutionForm(forms.Form):
    result = forms.ChoiceField(
        label=gettext_lazy("What it becomes"), choices=UnknownCase.Result.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=gettext_lazy("How to go on with this case"),
        widget=_AREA,
        max_length=4_000,
        help_text=gettext_lazy("The colleague who asked reads it on the ticket."),
    )
    name = forms.CharField(label=gettext_lazy("Name or title of the draft"), max_length=200, required=False)
    body = forms.CharField(
        label=gettext_lazy("Text of the reply or sheet"), widget=_AREA, max_length=20_000, required=False
    )
    family = forms.ChoiceField(label=gettext_lazy("Sort of request"), choices=Kind.Family.choices, required=False)
    days = forms.IntegerField(label=gettext_lazy("Term"), min_value=1, max_value=3_660, required=False, initial=30)
    unit = forms.ChoiceField(
        label=gettext_lazy("Counted in"),
        choices=Procedure.Unit.choices,
        required=False,
        initial=Procedure.Unit.CALENDAR_DAYS,
    )
    source = forms.CharField(
        label=gettext_lazy("Where the term comes from"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Left empty: it is asked before the procedure can be switched on."),
    )

    def solution(self) -> Solution:
        data = self.cleaned_data
        plan = None
        if data["result"] == UnknownCase.Result.PROCEDURE:
            plan = ProcedureDraft(
                data["name"],
                data["family"],
                data["days"] or 30,
                data["unit"] or Procedure.Unit.CALENDAR_DAYS,
                data["source"],
            )
        return Solution(data["result"], data["words"], data["name"], data["body"], plan)


class DecliningForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("How to go on with this case"),
        widget=_AREA,
        max_length=4_000,
        help_text=gettext_lazy("Which procedure there is, or why none is needed."),
    )

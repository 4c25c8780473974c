"""Forms of the clock: stop it, let it go on, move its end, say what was given, done and why."""

from __future__ import annotations

from datetime import datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.fields import choice
from sportello.records.tickets import blockers
from sportello.records.tickets.models import Extension, Message, StatedReason, Ticket
from sportello.records.tickets.rules import rules_of

_DOCUMENT = gettext_lazy("Document")
_REASON = gettext_lazy("Why")


def _language() -> str:
    return get_language() or "it"


class _Reasoned(forms.Form):
    """Reason and document: every act on a term has both fields."""

    reason = forms.CharField(
        label=_REASON,
        widget=forms.Textarea,
        max_length=4000,
        help_text=gettext_lazy("The customer reads it as it is."),
    )
    document = forms.CharField(
        label=_DOCUMENT,
        max_length=300,
        required=False,
        help_text=gettext_lazy("What it rests on: a protocol number, the title of a letter."),
    )
    upload = forms.FileField(label=gettext_lazy("File"), required=False)


def _day_field(label: object, hint: object = "") -> forms.DateField:
    return forms.DateField(
        label=label,  # type: ignore[arg-type]  # a lazy text, as everywhere in forms
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=hint,  # type: ignore[arg-type]  # as above
    )


def end_of(organisation: Organisation, day: object, at: time = time(23, 59, 59)) -> datetime | None:
    """A day of the form as an instant on the organisation's wall clock."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day, at), clock.zone(organisation))  # type: ignore[arg-type]  # a date field


class SuspensionForm(_Reasoned):
    cause = forms.ChoiceField(label=gettext_lazy("Cause"), widget=forms.RadioSelect)
    until = _day_field(
        gettext_lazy("Until at the latest"), gettext_lazy("Left empty: as long as the procedure allows.")
    )
    third_party = forms.CharField(
        label=gettext_lazy("Who else is concerned"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Only where others may object. The customer is not told who."),
    )
    proof = forms.CharField(
        label=gettext_lazy("How they were told"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("The registered letter's number, for instance. Left empty: the notice stays due."),
    )
    field_order = ("cause", "reason", "document", "upload", "until", "third_party", "proof")

    def __init__(self, ticket: Ticket, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # passed on as given
        self.organisation = ticket.organisation
        rules = rules_of(ticket.procedure).suspensions
        language = _language()
        choices = [(one.code, f"{in_language(one.names, language) or one.code} ({one.source})") for one in rules]
        choice(self, "cause").choices = choices
        if len(choices) == 1:
            self.fields["cause"].initial = choices[0][0]
        self.nothing = "" if rules else _("The procedure of this ticket knows no suspension.")
        if not any(one.waits_for == "third_party" for one in rules):
            del self.fields["third_party"], self.fields["proof"]

    def latest(self) -> datetime | None:
        return end_of(self.organisation, self.cleaned_data["until"])


class TermResumptionForm(forms.Form):
    came_on = _day_field(
        gettext_lazy("When what was awaited came"), gettext_lazy("Left empty: now. The term goes on from that day.")
    )
    reason = forms.CharField(label=_REASON, widget=forms.Textarea, max_length=2000, required=False)
    document = forms.CharField(label=_DOCUMENT, max_length=300, required=False)
    upload = forms.FileField(label=gettext_lazy("File"), required=False)


class ExtensionForm(_Reasoned):
    sort = forms.ChoiceField(
        label=gettext_lazy("What it is"),
        choices=Extension.Sort.choices,
        widget=forms.RadioSelect,
        initial=Extension.Sort.INTERIM,
    )
    field_order = ("sort", "reason", "document", "upload")


class PauseForm(_Reasoned):
    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # passed on as given
        self.fields["reason"].help_text = _("For colleagues: service levels stand still. Terms of law run on.")


class NoticeGivenForm(forms.Form):
    how = forms.ChoiceField(label=gettext_lazy("How they were told"), widget=forms.RadioSelect)
    proof = forms.CharField(
        label=gettext_lazy("Proof"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("A number, a date, who signed; or attach the copy."),
    )
    upload = forms.FileField(label=gettext_lazy("File"), required=False)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # passed on as given
        choice(self, "how").choices = [
            ("letter", _("Registered letter")),
            ("pec", _("PEC")),
            ("counter", _("At the counter")),
            ("phone", _("By phone")),
        ]


class ReasonsForm(forms.Form):
    """One field for each reason the procedure asks for."""

    def __init__(self, ticket: Ticket, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # passed on as given
        newest: dict[str, str] = {}
        for row in StatedReason.objects.filter(ticket=ticket).order_by("at", "id"):
            newest[row.about] = row.text
        labels = dict(StatedReason.About.choices)
        for about in blockers.asked_reasons(rules_of(ticket.procedure)):
            self.fields[about] = forms.CharField(
                label=labels[about],
                widget=forms.Textarea,
                required=False,
                max_length=2000,
                initial=newest.get(about, ""),
                help_text=_("Which it is, and why this one fits here."),
            )
        self.nothing = "" if self.fields else _("The procedure of this ticket asks for no reasons.")


class BlocksForm(forms.Form):
    """For each mandatory block: which of our messages holds it."""

    def __init__(self, ticket: Ticket, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # passed on as given
        sent = list(
            Message.objects.filter(entry__ticket=ticket, direction=Message.Direction.OUT, notice_moment="")
            .select_related("entry")
            .order_by("-id")[:20]
        )
        choices = [("", _("Not there yet"))]
        for message in sent:
            when = clock.local(ticket.organisation, message.entry.happened_at).strftime("%d/%m/%Y %H:%M")
            choices.append((str(message.pk), f"{when}: {message.text[:60]}"))
        language = _language()
        given = {row.code: str(row.message_id) for row in ticket.reply_blocks.order_by("id")}
        for block in rules_of(ticket.procedure).reply_blocks:
            self.fields[block.code] = forms.ChoiceField(
                label=in_language(block.names, language) or block.code,
                choices=choices,
                required=False,
                initial=given.get(block.code, ""),
                help_text=in_language(block.hints, language) if block.hints else "",
            )
        nothing = _("The procedure of this ticket says nothing of what a reply must contain.")
        self.nothing = "" if self.fields else nothing

    def found(self) -> dict[str, int]:
        return {code: int(value) for code, value in self.cleaned_data.items() if value}

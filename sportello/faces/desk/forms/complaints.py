"""Forms of a complaint, one a verb."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.fields import choice
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind
from sportello.service.backoffice.complaints import instances, queries, replies
from sportello.service.backoffice.complaints.limits import DEFAULTS
from sportello.service.backoffice.complaints.replies import Block
from sportello.service.backoffice.models import Complaint, ComplaintReply, Instance, OfferedRemedy

from .amounts import AmountField, colleague_field, colleagues, day_field, words
from .writing import FilesField

_ANY = [("", gettext_lazy("any"))]


class RegisterFilter(forms.Form):
    """Filters of the register, read from the address."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False,
        choices=[
            ("open", pgettext_lazy("complaints", "Open")), ("late", pgettext_lazy("complaints", "Late")),
            ("closed", pgettext_lazy("complaints", "Closed")), ("annulled", pgettext_lazy("complaints", "Annulled")),
            ("all", pgettext_lazy("complaints", "All")),
        ],
    )  # fmt: skip
    year = forms.TypedChoiceField(label=gettext_lazy("Year"), required=False, coerce=int, empty_value=None)
    severity = forms.TypedChoiceField(
        label=gettext_lazy("Severity"), required=False, coerce=int, empty_value=None,
        choices=[*_ANY, *Complaint.Severity.choices],
    )
    finding = forms.ChoiceField(
        label=gettext_lazy("Finding"), required=False, choices=[*_ANY, *Complaint.Finding.choices]
    )
    kind = forms.TypedChoiceField(label=gettext_lazy("Kind"), required=False, coerce=int, empty_value=None)
    responsible = forms.TypedChoiceField(
        label=gettext_lazy("Responsible"), required=False, coerce=int, empty_value=None
    )
    safety = forms.BooleanField(label=gettext_lazy("Safety in question"), required=False)

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        tongue = get_language() or "it"
        kinds = Kind.objects.filter(organisation=organisation, family=Kind.Family.COMPLAINT)
        choices: dict[str, list[tuple[Any, Any]]] = {
            "year": [(year, str(year)) for year in queries.years(organisation)],
            "kind": [(kind.pk, kind.name_in(tongue)) for kind in kinds],
            "responsible": [(one.pk, one.user.name) for one in colleagues(organisation)],
        }
        for name, found in choices.items():
            choice(self, name).choices = [*_ANY, *found]
        for name, field in self.fields.items():
            if name != "safety":
                field.widget.attrs["class"] = "control"

    def chosen(self) -> queries.Chosen:
        """What is asked for; a filter that makes no sense is left out."""
        self.is_valid()
        data = self.cleaned_data
        return queries.Chosen(
            state=data.get("state") or "open", year=data.get("year"), finding=data.get("finding") or "",
            severity=data.get("severity"), kind_id=data.get("kind"), responsible_id=data.get("responsible"),
            is_safety=bool(data.get("safety")),
        )


class AcknowledgementForm(forms.Form):
    text = words(gettext_lazy("What the customer is told"), rows=12, most=20_000)
    base_position = forms.IntegerField(widget=forms.HiddenInput)


class AssessmentForm(forms.Form):
    severity = forms.TypedChoiceField(
        label=gettext_lazy("How grave is it?"), choices=Complaint.Severity.choices, coerce=int,
        widget=forms.RadioSelect,
    )
    risk = forms.TypedChoiceField(
        label=gettext_lazy("Will it happen again?"), choices=Complaint.Risk.choices, coerce=int,
        widget=forms.RadioSelect,
    )
    is_safety = forms.BooleanField(
        label=gettext_lazy("Somebody's safety or health is in question"), required=False,
        help_text=gettext_lazy("The ticket becomes urgent."),
    )
    text = words(gettext_lazy("What you see so far"), required=False, hint=gettext_lazy("Among colleagues."))

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["responsible"] = colleague_field(
            organisation, gettext_lazy("Who answers for it"), hint=gettext_lazy("The customer is told their name.")
        )
        self.order_fields(("severity", "risk", "is_safety", "responsible", "text"))


class InvestigationForm(forms.Form):
    text = words(
        gettext_lazy("What was found"), rows=6, hint=gettext_lazy("Among colleagues: checks made, and with whom.")
    )
    cause = forms.ChoiceField(
        label=gettext_lazy("What went wrong"), choices=Complaint.Cause.choices, widget=forms.RadioSelect
    )


class ReplyForm(forms.Form):
    """A field a block, named `block-<code>`; of a final reply also what was decided."""

    base_position = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, complaint: Complaint, sort: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sort, self.blocks = sort, replies.blocks(complaint, sort)
        if sort == ComplaintReply.Sort.FINAL:
            self.fields["finding"] = forms.ChoiceField(
                label=gettext_lazy("What was decided"), choices=Complaint.Finding.choices, widget=forms.RadioSelect,
                required=False,
            )
        for block in self.blocks:
            hint = " ".join(filter(None, [_wanted(block), block.hint]))
            self.fields[f"block-{block.code}"] = words(block.name, rows=5, required=False, most=20_000, hint=hint)
        if sort == ComplaintReply.Sort.FINAL:
            self.fields["left_out_why"] = words(
                gettext_lazy("Why it leaves without a part that is required"), rows=2, required=False,
                hint=gettext_lazy("Only when a required part stays empty. It is kept in the register."),
            )
        self.fields["files"] = FilesField(label=gettext_lazy("Files"), required=False)

    def marked(self) -> ReplyForm:
        """For drawing: fields the rule asks for are told from optional ones; a draft may be kept without them."""
        self.use_required_attribute = False
        for block in self.blocks:
            self.fields[f"block-{block.code}"].required = block.is_mandatory
        if "finding" in self.fields:
            self.fields["finding"].required = True
        return self

    def texts(self) -> dict[str, str]:
        return {block.code: self.cleaned_data.get(f"block-{block.code}", "") for block in self.blocks}


def _wanted(block: Block) -> str:
    if not block.is_mandatory:
        return ""
    return {
        "refusal": str(gettext_lazy("Required when something is not upheld.")),
        "acceptance": str(gettext_lazy("Required when something is upheld.")),
    }.get(block.when, "")


class RemedyForm(forms.Form):
    sort = forms.ChoiceField(
        label=gettext_lazy("Remedy"), choices=OfferedRemedy.Sort.choices, widget=forms.RadioSelect
    )
    cost = AmountField(
        label=gettext_lazy("What it costs us, in euros"), required=False,
        help_text=gettext_lazy("Of a compensation it is computed; of an apology or a correction leave it empty."),
    )
    price = AmountField(
        label=gettext_lazy("Price paid, in euros"), required=False,
        help_text=gettext_lazy("Only where the compensation is a share of it."),
    )
    text = words(gettext_lazy("What the customer gets"), rows=3, required=False)
    reason = words(gettext_lazy("Why this remedy"), rows=3, hint=gettext_lazy("Among colleagues."), most=2000)

    def __init__(self, needs_price: bool, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not needs_price:
            del self.fields["price"]


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"), widget=forms.RadioSelect,
        choices=[("grant", gettext_lazy("Grant it")), ("refuse", gettext_lazy("Refuse it"))],
    )
    reason = words(
        gettext_lazy("Why"), rows=3, required=False, most=2000,
        hint=gettext_lazy("Required to refuse. Who asked reads it."),
    )


class InstanceForm(forms.Form):
    code = forms.ChoiceField(label=gettext_lazy("Body"), widget=forms.RadioSelect)
    opened_on = day_field(gettext_lazy("Since when"))
    reference = forms.CharField(label=gettext_lazy("Its number there"), max_length=100, required=False)
    answer_by = day_field(gettext_lazy("We must answer by"), required=False)

    def __init__(self, complaint: Complaint, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        tongue = get_language() or "it"
        found = instances.bodies(complaint)
        choice(self, "code").choices = [
            (code, in_language(names, tongue) or code) for code, (_sort, names) in found.items()
        ]


class InstanceStateForm(forms.Form):
    state = forms.ChoiceField(
        label=gettext_lazy("What happened"), widget=forms.RadioSelect,
        choices=[
            (Instance.State.HEARD, gettext_lazy("They have taken it up")),
            (Instance.State.CONCLUDED, gettext_lazy("It has ended")),
            (Instance.State.DROPPED, gettext_lazy("It was dropped")),
        ],
    )  # fmt: skip
    answer_by = day_field(gettext_lazy("We must answer by"), required=False)
    result = forms.ChoiceField(
        label=gettext_lazy("How it ended"), required=False, choices=[("", "—"), *Instance.Result.choices]
    )
    concluded_on = day_field(gettext_lazy("Ended on"), required=False)
    cost = AmountField(label=gettext_lazy("What it cost us, in euros"), required=False)
    text = words(gettext_lazy("What was decided"), rows=3, required=False)


class LessonForm(forms.Form):
    lesson = words(gettext_lazy("What we learned"), rows=3)
    action = words(gettext_lazy("What we change"), rows=3)
    due_on = day_field(gettext_lazy("By when"))
    public_text = forms.CharField(
        label=gettext_lazy("In the annual report"), max_length=500, required=False,
        help_text=gettext_lazy("One sentence for everybody, without names. Left empty, the report does not tell it."),
    )

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"] = colleague_field(organisation, gettext_lazy("Who does it"))
        self.order_fields(("lesson", "action", "owner", "due_on", "public_text"))


class LessonDoneForm(forms.Form):
    effect = words(gettext_lazy("What came of it"), rows=3)


class AnnulmentForm(forms.Form):
    reason = words(
        gettext_lazy("Why it is annulled"), rows=3, most=2000,
        hint=gettext_lazy("It stays in the register with its number, this reason and your name."),
    )


class LimitForm(forms.Form):
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), required=False,
        choices=[("", "—"), *[(role, Membership.Role(role).label) for role in DEFAULTS]],
    )
    sort = forms.ChoiceField(
        label=gettext_lazy("Remedy"), required=False,
        choices=[("", gettext_lazy("every remedy without a limit of its own")), *OfferedRemedy.Sort.choices],
    )
    amount = AmountField(label=gettext_lazy("Up to, in euros"), required=False)
    unlimited = forms.BooleanField(label=gettext_lazy("Without limit"), required=False)

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["member"] = colleague_field(
            organisation, gettext_lazy("Or one person"), required=False,
            hint=gettext_lazy("A person's own limit goes before that of their role."),
        )
        self.order_fields(("role", "member", "sort", "amount", "unlimited"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("amount") is None and not data.get("unlimited") and "amount" not in self.errors:
            self.add_error("amount", str(gettext_lazy("Write an amount, or say that there is no limit.")))
        return data

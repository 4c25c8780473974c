"""The composer: reply and note are two forms, so that the one can never be sent as the other."""

from __future__ import annotations

from email.utils import formataddr, getaddresses
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.records.tickets.models import Closure
from sportello.service.channels import recipients
from sportello.service.channels.mailkit.wire import BadMail, wire_address

MOST_RECIPIENTS = recipients.MOST
#: How an hour may be typed.
HOURS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M"]


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; sizes and types are checked where they are kept (`files.actions.keep_uploads`)."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        return data


def parse_addresses(typed: str) -> list[tuple[str, str]]:
    """`Name <address>, address` as (name, address); ValidationError names what is not an address."""
    found: list[tuple[str, str]] = []
    for name, address in getaddresses([typed.replace(";", ",").replace("\n", ",")]):
        if not address and not name:
            continue
        try:
            if not address.isascii():
                # letters of other scripts are addresses too (RFC 6531): the sender asks the server about them
                wire_address(address)
            else:
                validate_email(address)
        except (ValidationError, BadMail):
            raise ValidationError(
                _("“%(typed)s” is not an e-mail address. Correct it or take it out.") % {"typed": address or name}
            ) from None
        if recipients.key(address) not in {recipients.key(known) for _name, known in found}:
            found.append((name.strip(), address))
    if len(found) > MOST_RECIPIENTS:
        raise ValidationError(_("At most %(most)d recipients at once.") % {"most": MOST_RECIPIENTS})
    return found


def write_addresses(people: list[tuple[str, str]]) -> str:
    """As a person reads and edits them."""
    return ", ".join(
        formataddr((name, address)) if name.isascii() and address.isascii() else _by_hand(name, address)
        for name, address in people
    )


def _by_hand(name: str, address: str) -> str:
    """What the library refuses to write, or would write in encoded words."""
    quoted = name.replace("\\", "").replace('"', "'")
    return f'"{quoted}" <{address}>' if quoted else address


class WithFiles(forms.Form):
    """A form with several files in the field `files` (added here: the name is also the form's own attribute)."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["files"] = FilesField(label=_("Files"), required=False)


class ReplyForm(WithFiles):
    THEN = (
        ("keep", gettext_lazy("keep it open")),
        ("wait", gettext_lazy("wait for the customer")),
        ("close", gettext_lazy("close it")),
    )

    to = forms.CharField(label=gettext_lazy("To"), required=False)
    cc = forms.CharField(label=gettext_lazy("Cc"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Reply to the customer"), required=False, strip=False, widget=forms.Textarea
    )
    base_position = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    send_at = forms.DateTimeField(
        label=gettext_lazy("Send on"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=HOURS,
    )
    #: The hour of a button: beside the field, which is sent too and is mostly empty.
    send_preset = forms.DateTimeField(required=False, input_formats=HOURS)
    then = forms.ChoiceField(label=gettext_lazy("Then"), choices=THEN, initial="keep", required=False)
    outcome = forms.ChoiceField(
        label=gettext_lazy("How it ended"), required=False, choices=[("", "—"), *Closure.Outcome.choices]
    )
    reason = forms.CharField(label=gettext_lazy("Why it ends so"), required=False, max_length=500)

    def clean_to(self) -> list[tuple[str, str]]:
        return parse_addresses(self.cleaned_data["to"])

    def clean_cc(self) -> list[tuple[str, str]]:
        return parse_addresses(self.cleaned_data["cc"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["then"] = data.get("then") or "keep"
        data["send_at"] = data.get("send_preset") or data.get("send_at")
        if data["then"] == "close":
            if not data.get("outcome"):
                self.add_error("outcome", _("To close with this reply, choose how it ended."))
            if not data.get("reason", "").strip():
                self.add_error("reason", _("To close with this reply, say why it ends so: the customer reads it."))
        return data


class NoteForm(WithFiles):
    text = forms.CharField(
        label=gettext_lazy("Note for colleagues"), required=False, strip=False, widget=forms.Textarea
    )


class CallForm(forms.Form):
    """A call or a visit that was about this ticket, told in a few words."""

    WAYS = (
        ("phone-in", gettext_lazy("They rang")),
        ("phone-out", gettext_lazy("We rang")),
        ("counter-in", gettext_lazy("They came")),
    )

    way = forms.ChoiceField(label=gettext_lazy("How"), choices=WAYS, initial="phone-in")
    text = forms.CharField(
        label=gettext_lazy("What was said"), required=False, strip=False, widget=forms.Textarea
    )


class DraftForm(forms.Form):
    """What the composer posts by itself while somebody types: nothing in it can be wrong."""

    text = forms.CharField(required=False, strip=False)
    to = forms.CharField(required=False)
    cc = forms.CharField(required=False)
    base_position = forms.IntegerField(required=False, min_value=0)

"""Fields several forms of the portal share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from sportello.foundation.core.errors import Refusal

#: What the room of a text is told to be.
TEXT_MOST = 10_000


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"data-max": settings.ATTACHMENT_BYTES})


def files_field() -> forms.Field:
    """The field only draws: the files themselves are kept by the view, one by one, whatever else is wrong."""
    return forms.Field(label=_("Files"), required=False, widget=ManyFiles, help_text=lazy(files_help, str)())


def files_help() -> str:
    most = settings.ATTACHMENTS_AT_ONCE
    return ngettext(
        "Photos or documents. One file, up to %(size)d MB.",
        "Photos or documents. Up to %(most)d files, %(size)d MB each.",
        most,
    ) % {"most": most, "size": settings.ATTACHMENT_BYTES // 1024 // 1024}


def words_field(label: Any, help_text: Any = "", missing: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=TEXT_MOST, widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={
            "required": missing or _("Write your message."),
            "max_length": _("This text is longer than %(limit_value)d characters. Shorten it, or attach it as a file."),
        },
    )


def add_refusal(form: forms.Form, refusal: Refusal) -> None:
    """The sentence at its field, or on top when the form has no such field."""
    form.add_error(refusal.field if refusal.field in form.fields else None, ValidationError(str(refusal.sentence)))

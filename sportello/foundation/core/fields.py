"""Checks on `{language: text}` labels."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def check_texts(value: Any) -> None:
    """A label in several languages: `{"it": "Reclamo", "en": "Complaint"}`, at least one text."""
    if (
        not isinstance(value, dict)
        or not value
        or not all(isinstance(code, str) and isinstance(text, str) for code, text in value.items())
    ):
        raise ValidationError(_("Write the text in at least one language."))

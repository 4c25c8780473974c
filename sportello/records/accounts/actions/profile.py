"""What people change about themselves."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line

from ..models import User


def change_profile(user: User, *, name: str, language: str) -> None:
    """Name and language. Not journalled: the journal belongs to organisations, a user to none, and neither changes
    a right. Raises Refusal on `name` or `language`."""
    shown = one_line(name, 150)
    if not shown:
        raise Refusal(_("Write your name as colleagues should read it."), field="name")
    if language not in dict(settings.LANGUAGES):
        raise Refusal(_("Choose one of the languages."), field="language")
    user.name, user.language = shown, language
    user.save(update_fields=["name", "language"])

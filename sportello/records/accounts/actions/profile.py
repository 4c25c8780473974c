"""What people change about themselves."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line

from ..models import User

#: Seconds in which a sent reply can be taken back, as people may choose them.
UNDO_CHOICES = (0, 10, 20, 30)


def undo_seconds(user: User) -> int:
    """How long what `user` sends can be taken back: their own choice, else the installation's."""
    return settings.UNDO_SECONDS if user.undo_seconds is None else user.undo_seconds


def change_profile(user: User, *, name: str, language: str, undo_seconds: int | None = None) -> None:
    """Name, language, and seconds to take back what was sent (None: as before).

    Not journalled: the journal belongs to organisations, a user to none, and none of it changes a right. Raises Refusal
    on `name`, `language` or `undo_seconds`."""
    shown = one_line(name, 150)
    if not shown:
        raise Refusal(_("Write your name as colleagues should read it."), field="name")
    if language not in dict(settings.LANGUAGES):
        raise Refusal(_("Choose one of the languages."), field="language")
    if undo_seconds is not None and undo_seconds not in UNDO_CHOICES:
        raise Refusal(_("Choose one of the durations."), field="undo_seconds")
    user.name, user.language = shown, language
    if undo_seconds is not None:
        user.undo_seconds = undo_seconds
    user.save(update_fields=["name", "language", "undo_seconds"])

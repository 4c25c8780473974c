"""What only the portal's templates need."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from sportello.foundation.ui.templatetags.plain import plain_blocks
from sportello.records.accounts.models import Team

from ..page import language

register = template.Library()


@register.filter
def whole_moment(at: datetime) -> str:
    """Date and hour in full, as a receipt says them, on the organisation's wall clock."""
    local = timezone.localtime(at)
    return _("%(day)s at %(time)s") % {"day": whole_day(at), "time": local.strftime("%H:%M")}


@register.filter
def whole_day(at: datetime) -> str:
    """Italian writes week days and months small; Django's names are made to stand alone."""
    day = formats.date_format(timezone.localtime(at), _("l, j F Y"))
    return day.lower() if language() == "it" else day


@register.filter
def named(team: Team) -> str:
    """The team's name in the language of the page."""
    return team.name_in(language())


@register.filter
def entry_id(number: int) -> str:
    return f"e{number}"


register.filter(plain_blocks)

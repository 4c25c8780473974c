"""What only the portal's templates need."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

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


@register.filter
def plain_blocks(text: str) -> SafeString:
    """Plain text of a sheet or notice: paragraphs parted by an empty line, lists by a leading dash."""
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return mark_safe("".join(part for block in blocks for part in _block(block)))  # noqa: S308 - every part is escaped below


def _block(block: str) -> Iterator[str]:
    for is_list, lines in groupby(block.strip().split("\n"), key=lambda line: line.lstrip().startswith(("- ", "• "))):
        if is_list:
            items = ((_linked(line.lstrip()[2:]),) for line in lines)
            yield format_html('<ul class="portal-list">{}</ul>', format_html_join("", "<li>{}</li>", items))
        else:
            linked = ((_linked(line),) for line in lines)
            yield format_html("<p>{}</p>", format_html_join(mark_safe("<br>"), "{}", linked))


def _linked(line: str) -> SafeString:
    return mark_safe(urlize(line, autoescape=True))  # noqa: S308 - urlize escapes

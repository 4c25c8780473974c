"""Plain text as people read it: on the desk and on the portal alike."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from django import template
from django.utils.html import format_html, format_html_join, urlize
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


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

"""Words and marks of the desk's own templates."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import BaseForm
from django.template import Context
from django.utils.html import format_html, urlize
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info, pgettext
from django.utils.translation import gettext as _

from sportello.faces.desk import sentences, stencils
from sportello.faces.desk.found import Hit
from sportello.faces.desk.places import ListPlace
from sportello.faces.desk.timeline_lines import Leaving, Line
from sportello.foundation.core.text import in_language
from sportello.foundation.ui.markup import attributes, escaped, paragraphs
from sportello.foundation.ui.quick.stencil import Mark
from sportello.foundation.ui.templatetags.ui import badge, button, icon, instant, kbd, number
from sportello.foundation.ui.words import initials
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.queries import TicketRow

register = template.Library()

_STATES = {
    Ticket.Status.NEW: ("accent", "dot"),
    Ticket.Status.IN_PROGRESS: ("info", "half"),
    Ticket.Status.WAITING: ("neutral", "clock"),
    Ticket.Status.CLOSED: ("ok", "check-circle"),
}


@register.filter
def said(texts: dict[str, str]) -> str:
    """A `{language: text}` label in the language of the screen."""
    return in_language(texts, sentences.language_now()) if texts else ""


@register.filter
def channel(code: str) -> str:
    return sentences.channel_word(code)


@register.simple_tag
def channel_icon(code: str, size: int = 16) -> SafeString:
    """The channel's sign; it is read aloud, since in a row it stands for the word."""
    return icon(sentences.CHANNEL_ICONS.get(code, "mail"), label=sentences.channel_word(code), size=size)


@register.simple_tag
def status_badge(status: str, label: Any) -> SafeString:
    state, name = _STATES.get(Ticket.Status(status), ("neutral", "ring"))
    # the bare word is also the name of a list of closed ones, which in Italian is a plural
    said = pgettext("one ticket", "Closed") if status == Ticket.Status.CLOSED else label
    return badge(said, state=state, icon_name=name)


@register.filter
def exact(at: datetime) -> str:
    """Day and hour in full, for paper."""
    return sentences.exactly(at)


@register.filter
def short(name: str) -> str:
    """Initials."""
    return initials(name)


@register.filter
def language_word(code: str) -> str:
    """A language by its name in the screen's language; an unknown code stays as it is."""
    try:
        return str(get_language_info(code)["name_translated"]).lower()
    except KeyError:
        return code


#: In every word that may be an address a sign follows on one of these; a text without is not looked at word by word.
_AN_ADDRESS = re.compile(r"[.:@]\S")


@register.filter
def urlize_quiet(text: str) -> SafeString:
    """Addresses as links that tell the other side nothing about us."""
    if not _AN_ADDRESS.search(text):
        return SafeString(escaped(text))
    return SafeString(
        urlize(text, nofollow=True, autoescape=True).replace(
            'rel="nofollow"', 'rel="nofollow noopener noreferrer" target="_blank"'
        )
    )


@register.simple_tag
def ticket_place(place: ListPlace, slug: str, number: str) -> str:
    """A ticket's address that remembers the list it is opened from."""
    return place.ticket_url(slug, number)


@register.simple_tag
def row_facts(row: TicketRow, place: ListPlace, several: bool = False) -> SafeString:
    """The second line of a row: the chosen columns that have something to say."""
    facts = [_FACTS[name](row, several) for name in place.columns]
    return SafeString(" · ".join([escaped(fact) for fact in facts if fact]))


#: column → what it has to say of a row; the organisation only where several are shown
_FACTS: dict[str, Callable[[TicketRow, bool], Any]] = {
    "kind": lambda row, several: said(row.kind_names),
    "channel": lambda row, several: channel(row.channel),
    "organisation": lambda row, several: row.slug if several else "",
    "number": lambda row, several: number(row.number),
    "status": lambda row, several: row.status_label,
    "team": lambda row, several: said(row.team_names),
    "owner": lambda row, several: row.owner_name or _("nobody's yet"),
    "opened": lambda row, several: instant(row.opened_at, row.now),
    "waiting": lambda row, several: instant(row.unanswered_since, row.now),
}


@register.filter
def words_around(hit: Hit) -> SafeString:
    """Of a ticket that was found: the words around what was found, with a lock where colleagues alone read them."""
    if not hit.snippet:
        return SafeString("")
    lock = f"{icon('lock', label=_('Internal'), size=16)} " if hit.is_internal else ""
    return SafeString(f'<span class="row-found">{lock}{escaped(hit.snippet)}</span>')


@register.simple_tag
def walk_links(place: ListPlace | str, ticket: Ticket) -> SafeString:
    """To the ticket before and the one after in the list it was opened from; nothing where no list is known."""
    if isinstance(place, Mark):
        return SafeString(place)  # the head is drawn for its shape, and this is put in later
    name = f"ticket-walk-{ticket.pk}"  # a head drawn anew, which knows no list, keeps what was there
    kept = attributes({"preserve": "true", "id": name, "class": "ticket-walk"})
    if not isinstance(place, ListPlace):
        return format_html("<span{}></span>", kept)
    slug, number = ticket.organisation.slug, ticket.number
    previous, following = (escaped(place.beside_url(slug, number, where)) for where in ("previous", "next"))
    before, between, after = _walk_buttons(sentences.language_now())
    return SafeString(f"<span{kept}>{before}{previous}{between}{following}{after}</span>")


@cache
def _walk_buttons(language: str) -> list[str]:
    """Both, in the language that is active, without their addresses."""
    ways = ((_("Previous in the list"), "chevron-up", "shift+k"), (_("Next in the list"), "chevron-down", "shift+j"))
    drawn = "".join(
        button(word, kind="quiet", icon_name=sign, hide_label=True, hotkey=keys, href=_THERE)
        for word, sign, keys in ways
    )
    return drawn.split(_THERE)


#: Where an address belongs.
_THERE = "\ufdd4"


@register.simple_tag(takes_context=True)
def ticket_head(context: Context, oob: bool = False) -> SafeString:
    """`desk/_head.html`."""
    return stencils.head(context, walk_links, oob=oob)


@register.simple_tag(takes_context=True)
def ticket_entry(context: Context, line: Line) -> SafeString:
    """`desk/_entry.html`."""
    return stencils.entry(context, line, _written)


@register.simple_tag(takes_context=True)
def ticket_composer(context: Context) -> SafeString:
    """`desk/_composer.html`."""
    return stencils.composer(context)


@register.simple_tag(takes_context=True)
def form_part(context: Context, template: str, form: BaseForm, action: str, **addresses: str) -> SafeString:
    """A form that comes back to be corrected, or is still empty; `action`: where it is sent."""
    return stencils.form_part(context, template, form, action, **addresses)


@register.simple_tag(takes_context=True)
def customer_correcting(context: Context, form: BaseForm) -> SafeString:
    """`desk/customers/_correcting.html`."""
    return stencils.correcting(context, form)


def _written(text: str) -> str:
    """As the template of an entry draws it."""
    return paragraphs(urlize_quiet(text))


@register.simple_tag
def list_plain(place: ListPlace) -> str:
    """The same list without filters."""
    return place.plain


@register.simple_tag
def tag_place(list_url: str, slug: str, name: str) -> str:
    """A list of everything with a tag."""
    return f"{list_url}?{urlencode({'org': slug, 'tag': name})}"


@register.simple_tag
def row_refresh(row_url: str) -> str:
    """Where a row draws itself again."""
    return f"{row_url}{'&' if '?' in row_url else '?'}fragment=row"


@register.simple_tag
def row_event(ticket_id: int) -> str:
    """The event of the page at which the row of this ticket asks again; live and own changes send it."""
    return f"ticket-{ticket_id} from:body"


@register.simple_tag
def side_event(ticket_id: int) -> str:
    """The side panel: when it is first shown, and after own changes; what others did comes with the ticket's news."""
    return f"intersect once, side-{ticket_id} from:body"


@register.simple_tag
def ticket_fragment(address: str, part: str) -> str:
    return f"{address}?fragment={part}"


@register.simple_tag
def ticket_older(address: str, before: int) -> str:
    return f"{address}?before={before}"


@register.simple_tag
def leaving_badge(leaving: Leaving | None) -> SafeString:
    """What became of an outgoing message; nothing for what came in."""
    if leaving is None:
        return SafeString("")
    if leaving.is_trouble:
        return badge(leaving.word, state=leaving.badge, icon_name=leaving.icon, why=leaving.meaning)
    drawn = icon(leaving.icon, size=16)
    return format_html('<span class="left-quiet" title="{}">{}{}</span>', leaving.meaning, drawn, leaving.word)


@register.simple_tag
def leaving_place(line: Line) -> SafeString:
    """The badge in its place, which a later answer finds by its id."""
    if line.leaving is None:
        return SafeString("")
    return format_html('<span id="left-{}">{}</span>', line.anchor, leaving_badge(line.leaving))


def _opens(address: str, resource: str) -> dict[str, Any]:
    """A verb's page as a link; with scripts its form comes into the dialog."""
    return {
        "href": f"{address}{resource}/",
        "get": f"{address}{resource}/",
        "target": "#verb-body",
        "swap": "innerHTML",
        "data_opens": "verb",
    }


@register.simple_tag
def verb_button(label: Any, address: str, resource: str, icon_name: str = "", hotkey: str = "") -> SafeString:
    return button(label, icon_name=icon_name, hotkey=hotkey, **_opens(address, resource))


@register.simple_tag
def verb_link(label: Any, address: str, resource: str, icon_name: str = "", keys: str = "") -> SafeString:
    """The same as an entry of a menu, which shows its key; `verb_key` is what the key presses."""
    return format_html(
        "<a{}>{}<span>{}</span>{}</a>",
        attributes(_opens(address, resource)),
        icon(icon_name, size=16),
        label,
        kbd(keys),
    )


@register.simple_tag
def verb_key(label: Any, address: str, resource: str, keys: str) -> SafeString:
    """A key for a verb whose menu is closed: keys press only what can be seen, so it stands in a corner, unread."""
    return format_html(
        '<a tabindex="-1" title="{}" data-hotkey="{}"{}>{}</a>',
        label,
        keys,
        attributes(_opens(address, resource)),
        label,
    )


@register.simple_tag
def verb_why(address: str) -> SafeString:
    """The small "why?" beside what was automatic."""
    return format_html('<a class="why"{}>{}</a>', attributes(_opens(address, "why")), _("why?"))

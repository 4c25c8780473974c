"""The components, as template tags: `{% load ui %}`. `docs/how-to/screen.md` shows a call of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from django import template
from django.forms import BaseForm, BoundField
from django.template.loader import get_template, render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.foundation.ui import words
from sportello.foundation.ui.fields import Drawn
from sportello.foundation.ui.markup import attributes, escaped, hint, shortcut
from sportello.foundation.ui.nav import Command, NavEntry, Standing, Tab
from sportello.foundation.ui.quick.kept import NOW, hole, kept
from sportello.foundation.ui.quick.stencil import Stencil, mark
from sportello.foundation.ui.theme.icons import NAMES

register = template.Library()
register.tag("kept", kept)

_STATES = {"neutral": "ring", "accent": "dot", "info": "info", "ok": "check-circle", "warn": "warn",
           "danger": "danger"}
#: Kinds of timeline entry: icon, and whether it is an event line.
_ENTRIES = {"message_in": "mail", "message_out": "send", "note": "note", "call": "phone", "visit": "counter",
            "event": "dot"}


#: An instant whose place is what counts.
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_TAB = Stencil("ui/_strip_tab.html")


def _draw(name: str, context: Mapping[str, Any]) -> SafeString:
    """A component's template; it sees what it is given and nothing of the page."""
    return _component(name).render(template.Context(dict(context)))


@lru_cache(64)
def _component(name: str) -> template.Template:
    found: Any = get_template(f"ui/components/{name}.html")
    return cast("template.Template", found.template)


# ---- small things


@register.simple_tag
def icon(name: str, label: str = "", size: int = 20) -> SafeString:
    """An icon beside a word (no label), or standing alone (its label is read). KeyError for an unknown name."""
    said = f'role="img" aria-label="{escaped(label)}"' if label else 'aria-hidden="true" focusable="false"'
    return SafeString(f'<svg class="icon" width="{size:d}" height="{size:d}" {said}>{_sign(name)}</svg>')


@lru_cache(len(NAMES))
def _sign(name: str) -> str:
    if name not in NAMES:
        raise KeyError(f"no icon {name!r}: see theme/icons.py")
    return f'<use href="{escaped(static("ui/made/icons.svg"))}#{name}"></use>'


@register.simple_tag
def kbd(keys: str) -> SafeString:
    """A key or combination, `mod+k`, `g m`."""
    return SafeString(f'<kbd class="kbd">{escaped(hint(keys))}</kbd>')


@register.simple_tag
def number(value: Any, kind: str = "") -> SafeString:
    """A number that is compared (ticket number, time): mono; `kind="large"` for receipts."""
    return SafeString(f'<span class="number{escaped(f" number-{kind}") if kind else ""}">{escaped(value)}</span>')


@register.simple_tag
def avatar(name: str, kind: str = "person") -> SafeString:
    """Initials of a person (round) or team (square); the name is beside it, so it is not read."""
    return format_html('<span class="avatar avatar-{}" aria-hidden="true">{}</span>', kind, words.initials(name))


@register.simple_tag
def instant(at: datetime | None, now: datetime, style: words.Style = "plain") -> SafeString:
    """Words first, the date on hover and in print; nothing at all for None."""
    if at is None:
        return SafeString("")
    return hole(at, style) if now is NOW else said_here(at, now, style)


def said_here(at: datetime, now: datetime, style: words.Style = "plain", where: words.Here | None = None) -> SafeString:
    """`instant` of an instant there is; `where` as in `words.say_instant`."""
    where = where or words.here()
    key = words.settled(at, now, style, where)
    if key is None:
        return _said(at, now, style, where)
    found = _SETTLED.get(key)
    if found is None:
        if len(_SETTLED) >= _MOST_SETTLED:
            _SETTLED.clear()
        found = _SETTLED[key] = _said(at, now, style, where)
    return found


#: Instants as they are drawn all day long, by what they depend on.
_SETTLED: dict[tuple[Any, ...], SafeString] = {}
_MOST_SETTLED = 8_192


def _said(at: datetime, now: datetime, style: words.Style, where: words.Here) -> SafeString:
    said = words.say_instant(at, now, style, where)
    late = ' class="late"' if said.late else ""
    drawn = f'<time datetime="{said.iso}" title="{escaped(said.full)}"{late}>{escaped(said.text)}</time>'
    if said.relative and style == "plain" and at <= now:
        drawn = f'<relative-time data-now="{now.isoformat(timespec="seconds")}">{drawn}</relative-time>'
    return SafeString(drawn)


@register.simple_tag
def badge(label: Any, state: str = "neutral", icon_name: str = "", why: str = "") -> SafeString:
    """A status: icon, word and shape. `state`: neutral, accent, info, ok, warn, danger."""
    drawn = icon(icon_name or _STATES[state], size=16)
    return format_html('<span class="badge badge-{}"{}>{}<span>{}</span></span>', state,
                       format_html(' title="{}"', why) if why else "", drawn, label)


@register.simple_tag
def chip(label: Any, icon_name: str = "", href: str = "", **extra: Any) -> SafeString:
    """A small thing in a row of like things (recipient, filter, file); a link with `href`."""
    drawn = icon(icon_name, size=16) if icon_name else ""
    if href:
        return format_html('<a class="chip" href="{}"{}>{}<span>{}</span></a>', href, attributes(extra), drawn, label)
    return format_html('<span class="chip"{}>{}<span>{}</span></span>', attributes(extra), drawn, label)


@register.simple_tag
def count(value: int | None) -> SafeString:
    """A count in a pill, `99+` above 99; nothing for None and 0."""
    return format_html('<span class="count">{}</span>', words.capped(value)) if value else SafeString("")


@register.simple_tag
def skeleton(rows: int = 6, kind: str = "row") -> SafeString:
    """Grey rows as high as what will come (`row` 44 px, `line` 20 px)."""
    lines = SafeString('<span class="skeleton-line"></span>' * rows)
    said = format_html('<span class="visually-hidden">{}</span>', _("Loading"))
    return format_html('<div class="skeleton skeleton-kind-{}" role="status">{}{}</div>', kind, said, lines)


@register.filter
def size_words(size: int) -> str:
    """Bytes in words."""
    return words.file_size(size)


# ---- buttons and links


@register.simple_tag
def button(label: Any, kind: str = "secondary", icon_name: str = "", hotkey: str = "", href: str = "",
           hide_label: bool = False, after: bool = False, type: str = "submit", title: str = "",
           **extra: Any) -> SafeString:
    """A button (or with `href` a link that looks like one). `kind`: primary (one a screen), secondary, quiet, danger.

    `after`: the icon follows the word. `hotkey` is shown in the tooltip and works; `get post target swap …` become
    htmx's attributes, `confirm` asks first, other names become attributes (`data_x` → `data-x`).
    """
    tip = title or (str(label) if hotkey or hide_label else "")
    attrs: dict[str, Any] = {
        "class": f"button button-{kind}" + (" button-icon" if hide_label else "") + (" button-after" if after else ""),
        "title": f"{tip} ({hint(hotkey)})" if hotkey else tip or None,
        "data-hotkey": hotkey or None, "aria-keyshortcuts": shortcut(hotkey) or None,
    }
    drawn = icon(icon_name, size=20) if icon_name else ""
    shown = f'<span class="{"visually-hidden" if hide_label else "button-word"}">{escaped(label)}</span>'
    given = attributes({**attrs, **extra})
    if href:
        return SafeString(f'<a href="{escaped(href)}"{given}>{drawn}{shown}</a>')
    return SafeString(f'<button type="{escaped(type)}"{given}>{drawn}{shown}</button>')


@register.simple_tag
def copy_button(text: str, label: str = "") -> SafeString:
    """Copies `text`; says that it did in the polite region. Not drawn without scripts."""
    return format_html('<copy-button data-text="{}" data-done="{}">{}</copy-button>', text, _("Copied"),
                       button(label or _("Copy"), kind="quiet", icon_name="copy", hide_label=True, type="button"))


@register.simple_tag
def why(address: str) -> SafeString:
    """The small "why?" beside what was automatic; `address` answers with the reason rows."""
    return format_html('<a class="why" href="{}">{}</a>', address, _("why?"))


@register.simple_tag
def attrs(**extra: Any) -> SafeString:
    """Attributes for an element written by hand: `<li {% attrs get=row.url trigger="revealed" %}>`.

    The only place where a template outside `ui` gets htmx attributes from: they change with htmx 4.
    """
    return attributes(extra)


# ---- forms


@register.simple_tag
def field(bound: BoundField, **options: Any) -> SafeString:
    """A field with label, help, error: see `ui.fields.Drawn` for the options."""
    return _draw("field", {"field": Drawn(bound, **options)})


@register.simple_tag
def form_errors(form: BaseForm) -> SafeString:
    """The summary on top of a form that was refused: focused, links to each field. Nothing when all is well."""
    if not form.errors:
        return SafeString("")
    return _draw("form_errors", {"form": form, "fields": [form[name] for name in form.errors if name in form.fields]})


# ---- larger things


@register.simple_tag
def empty(title: Any, text: Any = "", icon_name: str = "inbox", action: Any = "", href: str = "") -> SafeString:
    """Nothing here: what this is and what to do."""
    return _draw("empty", {"title": title, "text": text, "icon_name": icon_name, "action": action, "href": href})


@register.simple_tag
def failed(text: Any = "", retry: str = "") -> SafeString:
    """This part could not be loaded: what happened, try again."""
    return _draw("failed", {"text": text, "retry": retry})


@register.simple_tag
def pager(older: str = "", newer: str = "", shown: Any = "", further: str = "") -> SafeString:
    """Pager by key: addresses of the older and newer page, `further` searches further back."""
    return _draw("pager", {"older": older, "newer": newer, "shown": shown, "further": further})


@register.simple_tag
def new_rows(href: str, count: int = 0, **extra: Any) -> SafeString:
    """ "3 new": announced in its place, comes when asked. Hidden while `count` is 0."""
    return _draw("new_rows", {"href": href, "count": count, "extra": attributes(extra)})


@register.simple_tag
def standing(standing: Standing, now: datetime, why: str = "", level: int = 2) -> SafeString:
    """Where it stands: the one object, drawn alike everywhere. `why` is the address of the reasons (desk)."""
    return render_to_string("ui/_standing.html", {"standing": standing, "now": now, "why": why, "level": level})


@register.simple_tag(takes_context=True)
def strip_tab(context: template.Context, tab: Tab) -> SafeString:
    """A tab of the strip of open tickets: drawn once for each of the few shapes it has."""
    bare = vars(tab) | {
        "label": "", "url": "", "close_url": "1" if tab.close_url else "", "ticket": "1" if tab.ticket else "",
        "channel": str(tab.channel), "since": _EVER if tab.since else None, "now": None,
    }  # fmt: skip
    values = {
        "label": str(tab.label), "url": tab.url, "close": tab.close_url, "ticket": tab.ticket,
        "csrf": str(context.get("csrf_token", "")),
    }  # fmt: skip
    said = [instant(tab.since, tab.now)] if tab.since and tab.now else []
    return _TAB.draw(tuple(bare.values()), lambda: _marked(Tab(**bare)), values, said)


def _marked(shape: Tab) -> Mapping[str, Any]:
    marked = replace(
        shape, label=mark("label"), url=mark("url"), close_url=mark("close") if shape.close_url else "",
        ticket=mark("ticket") if shape.ticket else "", now=NOW,
    )  # fmt: skip
    return {"tab": marked, "csrf_token": mark("csrf")}


@register.simple_tag
def big_number(value: Any, label: Any, note: Any = "") -> SafeString:
    """One large figure and the words that say what it counts."""
    return _draw("big_number", {"value": value, "label": label, "note": note})


@register.simple_tag
def tab_links(tabs: Sequence[Tab], label: str) -> SafeString:
    """Tabs that are pages: links with the current one marked."""
    return _draw("tab_links", {"tabs": tabs, "label": label})


@register.simple_tag
def steps(labels: Sequence[Any], current: int) -> SafeString:
    """Step list of a form in steps; `current` counts from 1."""
    drawn = [{"label": label, "state": "done" if at < current else "now" if at == current else "next"}
             for at, label in enumerate(labels, 1)]
    return _draw("steps", {"steps": drawn, "current": current, "total": len(drawn),
                           "label": labels[current - 1] if 0 < current <= len(drawn) else ""})


@register.simple_tag
def rail(entries: Sequence[NavEntry], current: str = "") -> SafeString:
    """The entries of the desk's rail."""
    return _rail(tuple(entries), current, get_language())


@lru_cache(256)
def _rail(entries: tuple[NavEntry, ...], current: str, language: str | None) -> SafeString:
    """In the language that is active, which is given to be remembered by."""
    marked = [replace(entry, current=True) if entry.key == current else entry for entry in entries]
    more = tuple([entry for entry in marked if entry.more])
    return _draw("rail", {"entries": [entry for entry in marked if not (entry.foot or entry.more)],
                          "more": more, "inside": any(entry.current for entry in more),
                          "foot": [entry for entry in marked if entry.foot and not entry.more]})


@register.simple_tag
def palette(commands: Sequence[Command] | str = (), entries: Sequence[NavEntry] | str = (),
            search: str = "") -> SafeString:
    """The command palette (Ctrl/⌘ K): commands, places, and what the `search` address finds."""
    places = tuple([(one.url, one.icon, one.label, one.hotkey) for one in entries if not isinstance(one, str)])
    return _draw("palette", {"commands": tuple(commands), "places": places, "search": search})


# ---- frames with something inside


@register.simple_block_tag
def entry(content: str, kind: str, author: Any, at: datetime, now: datetime, *, id: str = "", channel: Any = "",
          state: SafeString | str = "", actions: SafeString | str = "", to: Any = "") -> SafeString:
    """Frame of a timeline entry. `kind`: message_in, message_out, note, call, visit, event (one line)."""
    return _draw("entry", {"content": content, "kind": kind, "icon_name": _ENTRIES[kind], "author": author, "at": at,
                           "now": now, "id": id, "channel": channel, "state": state, "actions": actions, "to": to})


@register.simple_block_tag
def dialog(content: str, id: str, title: Any) -> SafeString:
    """A modal dialog, opened by `{% button … type="button" data_opens="the-id" %}`."""
    return _draw("dialog", {"content": content, "id": id, "title": title})


@register.simple_block_tag
def menu(content: str, label: Any, icon_name: str = "more", hide_label: bool = True, kind: str = "quiet",
         align: str = "end") -> SafeString:
    """A menu behind a button; its content is `<li>`s with links or buttons. Works without scripts."""
    return _draw("menu", {"content": content, "label": label, "icon_name": icon_name, "hide_label": hide_label,
                          "kind": kind, "align": align})


@register.simple_block_tag
def section(content: str, title: Any, id: str, open: bool = True, count: Any = "") -> SafeString:
    """A section of the side panel that remembers in this browser whether it is open."""
    return _draw("section", {"content": content, "title": title, "id": id, "open": open, "count": count})


@register.simple_block_tag
def callout(content: str, state: str = "info", title: Any = "") -> SafeString:
    """Something to know before going on. `state`: info, ok, warn, danger."""
    return _draw("callout", {"content": content, "state": state, "title": title, "icon_name": _STATES[state]})


@register.simple_block_tag
def folded(content: str, label: Any = "") -> SafeString:
    """A long quote, folded."""
    return _draw("folded", {"content": content, "label": label or _("Show quoted text")})


@register.simple_block_tag
def tab_set(content: str, label: Any, id: str) -> SafeString:
    """Tabs within a page; inside it one `{% panel %}` a tab. Without scripts the panels are one after another."""
    return format_html('<tab-set id="{}" data-label="{}">{}</tab-set>', id, label, content)


@register.simple_block_tag
def panel(content: str, title: Any, id: str, icon_name: str = "", hotkey: str = "", mode: str = "") -> SafeString:
    """One tab of a `{% tab_set %}`."""
    return _draw("panel", {"content": content, "title": title, "id": id, "icon_name": icon_name, "hotkey": hotkey,
                           "mode": mode})


@register.simple_block_tag
def table(content: str, caption: Any, hide_caption: bool = False) -> SafeString:
    """A table whose caption is the question it answers; scrolls sideways inside its own box."""
    return _draw("table", {"content": content, "caption": caption, "hide_caption": hide_caption})

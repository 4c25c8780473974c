"""The three parts of a ticket's page that are drawn most: its head, an entry, the composer. Each is the template of its
name, drawn once for each shape it has (`ui/quick/stencil.py`) while it is an ordinary one; where it is not (a draft, a
file, trouble with a delivery) the template is drawn as ever. Nobody sees which: `tests/flows/test_stencils.py`."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.forms import BaseForm
from django.template import Context
from django.template.defaultfilters import linebreaksbr
from django.template.loader import get_template
from django.utils.safestring import SafeString

from sportello.foundation.ui import words
from sportello.foundation.ui.markup import escaped, paragraphs
from sportello.foundation.ui.quick.kept import NOW
from sportello.foundation.ui.quick.stencil import Stencil, mark
from sportello.foundation.ui.templatetags.ui import instant, said_here
from sportello.records.tickets.models import Ticket

from .forms.writing import CallForm, NoteForm, ReplyForm
from .places import ListPlace
from .sender_checks import SenderCheck
from .sentences import language_now
from .timeline_lines import Leaving, Line

#: An instant whose place is what counts.
_SOMETIME = datetime(2000, 1, 1, tzinfo=UTC)
_HEAD, _ENTRY, _COMPOSER = map(Stencil, ("desk/_head.html", "desk/_entry.html", "desk/_composer.html"))


def _as_ever(template: str, context: Context, **more: Any) -> SafeString:
    found: Any = get_template(template)
    with context.push(**more):
        drawn: SafeString = found.template.render(context)
    return drawn


# The head ------------------------------


def head(context: Context, walk: Any, *, oob: bool = False) -> SafeString:
    """`desk/_head.html`; `walk(place, ticket)` draws the way through the list it was opened from."""
    ticket, standing, now = context["ticket"], context["standing"], context["now"]
    if ticket.snoozed_until is not None:
        return _as_ever("desk/_head.html", context, oob=oob)
    place, back_url = context.get("place"), context.get("back_url", "")
    due = ticket.next_promise_at
    shape = _HeadShape(
        ticket.status, ticket.sensitivity, ticket.priority, ticket.is_closed, ticket.merged_into_id is not None,
        bool(ticket.owner), bool(context["is_mine"]), due is not None, standing.is_closed, bool(standing.reason),
        bool(back_url), oob,
    )  # fmt: skip
    language = language_now()
    values = {
        "address": context["address"], "csrf": str(context.get("csrf_token", "")), "slug": ticket.organisation.slug,
        "number": ticket.number, "version": str(ticket.version), "last": str(ticket.last_position),
        "owner_id": str(ticket.owner_id or ""), "subject": ticket.subject, "kind": ticket.kind.name_in(language),
        "team": ticket.team.name_in(language), "owner": ticket.owner.user.name if ticket.owner else "",
        "sentence": standing.sentence, "reason": standing.reason, "back": back_url,
        "walk": walk(place if isinstance(place, ListPlace) else "", ticket),
    }  # fmt: skip
    return _HEAD.draw(shape, shape.context, values, [instant(due, now, "due")] if due else [])


@dataclass(frozen=True)
class _HeadShape:
    status: str
    sensitivity: str
    priority: int
    is_closed: bool
    is_merged: bool
    has_owner: bool
    is_mine: bool
    is_due: bool
    stands_closed: bool
    has_reason: bool
    has_back: bool
    oob: bool

    def context(self) -> Mapping[str, Any]:
        real = Ticket(status=self.status, sensitivity=self.sensitivity, priority=self.priority)
        ticket = SimpleNamespace(
            organisation=SimpleNamespace(slug=mark("slug")), number=mark("number"), version=mark("version"),
            last_position=mark("last"), subject=mark("subject"), status=self.status, sensitivity=self.sensitivity,
            priority=self.priority, get_status_display=real.get_status_display, is_closed=self.is_closed,
            get_sensitivity_display=real.get_sensitivity_display, get_priority_display=real.get_priority_display,
            snoozed_until=None, merged_into_id=self.is_merged or None, owner_id=mark("owner_id"),
            kind=SimpleNamespace(names={language_now(): mark("kind")}),
            team=SimpleNamespace(names={language_now(): mark("team")}),
            owner=SimpleNamespace(user=SimpleNamespace(name=mark("owner"))) if self.has_owner else None,
            next_promise_at=_SOMETIME if self.is_due else None,
        )  # fmt: skip
        reason = mark("reason") if self.has_reason else ""
        standing = SimpleNamespace(sentence=mark("sentence"), reason=reason, is_closed=self.stands_closed)
        return {
            "ticket": ticket, "standing": standing, "now": NOW, "address": mark("address"), "is_mine": self.is_mine,
            "csrf_token": mark("csrf"), "back_url": mark("back") if self.has_back else "", "place": mark("walk"),
            "oob": self.oob,
        }  # fmt: skip


# An entry ------------------------------


def entry(context: Context, line: Line, as_text: Any) -> SafeString:
    """`desk/_entry.html`; `as_text` draws what somebody wrote, addresses as links, in paragraphs."""
    item, message, sender = line.item, line.item.message, line.sender
    leaving = line.leaving
    if line.files or line.is_cut or (leaving and leaving.is_trouble) or (sender and sender.block_id):
        return _as_ever("desk/_entry.html", context, line=line)
    signature, quoted = (message.signature, message.quoted) if message else ("", "")
    page: _EntryPage = vars(context).get("_entries") or _of_page(context)
    is_notice = line.look == "notice"
    # the fields of `_EntryShape`, which is made of them when one is met first: a page has thirty entries
    shape = (
        line.look, line.channel, bool(line.sentence), bool(line.author), bool(line.to), bool(line.cc),
        bool(item.came_from), bool(item.event_reason), bool(signature), bool(quoted), line.has_html,
        message.channel if message else None, leaving.state if leaving else None,
        (sender.said, len(sender.details), bool(sender.address)) if sender else None, page.may_block,
    )  # fmt: skip
    values = {
        **page.values, "position": str(item.position), "author": line.author, "to": line.to, "cc": line.cc,
        "came_from": item.came_from, "reason": item.event_reason,
        "sentence": line.sentence.lower() if is_notice else line.sentence,
        "text": _inside(paragraphs(escaped(line.text)) if is_notice else as_text(line.text)) if line.text else "",
        "signature": _inside(paragraphs(escaped(signature))) if signature else "",
        "quoted": _inside(paragraphs(escaped(quoted))) if quoted else "",
    }  # fmt: skip
    if sender:
        values |= {"title": sender.title, **{f"detail{at}": one for at, one in enumerate(sender.details)}}
    said = said_here(line.at, page.now, where=page.here)
    return _ENTRY.draw(shape, lambda: _EntryShape(*shape).context(line), values, [said])


class _EntryPage(NamedTuple):
    """What the entries of a page have in common: asked for once."""

    here: words.Here
    now: datetime
    may_block: bool
    values: dict[str, str]


def _of_page(context: Context) -> _EntryPage:
    found = _EntryPage(
        words.here(),
        context["now"],
        bool(context.get("may_block")),
        {
            "address": SafeString(escaped(context["address"])),
            "csrf": SafeString(escaped(str(context.get("csrf_token", "")))),
        },
    )
    vars(context)["_entries"] = found
    return found


def _inside(paragraphs: str) -> SafeString:
    """What stands between the first `<p>` and the last `</p>`."""
    return SafeString(paragraphs[3:-4])


@dataclass(frozen=True)
class _EntryShape:
    look: str
    channel: str
    has_sentence: bool
    has_author: bool
    has_to: bool
    has_cc: bool
    is_moved: bool
    has_reason: bool
    has_signature: bool
    has_quoted: bool
    has_html: bool
    #: Of its message; None where it is none.
    message_channel: str | None
    #: What became of it, where it left; its words belong to trouble, which has no shape.
    leaving: str | None
    sender: Any
    may_block: bool

    def context(self, line: Line) -> Mapping[str, Any]:
        """`line`: one of this shape."""
        written: Any = None
        if self.message_channel is not None:
            written = SimpleNamespace(
                channel=self.message_channel, signature=mark("signature") if self.has_signature else "",
                quoted=mark("quoted") if self.has_quoted else "",
            )  # fmt: skip
        position: Any = mark("position")
        item = replace(
            line.item, position=position, message=written, came_from=mark("came_from") if self.is_moved else "",
            event_reason=mark("reason") if self.has_reason else "",
        )  # fmt: skip
        sender = None
        if self.sender:
            said, many, has_address = self.sender
            details = tuple(mark(f"detail{at}") for at in range(many))
            sender = SenderCheck(said, mark("title"), details, mark("sender") if has_address else "")
        shown = replace(
            line, item=item, author=mark("author") if self.has_author else "", text=mark("text"),
            to=mark("to") if self.has_to else "", cc=mark("cc") if self.has_cc else "", at=_SOMETIME, sender=sender,
            sentence=mark("sentence") if self.has_sentence else "",
            leaving=Leaving(self.leaving) if self.leaving else None,
        )  # fmt: skip
        return {
            "line": shown, "now": NOW, "address": mark("address"), "csrf_token": mark("csrf"),
            "may_block": self.may_block, "ticket": SimpleNamespace(is_closed=False),
        }  # fmt: skip


# The composer ------------------------------


def composer(context: Context) -> SafeString:
    """`desk/_composer.html`, while nothing has been written in it."""
    parts = {kind: context[kind] for kind in ("reply", "note", "call")}
    if context["came_back"] or any(part.draft or part.files or part.outdated for part in parts.values()):
        return _as_ever("desk/_composer.html", context)
    to, cc = parts["reply"].initial["to"], parts["reply"].initial["cc"]
    shape = _ComposerShape(
        context["ticket"].is_closed, bool(to), bool(cc), bool(context["signature"]), context["largest_file"],
        context["most_together"], tuple(context["presets"]),
    )  # fmt: skip
    values = {
        "address": context["address"], "csrf": str(context.get("csrf_token", "")), "to": to, "cc": cc,
        "base": str(parts["reply"].initial["base_position"]), "signature": linebreaksbr(context["signature"]),
        **{f"{kind}_writer": part.writer for kind, part in parts.items()},
        **{f"{kind}_revision": str(part.revision) for kind, part in parts.items()},
    }  # fmt: skip
    return _COMPOSER.draw(shape, shape.context, values)


@dataclass(frozen=True)
class _ComposerShape:
    is_closed: bool
    has_to: bool
    has_cc: bool
    has_signature: bool
    largest_file: int
    most_together: int
    #: Two hours, new ones every day.
    presets: tuple[Any, ...]

    def context(self) -> Mapping[str, Any]:
        initial = {"to": mark("to") if self.has_to else "", "cc": mark("cc") if self.has_cc else "",
                   "base_position": mark("base")}  # fmt: skip
        forms = {"reply": ReplyForm(initial=initial, auto_id="reply-%s"), "note": NoteForm(auto_id="note-%s"),
                 "call": CallForm(auto_id="call-%s")}  # fmt: skip
        parts = {
            kind: SimpleNamespace(
                form=form, draft=None, files=(), outdated=False, writer=mark(f"{kind}_writer"),
                revision=mark(f"{kind}_revision"),
            )
            for kind, form in forms.items()
        }  # fmt: skip
        return {
            **parts, "address": mark("address"), "csrf_token": mark("csrf"), "came_back": "", "other_addresses": [],
            "ticket": SimpleNamespace(is_closed=self.is_closed), "largest_file": self.largest_file,
            "signature": mark("signature") if self.has_signature else "", "most_together": self.most_together,
            "presets": self.presets,
        }  # fmt: skip


# A form nobody has filled in ------------------------------

_FORMS: dict[str, Stencil] = {}


def form_part(context: Context, template: str, form: BaseForm, action: str, **addresses: str) -> SafeString:
    """`template`, which draws `form`, where it is sent (`action`) and other addresses it asks."""
    written = {"action": action, **addresses}
    if form.is_bound or form.initial:
        return _as_ever(template, context, form=form, **written)
    values = {"csrf": str(context.get("csrf_token", "")), **written}
    given = {"csrf_token": mark("csrf"), **{name: mark(name) for name in written}, "form": form}
    return _FORMS.setdefault(template, Stencil(template)).draw(type(form).__qualname__, lambda: given, values)


# A customer's record, to be corrected ------------------------------

_CORRECTING = Stencil("desk/customers/_correcting.html")
_WRITTEN = ("name", "addressed_as", "needs")


def correcting(context: Context, form: BaseForm) -> SafeString:
    """`desk/customers/_correcting.html`: what is written is put in, what is chosen is a shape."""
    known = {name: "" if value is None else value for name, value in form.initial.items()}
    texts = {name: str(known.get(name, "")) for name in _WRITTEN}
    if form.is_bound:
        return _as_ever("desk/customers/_correcting.html", context, form=form)
    languages: Any = form.fields["language"]
    shape = (
        *sorted((name, str(value)) for name, value in known.items() if name not in _WRITTEN),
        *((name, bool(text)) for name, text in texts.items()),
        *((code, str(word)) for code, word in languages.choices),
    )

    def given() -> Mapping[str, Any]:
        marked: Any = copy(form)
        marked._bound_fields_cache = {}
        marked.initial = {**form.initial, **{name: mark(name) for name, text in texts.items() if text}}
        return {"csrf_token": mark("csrf"), "form": marked}

    return _CORRECTING.draw(shape, given, {"csrf": str(context.get("csrf_token", "")), **texts})

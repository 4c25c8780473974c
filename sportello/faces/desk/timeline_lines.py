"""The timeline as the screen draws it: every entry with its words, its dispatch, its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.core.questions import Question
from sportello.foundation.files import sniff
from sportello.foundation.files.models import Blob
from sportello.records.tickets import codes
from sportello.records.tickets.models import Entry, Message, Ticket
from sportello.records.tickets.queries import TimelineItem
from sportello.records.tickets.queries.timeline import FileRow
from sportello.service.channels.email import plain
from sportello.service.channels.models import Attempt, Delivery, Dispatch

from . import certified_words, file_words, sender_checks, sentences

#: Written where the customer's access code stands: the desk never shows it.
HIDDEN_CODE = "····-····-····"
#: Bytes of a file beyond which it is only downloaded.
_MOST_SHOWN = 20 * 1024 * 1024

#: state → (word, badge state, icon, sentence on hover)
_LEAVING: dict[str, tuple[Any, str, str, Any]] = {
    "queued": (gettext_lazy("to be sent"), "neutral", "clock", gettext_lazy("It leaves within seconds.")),
    "delayed": (
        gettext_lazy("not yet sent"),
        "warn",
        "clock",
        gettext_lazy("The server did not take it; it is tried again by itself, for seven days."),
    ),
    "sending": (gettext_lazy("being sent"), "neutral", "clock", gettext_lazy("It is on its way to the server.")),
    "sent": (gettext_lazy("sent"), "ok", "check", gettext_lazy("Their server took it.")),
    "in_doubt": (
        gettext_lazy("in doubt"),
        "warn",
        "warn",
        gettext_lazy("The line broke while sending: it is sent again under the same id, so that it is read once."),
    ),
    "arrived": (
        gettext_lazy("delivered"), "ok", "check", gettext_lazy("Their server reports that it lies in their mailbox.")
    ),
    "read": (
        gettext_lazy("read"),
        "ok",
        "check",
        gettext_lazy("Their program reports that it was opened; it need not be so."),
    ),
    **certified_words.LEAVING,
    "failed": (gettext_lazy("not sent"), "danger", "danger", gettext_lazy("It did not leave.")),
    "bounced": (gettext_lazy("came back"), "danger", "danger", gettext_lazy("Their server took it and sent it back.")),
    "portal": (
        gettext_lazy("on the follow-up page"),
        "neutral",
        "web",
        gettext_lazy("The customer reads it there: no mail was sent."),
    ),
}


@dataclass(frozen=True)
class Try:
    """One attempt: when, and what the server said."""

    at: datetime
    words: str


@dataclass(frozen=True)
class Leaving:
    """What became of an outgoing message. `words` are the server's own."""

    state: str
    words: str = ""
    #: In our own plain words, where it was our side that failed.
    plain: str = ""
    #: Every try so far, oldest first, where there is trouble.
    tries: tuple[Try, ...] = ()
    #: Whom it did not reach: an answer to them can be sent again.
    missed: tuple[str, ...] = ()
    #: Sent again since, by a colleague.
    is_repeated: bool = False

    @property
    def word(self) -> str:
        return str(_LEAVING[self.state][0])

    @property
    def badge(self) -> str:
        return _LEAVING[self.state][1]

    @property
    def icon(self) -> str:
        return _LEAVING[self.state][2]

    @property
    def meaning(self) -> str:
        return str(_LEAVING[self.state][3])

    @property
    def is_trouble(self) -> bool:
        return self.state in ("in_doubt", "failed", "bounced", "delayed")


@dataclass(frozen=True)
class FileLine:
    """A file as it is offered: `icon` by type, `scan` in words, `can_open` unless a virus was found."""

    id: int
    filename: str
    size: int
    type_word: str
    icon: str
    scan_word: str
    scan_state: str
    can_open: bool
    #: "image" or "pdf": shown in the page when asked, from the download-only address.
    preview: str = ""


@dataclass(frozen=True)
class Line:
    """One entry. `look` is the component's kind, or "notice" for what Sportello told the customer by itself."""

    item: TimelineItem
    look: str
    author: str
    at: datetime
    text: str = ""
    sentence: str = ""
    channel: str = ""
    to: str = ""
    cc: str = ""
    leaving: Leaving | None = None
    files: list[FileLine] = field(default_factory=list)
    has_html: bool = False
    #: Of mail that came in.
    sender: sender_checks.SenderCheck | None = None

    @property
    def anchor(self) -> str:
        return f"e{self.item.position}"

    @property
    def is_cut(self) -> bool:
        """The page shows its beginning only; intake says so with these signs (`channels/steps/words.py`)."""
        return self.look == "message_in" and self.text.endswith("\n[…]")


def lines(ticket: Ticket, items: Sequence[TimelineItem]) -> list[Line]:
    """Words for a page of the timeline; a query for dispatches, two for senders, and one a sort of name that events
    point at."""
    leaving = _leaving([item.message.pk for item in items if item.message is not None and not item.message.is_incoming])
    names = sentences.names_for(
        ticket.organisation_id, [(item.event_code, item.event_facts) for item in items if item.event_code],
        procedure=ticket.procedure,
    )
    checks = sender_checks.of(ticket.organisation, items)
    return [_line(item, leaving, names, checks) for item in items]


def _line(
    item: TimelineItem, leaving: dict[int, Leaving], names: sentences.Names,
    checks: dict[int, sender_checks.SenderCheck],
) -> Line:  # fmt: skip
    files = [file_line(one) for one in item.files if not (one.is_inline and one.content_type.startswith("image/"))]
    if item.kind == Entry.Kind.NOTE:
        return Line(item, "note", item.author, item.happened_at, text=item.note_text, files=files)
    if item.kind == Entry.Kind.EVENT:
        return Line(item, "event", item.author, item.happened_at, sentence=sentences.event_sentence(item, names))
    if item.kind == Entry.Kind.CONTACT:
        channel = getattr(item.contact, "channel", "")
        return Line(
            item,
            "visit" if channel == "counter" else "call",
            item.author,
            item.happened_at,
            text=item.contact_summary,
            channel=sentences.channel_word(channel),
            files=files,
            sentence=_contact_sentence(item),
        )
    return _message_line(item, leaving, files, checks)


def _message_line(
    item: TimelineItem, leaving: dict[int, Leaving], files: list[FileLine],
    checks: dict[int, sender_checks.SenderCheck],
) -> Line:  # fmt: skip
    message = item.message
    if message is None:
        raise ValueError(f"entry {item.id} is a message without its row")
    to = ", ".join(name or address for role, name, address in item.recipients if role == "to")
    cc = ", ".join(name or address for role, name, address in item.recipients if role == "cc")
    common: dict[str, Any] = {
        "at": item.happened_at,
        "channel": sentences.channel_word(message.channel),
        "files": files,
        "sender": checks.get(message.pk),
        "text": message.text.replace(codes.MARK, HIDDEN_CODE),
    }
    if message.is_aside:
        return _aside_line(item, message, leaving.get(message.pk), to, common)
    if message.is_incoming:
        machine = _("written by a machine: it changes neither state nor terms") if message.is_machine else ""
        return Line(
            item,
            "message_in",
            item.author or _("Customer"),
            sentence=machine,
            cc=cc,
            has_html=item.has_html,
            **common,
        )
    left = leaving.get(message.pk) or (Leaving("portal") if message.channel == "portal" else Leaving("queued"))
    if message.notice_moment:
        moment = sentences.moment_word(message.notice_moment)
        return Line(item, "notice", "Sportello", sentence=moment, to=to, leaving=left, **common)
    return Line(item, "message_out", item.author or _("Colleague"), to=to, cc=cc, leaving=left, **common)


def _aside_line(
    item: TimelineItem, message: Message, left: Leaving | None, to: str, common: dict[str, Any]
) -> Line:
    """Said with an office: drawn as what stays among colleagues, for so it does towards the customer."""
    if message.direction == Message.Direction.ASK:
        machine = _("sent by Sportello to the office asked") if message.is_machine else ""
        said = machine or _("to the office asked: the customer does not see it")
        return Line(item, "note", item.author or "Sportello", to=to, leaving=left, sentence=said, **common)
    machine = _("written by a machine of the office: it is no answer") if message.is_machine else ""
    said = machine or _("from the office asked: the customer does not see it")
    return Line(item, "note", item.author, sentence=said, **common)


def _contact_sentence(item: TimelineItem) -> str:
    minutes = item.contact_seconds // 60
    if not item.contact_seconds:
        return ""
    return _("%(n)d min") % {"n": max(minutes, 1)}


@dataclass(frozen=True)
class Left:
    """What became of a line a page shows already."""

    anchor: str
    leaving: Leaving


def left(ticket: Ticket, after: int, upto: int) -> list[Left]:
    """How the messages between two positions have left that leave by a channel at all; one query."""
    deliveries: list[Any] = _LEFT.rows(ticket_id=ticket.pk, after=after, upto=upto)
    positions = {one.dispatch.message_id: one.position for one in deliveries}
    return [Left(f"e{positions[message_id]}", how) for message_id, how in _become(deliveries).items()]


def _leaving(message_ids: list[int]) -> dict[int, Leaving]:
    """What became of each message, one query; none where there is no message."""
    return _become(_DELIVERIES.rows(message_ids=message_ids)) if message_ids else {}


def _become(deliveries: Sequence[Any]) -> dict[int, Leaving]:
    """Message → what became of it, from its deliveries; the worst recipient speaks for all."""
    found: dict[int, Leaving] = {}
    #: message → its dispatch → one of its deliveries, where something is wrong
    in_trouble: dict[int, dict[int, Any]] = {}
    for delivery in deliveries:
        dispatch = delivery.dispatch
        known = found.get(dispatch.message_id)
        if known is None or not (known.is_trouble or _is_weaker(known.state, delivery)):
            known = _of(dispatch, delivery)
        if delivery.state == Delivery.State.FAILED and delivery.address not in known.missed:
            known = replace(known, missed=(*known.missed, delivery.address))
        found[dispatch.message_id] = known
        if known.is_trouble:
            in_trouble.setdefault(dispatch.message_id, {})[dispatch.pk] = delivery
    for message_id, ways in in_trouble.items():
        tries = [one for delivery in ways.values() for one in _tries(delivery)]
        again = any(delivery.is_repeated for delivery in ways.values())
        found[message_id] = replace(found[message_id], tries=tuple(tries[-_TRIES:]), is_repeated=again)
    return found


def _told(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    attempts = Attempt.objects.filter(dispatch=OuterRef("dispatch")).order_by("number")
    return deliveries.select_related("dispatch", "certified").annotate(
        tried_at=ArraySubquery(attempts.values("at")),
        tried_words=ArraySubquery(attempts.values("words")),
        is_repeated=Exists(Dispatch.objects.filter(repeats=OuterRef("dispatch"))),
    ).order_by("pk")


def _between(ticket_id: int, after: int, upto: int) -> QuerySet[Delivery]:
    entry = "dispatch__message__entry"
    which = {f"{entry}__ticket_id": ticket_id, f"{entry}__position__gt": after, f"{entry}__position__lte": upto}
    return _told(Delivery.objects.filter(**which)).annotate(position=F(f"{entry}__position"))


_DELIVERIES: Question[Delivery] = Question(
    lambda message_ids: _told(Delivery.objects.filter(dispatch__message__pk__any_of=message_ids)), planned=True
)
_LEFT: Question[Delivery] = Question(_between, planned=True)


#: Tries shown of one message: the newest.
_TRIES = 12


def _tries(delivery: Any) -> list[Try]:
    rows = zip(delivery.tried_at, delivery.tried_words, strict=True)
    return [Try(at, " ".join(filter(None, plain.apart(words)))) for at, words in rows]


def _of(dispatch: Dispatch, delivery: Delivery) -> Leaving:
    sentence, words = plain.apart(delivery.answer or dispatch.answer)
    if dispatch.state == Dispatch.State.SENT and delivery.state == Delivery.State.FAILED:
        return Leaving("bounced", f"{delivery.address}: {words}".strip(), sentence)
    if delivery.state == Delivery.State.FAILED or dispatch.state == Dispatch.State.FAILED:
        return Leaving("failed", words, sentence)
    sentence, words = plain.apart(dispatch.answer)
    if dispatch.state == Dispatch.State.QUEUED and dispatch.attempts:
        return Leaving("delayed", words, sentence)
    certified = certified_words.state_of(dispatch, delivery)
    if certified:
        return Leaving(certified, delivery.answer if certified == certified_words.DOUBTED else "")
    return Leaving(_mail_state(delivery), words, sentence)


#: How far e-mail came, as far as reports tell; of several recipients the least far speaks.
_FAR = {"sent": 0, "arrived": 1, "read": 2}


def _mail_state(delivery: Delivery) -> str:
    dispatch = delivery.dispatch
    if dispatch.channel != "email" or dispatch.state != Dispatch.State.SENT:
        return str(dispatch.state)
    return {"delivered": "arrived", "read": "read"}.get(delivery.state, "sent")


def _is_weaker(known: str, delivery: Delivery) -> bool:
    """Whether the recipient already looked at goes on speaking for all."""
    if certified_words.is_weaker(known, delivery):
        return True
    if delivery.state == Delivery.State.FAILED:
        return False
    return known in _FAR and _FAR[known] <= _FAR.get(_mail_state(delivery), -1)


def file_line(file: FileRow) -> FileLine:
    kind, _slash, sort = file.content_type.partition("/")
    icon = (
        "file-image"
        if kind == "image"
        else "file-pdf"
        if sort == "pdf"
        else "mail"
        if file.content_type == "message/rfc822"
        else "file"
    )
    scan = str(Blob.Scan(file.scan).label)
    warning = file_words.warning(file.filename, file.content_type)
    return FileLine(
        file.id,
        file.filename,
        file.size,
        file_words.type_word(file.content_type),
        icon,
        f"{scan} · {warning}" if warning else scan,
        "danger" if warning else {"clean": "ok", "infected": "danger"}.get(file.scan, "neutral"),
        file.scan != Blob.Scan.INFECTED,
        _preview(file) if file.scan != Blob.Scan.INFECTED else "",
    )


def _preview(file: FileRow) -> str:
    """A picture or PDF by its bytes, and not so large that showing it would be a download."""
    if file.content_type not in sniff.SHOWN_INLINE or file.size > _MOST_SHOWN:
        return ""
    kind, _slash, sort = file.content_type.partition("/")
    return "image" if kind == "image" else "pdf" if sort == "pdf" else ""

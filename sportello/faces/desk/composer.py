"""What the composer shows: reply, note, call, each with its draft and files; and to whom a reply goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest

from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.tickets.models import Participant, Ticket
from sportello.records.tickets.queries import TimelineItem
from sportello.records.tickets.reach import reach
from sportello.service.channels import recipients
from sportello.service.channels.email.answering import Answering, answering

from . import saved_replies, waiting_page
from .actions import drafting
from .forms.writing import CallForm, NoteForm, ReplyForm, write_addresses
from .models import Draft, DraftFile


@dataclass(frozen=True)
class Written:
    """One tab of the composer: its form, its draft with files, and whether something came since it was begun.

    `writer` and `revision` name this drawing of it (`actions/drafting.py`).
    """

    make: Callable[[], Any]
    draft: Draft | None
    outdated: bool = False
    writer: str = ""
    revision: int = 0
    files: Sequence[DraftFile] = field(default_factory=tuple)
    #: What its form begins with.
    initial: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def form(self) -> Any:
        """Made when it is drawn: an empty composer is drawn without (`stencils.py`)."""
        return self.make()


def composer(
    request: HttpRequest, person: Person, ticket: Ticket, me: Membership | None, items: Sequence[TimelineItem],
    *, may_wait: bool = True, may_have_drafts: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """Reply, note and call, with drafts and the recipients of the message replied to. Who has looked already says
    whether any reply waits, and whether `me` has written anything."""
    rows = drafting.rows_of(ticket, me) if me and may_have_drafts else {}
    files = _files(rows.values())
    theirs = _answered(items)
    leaving = answering(ticket, theirs.message.sender_address if theirs and theirs.message else "")
    to, cc, came_back = _recipients(ticket, theirs, leaving)
    others = recipients.other_addresses(ticket, [came_back]) if came_back else []
    mine = _living(rows, Draft.Kind.REPLY)
    chosen = request.GET.get("to", "")
    if chosen in others:
        to, cc = write_addresses([(ticket.customer.name if ticket.customer else "", chosen)]), ""
    elif mine and mine.text:
        to, cc = mine.to, mine.cc
    initial = {"to": to, "cc": cc, "text": mine.text if mine else "", "base_position": ticket.last_public_position}
    outdated = bool(mine and mine.text and mine.base_position < ticket.last_public_position)
    return {
        "reply": _written(ticket, rows, files, Draft.Kind.REPLY, ReplyForm, initial, outdated),
        "note": _written(ticket, rows, files, Draft.Kind.NOTE, NoteForm, _text(rows, Draft.Kind.NOTE)),
        "call": _written(ticket, rows, files, Draft.Kind.CALL, CallForm, _text(rows, Draft.Kind.CALL)),
        "signature": saved_replies.signature_of(ticket, me) if me else "",
        "largest_file": settings.ATTACHMENT_BYTES,
        "most_together": leaving.most_files,
        "came_back": came_back,
        "other_addresses": others,
        "presets": waiting_page.presets(ticket),
        **waiting_page.cards(person, ticket, may_wait=may_wait),
    }


def _written(
    ticket: Ticket,
    rows: Mapping[str, Draft],
    files: Mapping[int, list[DraftFile]],
    kind: str,
    form: type[forms.Form],
    initial: Mapping[str, Any],
    outdated: bool = False,
) -> Written:
    row = rows.get(kind)
    return Written(
        partial(form, initial=dict(initial), auto_id=f"{kind}-%s"),
        _living(rows, kind),
        outdated,
        drafting.new_writer(ticket, kind),
        row.revision if row else 0,
        files.get(row.pk, []) if row else (),
        initial,
    )


def _living(rows: Mapping[str, Draft], kind: str) -> Draft | None:
    row = rows.get(kind)
    return None if row is None or row.is_spent else row


def _text(rows: Mapping[str, Draft], kind: str) -> dict[str, str]:
    row = _living(rows, kind)
    return {"text": row.text} if row else {}


def _files(rows: Any) -> dict[int, list[DraftFile]]:
    """The files of the drafts that live, by draft: one query, none where there is no draft."""
    living = [row.pk for row in rows if not row.is_spent]
    found: dict[int, list[DraftFile]] = {}
    if living:
        for file in DraftFile.objects.filter(draft__in=living).select_related("blob").order_by("pk"):
            found.setdefault(file.draft_id, []).append(file)
    return found


def _answered(items: Sequence[TimelineItem]) -> TimelineItem | None:
    """The message an answer is to: the newest from outside that a person wrote."""
    return next(
        (
            item
            for item in reversed(items)
            if item.message and item.message.is_incoming and not item.message.is_machine and item.message.sender_address
            and not item.is_foreign
        ),
        None,
    )


def _recipients(ticket: Ticket, theirs: TimelineItem | None, leaving: Answering) -> tuple[str, str, str]:
    """(to, cc) of an answer to `theirs`: everybody who had it but us; where there is none, the customer's own way.
    Third: the address that would be there if mail to it did not come back."""
    if theirs is None or theirs.message is None:
        way = reach(ticket)
        if way.address:
            return write_addresses([(way.name, way.address)]), "", ""
        return "", "", _unreachable(ticket)
    sender = (theirs.message.sender_name, theirs.message.sender_address)
    if leaving.comes_back:
        return "", "", sender[1]
    others = [(name, address) for _role, name, address in theirs.recipients]
    to, cc = recipients.reply_all(leaving.ours, sender, others)
    return write_addresses(to), write_addresses(cc), ""


def _unreachable(ticket: Ticket) -> str:
    """The address they wrote from, when mail to it came back."""
    asking = Participant.objects.filter(ticket=ticket, role=Participant.Role.REQUESTER).exclude(address="").first()
    return asking.address if asking is not None else ""

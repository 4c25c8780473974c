"""A letter's life: begun on a ticket, written, looked at, issued once. What was issued is corrected by another that
replaces it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.files.actions import keep
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.paper.typesetting import Paper
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.tickets.actions.change import Change, changing
from sportello.records.tickets.models import Ticket

from ..models import Document, DocumentSort, LetterDraft, LetterTemplate, ProtocolEntry, ProtocolRequest
from ..protocol import registering
from ..protocol.matter import Matter, of_document, of_draft
from . import plain_language, variables
from .paper import print_letter

LONGEST = 40_000
T = TypeVar("T")


def begin(ticket: Ticket, member: Membership, template: LetterTemplate | None, language: str = "") -> LetterDraft:
    """A draft from a template (filled for this ticket), or an empty letter."""
    wanted = language if language in ticket.organisation.languages else ticket.language
    text: dict[str, str] = {}
    if template is not None:
        wanted = wanted if wanted in template.texts else next(iter(template.texts))
        text = template.texts[wanted]
    with translation.override(wanted):
        known = variables.values(ticket, member)
    return LetterDraft.objects.create(
        organisation=ticket.organisation, ticket=ticket, template=template, language=wanted,
        sort=template.sort if template else DocumentSort.LETTER, with_facts=bool(template and template.with_facts),
        title=one_line(variables.fill(text.get("title", ""), known), 200),
        text=variables.fill(text.get("body", ""), known),
        recipient=variables.recipient_of(ticket), begun_by=member, saved_by=member, saved_at=_now(ticket),
    )  # fmt: skip


def correct(document: Document, member: Membership, why: str) -> LetterDraft:
    """A draft that is to replace `document`, which stays as it is."""
    reason = one_line(why, 300)
    if not reason:
        raise Refusal(_("Say what was wrong: it stands beside both."), field="why")
    if document.sort == DocumentSort.FORM:
        raise Refusal(_("A filled-in form is the customer's: have another filled in."))
    if Document.objects.filter(replaces=document).exists():
        raise Refusal(_("It was replaced already: correct the newest."))
    ticket = document.ticket
    facts = bool(document.template and document.template.with_facts)
    return LetterDraft.objects.create(
        organisation=ticket.organisation, ticket=ticket, template=document.template, language=document.language,
        sort=document.sort, title=document.title, text=document.text, recipient=document.recipient, with_facts=facts,
        corrects=document, why=reason, begun_by=member, saved_by=member, saved_at=_now(ticket),
    )  # fmt: skip


def save(draft: LetterDraft, member: Membership, *, edits: int, title: str, recipient: str, text: str) -> None:
    """Keep what is typed. Stale when a colleague saved it meanwhile: nothing of theirs is written over. Refusal while
    its number is asked for."""
    _refuse_waiting(draft)
    values = {
        "title": one_line(title, 200), "recipient": clean(recipient)[:1_000], "text": clean(text)[:LONGEST],
        "saved_by": member, "saved_at": _now(draft.ticket), "edits": edits + 1,
    }  # fmt: skip
    if not LetterDraft.objects.filter(pk=draft.pk, edits=edits).update(**values):
        raise Stale(_("A colleague changed this letter meanwhile. Copy your words, open it again, and put them in."))
    for name, value in values.items():
        setattr(draft, name, value)


def drop(draft: LetterDraft) -> None:
    _refuse_waiting(draft)
    with transaction.atomic():
        _let_go(draft)


def _let_go(draft: LetterDraft) -> None:
    """It was issued or thrown away; what was asked of the outside register about it stays."""
    ProtocolRequest.objects.filter(draft=draft).update(draft=None)
    LetterDraft.objects.filter(pk=draft.pk).delete()


def letter_of(draft: LetterDraft) -> dict[str, Any]:
    """What `paper` needs of a draft."""
    return {"title": draft.title, "recipient": draft.recipient, "text": draft.text, "language": draft.language,
            "with_facts": draft.with_facts, "sort": draft.sort,
            "signature": f"{draft.saved_by.user.name}\n{_team(draft)}",
            "note": _note(draft)}  # fmt: skip


def _team(draft: LetterDraft) -> str:
    return str(draft.ticket.team.name_in(draft.language))


def _note(draft: LetterDraft) -> str:
    if draft.corrects is None:
        return ""
    with translation.override(draft.language):
        return _("It replaces document %(number)s: %(why)s") % {"number": draft.corrects.number, "why": draft.why}


def waiting_for(draft: LetterDraft) -> ProtocolRequest | None:
    """The request for the number it is to bear, until that has come."""
    return ProtocolRequest.objects.open().filter(draft=draft).select_related("asked_by__user").first()


def _refuse_waiting(draft: LetterDraft) -> None:
    if waiting_for(draft) is not None:
        raise Refusal(_("This letter waits for its number. Take it back to change it."))


def issue(draft: LetterDraft, member: Membership, *, registered: bool) -> Document | ProtocolRequest:
    """Print it, give it number and date, keep it with its SHA-256; `registered`: the protocol has it too, and the paper
    bears its number. Where an outside system gives the numbers, the letter is held and printed when its number comes:
    the request is what is answered then.

    Raises Refusal while a value is missing; Stale when the draft is gone or changed.
    """
    _refuse_waiting(draft)
    variables.refuse_missing(draft.title, draft.text, draft.recipient)
    if not draft.title or not draft.text:
        raise Refusal(_("Write title and text."), field="text" if draft.title else "title")
    if draft.sort == DocumentSort.LETTER and not draft.recipient:
        raise Refusal(_("Write to whom the letter goes."), field="recipient")
    with changing(draft.ticket, person(member.user_id)) as change:
        _lock(draft)
        if registered and registering.settings_of(change.ticket.organisation) is None:
            raise Refusal(_("No register is kept here yet: who sets up switches it on, under Protocol."))
        if registered and not registering.registers_here(change.ticket.organisation):
            request = registering.ask_for_draft(draft, of_draft(draft, change.at), member)
            # who has it open finds it changed
            LetterDraft.objects.filter(pk=draft.pk).update(edits=draft.edits + 1, saved_by=member)
            return request

        def printed(protocol: str, at: datetime) -> tuple[Matter, Document]:
            document = _printed(change, draft, member, protocol, at)
            return of_document(document), document

        document: Document
        if registered:
            document = _made(registering.register_printed(change.ticket, member, printed))
        else:
            document = printed("", change.at)[1]
        _let_go(draft)
    return document


def _lock(draft: LetterDraft) -> None:
    if LetterDraft.objects.select_for_update().filter(pk=draft.pk, edits=draft.edits).first() is None:
        raise Stale(_("Somebody issued or changed this letter meanwhile. Look at the documents of the ticket."))


def _printed(change: Change, draft: LetterDraft, member: Membership, protocol: str, at: datetime) -> Document:
    serial, number = next_serial(change.ticket), change.ticket.number
    paper = print_letter(change.ticket, at=at, number=f"{number}/{serial}", protocol=protocol, **letter_of(draft))
    return put(
        change, paper, sort=draft.sort, title=draft.title, language=draft.language, serial=serial, at=at,
        text=draft.text, recipient=draft.recipient, template=draft.template, issued_by=member,
        replaces=draft.corrects, why_replaced=draft.why, plainness=plainness(draft),
    )  # fmt: skip


def issue_numbered(request: ProtocolRequest, number: str, year: int) -> ProtocolEntry:
    """The number of a held letter has come: it is printed with it, and both are registered. Called with the request's
    row locked."""
    drafts = LetterDraft.objects.select_related(
        "ticket__organisation", "ticket__team", "template", "saved_by__user", "corrects__ticket"
    )
    draft = drafts.get(requests=request)
    return _issued_of(request, draft, f"{number}/{year}", lambda: registering.settle(request, number, year))


def issue_without(draft: LetterDraft, member: Membership) -> Document:
    """The outside system is away and the letter cannot wait: it is printed without the number, which is asked for it on
    and stands in the register when it comes."""
    with transaction.atomic():
        request = _locked_request(draft)
        request.asked_by = member
        _issued_of(request, draft, "", lambda: request.save(update_fields=["matter", "document", "draft", "asked_by"]))
    made: Document | None = request.document
    if made is None:
        raise ValueError(f"letter {draft.pk} was printed without its document")
    return made


def take_back(draft: LetterDraft, member: Membership) -> None:
    """The letter can be changed again. A number that comes after all is shown, to be annulled there."""
    with transaction.atomic():
        request = _locked_request(draft)
        request.state, request.draft, request.next_at = ProtocolRequest.State.WITHDRAWN, None, None
        request.save(update_fields=["state", "draft", "next_at"])
        record(draft.ticket.organisation, "protocol.taken_back", request, person(member.user_id),
               ticket_id=draft.ticket_id)  # fmt: skip


def _locked_request(draft: LetterDraft) -> ProtocolRequest:
    rows = ProtocolRequest.objects.open().select_for_update(of=("self",)).select_related("asked_by__user")
    request = rows.filter(draft=draft).first()
    if request is None:
        raise Stale(_("Its number has come, or it was taken back. Look at the documents of the ticket."))
    return request


def _issued_of(request: ProtocolRequest, draft: LetterDraft, protocol: str, write: Callable[[], T]) -> T:
    """Print a held letter; `write` keeps what the request became."""
    member = request.asked_by
    if member is None:
        raise ValueError(f"request {request.pk} for a letter was asked by nobody")
    with changing(draft.ticket, person(member.user_id)) as change:
        document = _printed(change, draft, member, protocol, change.at)
        request.document, request.draft = document, None
        request.matter = of_document(document).as_json()
        written = write()
        _let_go(draft)
    return written


def _made(entry: ProtocolEntry) -> Document:
    if entry.document is None:
        raise ValueError(f"entry {entry.pk} was printed without its document")
    made: Document = entry.document
    return made


def next_serial(ticket: Ticket) -> int:
    """Under the ticket's lock."""
    last = Document.objects.filter(ticket=ticket).order_by("-serial").values_list("serial", flat=True).first()
    return (last or 0) + 1


def put(change: Change, paper: Paper, *, sort: str, title: str, language: str, serial: int, at: datetime,
        **more: Any) -> Document:  # fmt: skip
    """The evidence of a paper on a ticket being changed: bytes, row, a line of the timeline."""
    ticket = change.ticket
    blob = keep(ticket.organisation, paper.pdf)
    document = Document.objects.create(
        organisation=ticket.organisation, ticket=ticket, serial=serial, sort=sort, title=one_line(title, 200),
        language=language, blob=blob, sha256=blob.sha256, filename=f"{ticket.number}-{serial}-{sort}.pdf",
        standards=list(paper.standards), issued_at=at, **more,
    )  # fmt: skip
    entry = change.event("document_issued", member=more.get("issued_by"), document_id=document.pk)
    change.tell("ticket.document_issued", document_id=document.pk, entry_id=entry.pk, sort=sort)
    return document


def plainness(draft: LetterDraft) -> dict[str, int]:
    found = plain_language.check(draft.text, draft.language)
    return {"words": found.words, "long": len(found.long_sentences)} | (
        {} if found.index is None else {"index": found.index})  # fmt: skip


def _now(ticket: Ticket) -> datetime:
    return clock.now(ticket.organisation)


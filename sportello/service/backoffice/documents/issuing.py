"""A letter's life: begun on a ticket, written, looked at, issued once. What was issued is corrected by another that
replaces it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.files.actions import keep
from sportello.foundation.journal.actor import person
from sportello.foundation.paper.typesetting import Paper
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.tickets.actions.change import Change, changing
from sportello.records.tickets.models import Ticket

from ..models import Document, DocumentSort, LetterDraft, LetterTemplate, ProtocolEntry
from ..protocol import registering
from ..protocol.matter import Matter, of_document
from . import plain_language, variables
from .paper import print_letter

LONGEST = 40_000


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
    """Keep what is typed. Stale when a colleague saved it meanwhile: nothing of theirs is written over."""
    values = {
        "title": one_line(title, 200), "recipient": clean(recipient)[:1_000], "text": clean(text)[:LONGEST],
        "saved_by": member, "saved_at": _now(draft.ticket), "edits": edits + 1,
    }  # fmt: skip
    if not LetterDraft.objects.filter(pk=draft.pk, edits=edits).update(**values):
        raise Stale(_("A colleague changed this letter meanwhile. Copy your words, open it again, and put them in."))
    for name, value in values.items():
        setattr(draft, name, value)


def drop(draft: LetterDraft) -> None:
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


def issue(draft: LetterDraft, member: Membership, *, registered: bool) -> Document:
    """Print it, give it number and date, keep it with its SHA-256; `registered`: the protocol has it too.

    Raises Refusal while a value is missing; Stale when the draft is gone or changed.
    """
    variables.refuse_missing(draft.title, draft.text, draft.recipient)
    if not draft.title or not draft.text:
        raise Refusal(_("Write title and text."), field="text" if draft.title else "title")
    if draft.sort == DocumentSort.LETTER and not draft.recipient:
        raise Refusal(_("Write to whom the letter goes."), field="recipient")
    letter = letter_of(draft)
    with changing(draft.ticket, person(member.user_id)) as change:
        locked = LetterDraft.objects.select_for_update().filter(pk=draft.pk, edits=draft.edits).first()
        if locked is None:
            raise Stale(_("Somebody issued or changed this letter meanwhile. Look at the documents of the ticket."))
        ticket = change.ticket
        more = {"text": draft.text, "recipient": draft.recipient, "template": draft.template, "issued_by": member,
                "replaces": draft.corrects, "why_replaced": draft.why, "plainness": plainness(draft)}  # fmt: skip

        def printed(protocol: str, at: datetime) -> tuple[Matter, Document]:
            serial = next_serial(ticket)
            paper = print_letter(ticket, at=at, number=f"{ticket.number}/{serial}", protocol=protocol, **letter)
            document = put(change, paper, sort=draft.sort, title=draft.title, language=draft.language, serial=serial,
                           at=at, **more)  # fmt: skip
            return of_document(document), document

        document: Document
        if registered and registering.registers_here(ticket.organisation):
            document = _made(registering.register_printed(ticket, member, printed))
        else:
            matter, document = printed("", change.at)
            if registered:
                registering.register(ticket, matter, member, document=document)
        LetterDraft.objects.filter(pk=draft.pk).delete()
    return document


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


"""A filled-in form becomes a document on a ticket, and opens the ticket where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import in_language
from sportello.foundation.journal.actor import Actor, customer, person
from sportello.foundation.paper.typesetting import typeset
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.tickets.actions import completing, contacts, messages
from sportello.records.tickets.actions.change import changing
from sportello.records.tickets.actions.opening import Opening, open_ticket
from sportello.records.tickets.actions.writing import put_files
from sportello.records.tickets.models import Contact, Entry, Ticket
from sportello.records.tickets.rules import rules_of
from sportello.records.tickets.words import File, Words
from sportello.service.channels.webform import drafts
from sportello.service.channels.webform.models import FormDraft
from sportello.service.channels.webform.receive import CHANNEL, FormRequest, send
from sportello.service.routing.actions import team_for

from ..documents.issuing import next_serial, put
from ..documents.paper import letter_data
from ..models import DocumentSort, FilledForm, FormVersion
from . import answers
from .asking import key
from .definition import Definition, read

_TEMPLATE: Final = Path(__file__).parent.parent / "documents" / "letter.typ"
#: Of a draft: which version is filled in, and before a field's code the ids of its files.
VERSION: Final = "form_version"
FILES: Final = "files-"


@dataclass(frozen=True)
class Filling:
    """A draft as the form sees it."""

    draft: FormDraft
    version: FormVersion
    definition: Definition
    typed: Mapping[str, str]
    files: answers.Files
    today: date

    def collected(self, language: str) -> tuple[dict[str, Any], int]:
        return answers.collect(self.definition, self.typed, language, self.today, self.files)


def filling_of(draft: FormDraft) -> Filling | None:
    """None where the draft fills in no form."""
    wanted = draft.typed.get(VERSION, "")
    if not wanted.isdecimal():
        return None
    row = FormVersion.objects.filter(organisation=draft.organisation_id, version__isnull=False, pk=int(wanted))
    version = row.select_related("form__kind").first()
    if version is None:
        return None
    kept = {str(one.pk): (one.filename, one.blob.sha256) for one in draft.files.select_related("blob")}
    files = {
        name.removeprefix(FILES): [kept[one] for one in value.split(",") if one in kept]
        for name, value in draft.typed.items() if name.startswith(FILES)
    }  # fmt: skip
    return Filling(draft, version, read(version.definition), draft.typed, files, _today(draft.organisation))


def _today(organisation: Organisation) -> date:
    return clock.local(organisation, clock.now(organisation)).date()


def keep_page(filling: Filling, page: int, posted: Any, uploads: Any, dropped: list[int]) -> list[Refusal]:
    """Keep what a page says, its files included, whatever is wrong with it; the refusals of files."""
    draft, refused = filling.draft, []
    fields = answers.asked(filling.definition, page, filling.typed)
    typed = {**draft.typed, **answers.typed_of(fields, posted)}
    drafts.drop_files(draft, dropped)
    for field in fields:
        if field.type == "file":
            known = set(draft.files.values_list("pk", flat=True))
            refused += [Refusal(one.sentence, field=field.code)
                        for one in drafts.add_files(draft, uploads.getlist(key(field.code)))]  # fmt: skip
            here = set(draft.files.values_list("pk", flat=True))
            before = typed.get(FILES + field.code, "").split(",")
            kept = [one for one in before if one.isdecimal() and int(one) in here]
            typed[FILES + field.code] = ",".join([*kept, *(str(one) for one in sorted(here - known))])
    drafts.write(draft, typed)
    return refused


def send_filled(filling: Filling, request: FormRequest, found: Mapping[str, Any]) -> Ticket:
    """The customer sends: ticket, message with the answers in words, document; once, however often it is pressed."""
    with transaction.atomic():
        locked = FormDraft.objects.select_for_update().get(pk=filling.draft.pk)
        if locked.ticket_id is not None:
            return Ticket.objects.get(pk=locked.ticket_id)
        language = locked.organisation.language_for(request.language)
        words = in_words(filling.definition, found, language)
        title = in_language(filling.definition.names, language)
        text = "\n\n".join(filter(None, (request.text.strip(), words)))
        ticket = send(filling.draft, replace(request, subject=request.subject.strip() or title, text=text))
        _file(ticket, filling.version, found, language, None, customer(ticket.customer_id))
    return ticket


def in_words(definition: Definition, found: Mapping[str, Any], language: str) -> str:
    with translation.override(language):
        return answers.as_text(answers.in_words(definition, found, language))


def send_on_ticket(filling: Filling, ticket: Ticket, found: Mapping[str, Any]) -> Ticket:
    """The customer fills in, on the page of their request, the form a step of its procedure asks for: a message of
    theirs with its document; once, however often it is pressed."""
    with transaction.atomic():
        draft = FormDraft.objects.select_for_update().get(pk=filling.draft.pk)
        if draft.ticket_id is not None:
            return Ticket.objects.get(pk=draft.ticket_id)
        files = tuple(File(one.filename, one.blob) for one in draft.files.select_related("blob"))
        by, language = customer(ticket.customer_id), ticket.language
        words = _words(filling, found, language, ticket.customer.name if ticket.customer else "", "", files)
        messages.receive(ticket, words, channel=CHANNEL, customer=ticket.customer, actor=by)
        _file(ticket, filling.version, found, language, None, by)
        drafts.mark_sent(draft, ticket)
    return ticket


@dataclass(frozen=True)
class AtDesk:
    """What a colleague knows of who fills a form in with them; `ticket` where there is one."""

    member: Membership
    channel: str
    request: FormRequest | None = None
    ticket: Ticket | None = None


def send_at_desk(filling: Filling, at: AtDesk, found: Mapping[str, Any]) -> Ticket:
    """A colleague writes it down for the customer; once, however often it is pressed."""
    with transaction.atomic():
        draft = FormDraft.objects.select_for_update().get(pk=filling.draft.pk)
        if draft.ticket_id is not None:
            return Ticket.objects.get(pk=draft.ticket_id)
        files = tuple(File(one.filename, one.blob) for one in draft.files.select_related("blob"))
        ticket = _on_ticket(filling, at, found, files) if at.ticket else _opened(filling, at, found, files)
        _file(ticket, filling.version, found, _language(ticket, at), at.member, person(at.member.user_id))
        drafts.mark_sent(draft, ticket)
    return ticket


def _language(ticket: Ticket, at: AtDesk) -> str:
    return ticket.organisation.language_for(at.request.language if at.request else ticket.language)


def _on_ticket(filling: Filling, at: AtDesk, found: Mapping[str, Any], files: tuple[File, ...]) -> Ticket:
    """What they declared is a message of the customer on their ticket."""
    ticket = at.ticket
    if ticket is None:
        raise ValueError("no ticket to fill a form in on")
    words = _words(filling, found, _language(ticket, at), ticket.customer.name if ticket.customer else "", "", files)
    messages.receive(ticket, words, channel=at.channel, customer=ticket.customer, actor=person(at.member.user_id))
    return ticket


def _words(filling: Filling, found: Mapping[str, Any], language: str, name: str, text: str,
           files: tuple[File, ...]) -> Words:  # fmt: skip
    said = in_words(filling.definition, found, language)
    return Words(text="\n\n".join(filter(None, (text, said))), subject=in_language(filling.definition.names, language),
                 language=language, sender_name=name, files=files)  # fmt: skip


def _opened(filling: Filling, at: AtDesk, found: Mapping[str, Any], files: tuple[File, ...]) -> Ticket:
    from sportello.records.customers.actions.registering import find_or_add
    from sportello.records.customers.identities import normal

    request, organisation = at.request, filling.draft.organisation
    if request is None:
        raise Refusal(_("Write for whom it is filled in."), field="name")
    actor: Actor = person(at.member.user_id)
    language = organisation.language_for(request.language)
    identities = [pair for pair in (("email", request.email), ("phone", request.phone)) if pair[1]]
    who = find_or_add(organisation, name=request.name, identities=identities, language=language, actor=actor)
    contact = contacts.begin(organisation, at.member, at.channel)
    routed = team_for(organisation, request.kind)
    words = _words(filling, found, language, request.name, request.text, files)
    opened = open_ticket(
        organisation,
        Opening(
            kind=request.kind, team=routed.team, route=(routed.code, routed.facts), channel=at.channel,
            subject=request.subject or words.subject, language=language, customer=who, words=words,
            address=normal("email", request.email), reasons=[("door", at.channel, {"member_id": at.member.pk})],
        ),
        actor,
    )  # fmt: skip
    contacts.end(contact, Contact.Outcome.TICKET, kind=request.kind, customer=who, language=language)
    return opened.ticket


def _file(ticket: Ticket, version: FormVersion, found: Mapping[str, Any], language: str, member: Membership | None,
          actor: Actor) -> FilledForm:  # fmt: skip
    """The document of what was filled in: on the ticket, and with the message that brought it."""
    definition = read(version.definition)
    with changing(ticket, actor) as change:
        row = change.ticket
        serial = next_serial(row)
        title = in_language(definition.names, language)
        with translation.override(language):
            parts = [
                {"title": part.title, "rows": [[line.label, line.text] for line in part.lines]}
                for part in answers.in_words(definition, found, language)
            ]
            who = [[_("Filled in by"), row.customer.name]] if row.customer else []
            if member is not None:
                who.append([_("Written down by"), member.user.name])
            note = _("Form %(code)s, version %(version)d.") % {
                "code": version.form.code, "version": version.version or 0}  # fmt: skip
            text = answers.as_text(answers.in_words(definition, found, language))
        told, pictures = letter_data(row, title=title, recipient="", text="", at=change.at, language=language,
                                     number=f"{row.number}/{serial}", facts=who, parts=parts, note=note)  # fmt: skip
        paper = typeset(_TEMPLATE, told, title=title, language=language, at=change.at, pictures=pictures)
        document = put(change, paper, sort=DocumentSort.FORM, title=title, language=language, serial=serial,
                       at=change.at, issued_by=member, text=text)  # fmt: skip
        brought = Entry.objects.filter(ticket=row, kind=Entry.Kind.MESSAGE, message__direction="in")
        entry = brought.order_by("-position").first()
        if entry is not None:
            put_files(entry, [File(document.filename, document.blob)])
        filled = FilledForm.objects.create(
            organisation=row.organisation, version=version, ticket=row, document=document, answers=dict(found),
            language=language, by_member=member, filled_at=change.at,
        )  # fmt: skip
    _do_steps(ticket, version.form.code, member)
    return filled


def _do_steps(ticket: Ticket, code: str, member: Membership | None) -> None:
    """Steps of its procedure that ask for this form are done with it."""
    for step in rules_of(ticket.procedure).steps:
        if step.form == code:
            completing.step_done(ticket, step.code, by=member)

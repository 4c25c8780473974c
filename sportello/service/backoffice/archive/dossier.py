"""The dossier of one ticket as data: what was said, by whom, when, with which proofs.

Codes, instants and digests, in no language; the same ticket gives the same bytes, today and in ten years, so that the
digest on a tombstone can be compared with a dossier that was taken out before.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from sportello.foundation.files.models import Blob
from sportello.records.customers.models import Identity
from sportello.records.customers.queries import together
from sportello.records.procedures.models import Procedure
from sportello.records.tickets.models import (
    Attachment,
    Closure,
    ContactInterval,
    Entry,
    Extension,
    Link,
    Message,
    Notice,
    Participant,
    ServiceLevel,
    StatedReason,
    Suspension,
    Term,
    Ticket,
)
from sportello.records.tickets.rules import rules_of
from sportello.service.channels.emptying import mails_of
from sportello.service.channels.models import CertifiedMail, Delivery, Dispatch, IncomingMail

from ..models import Filing
from . import reach

StepNames = dict[tuple[Any, Any], dict[str, str]]
FORMAT: Final = "sportello.dossier/1"
#: Entries of one dossier; no ticket of people comes near.
MOST: Final = 10_000


def data_of(ticket: Ticket, *, notes: bool) -> dict[str, Any]:
    """Everything there is about `ticket` as JSON values; `notes`: those among colleagues too, with their files. What
    was asked of offices and what they said is always there: it is how the decision was reached."""
    return {
        "format": FORMAT,
        "notes": notes,
        "organisation": {"slug": ticket.organisation.slug, "name": ticket.organisation.name},
        "ticket": _ticket(ticket),
        "customer": _customer(ticket),
        "participants": [
            {"role": one.role, "address": one.address, "since": _iso(one.since)}
            for one in Participant.objects.filter(ticket=ticket).order_by("pk")
        ],
        "entries": _entries(ticket, notes),
        "terms": _terms(ticket),
        "notices": _notices(ticket),
        "closures": _closures(ticket),
        "reasons": [
            {"about": one.about, "text": one.text, "at": _iso(one.at)}
            for one in StatedReason.objects.filter(ticket=ticket).order_by("pk")
        ],
        "mail": _mail(ticket),
        "proofs": _proofs(ticket),
        "links": sorted(Link.objects.filter(ticket=ticket).values_list("kind", "other__number")),
        "filing": _filing(ticket),
        "register": reach.told(ticket),
    }


def written(data: dict[str, Any]) -> bytes:
    """`data` as the one JSON it has: sorted keys, UTF-8, a line end last."""
    return (json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def digest(data: dict[str, Any]) -> str:
    return hashlib.sha256(written(data)).hexdigest()


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _ticket(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number, "subject": ticket.subject, "kind": ticket.kind.slug, "kind_names": ticket.kind.names,
        "family": ticket.kind.family, "procedure": ticket.procedure.defined.code,
        "procedure_version": ticket.procedure.version, "channel": ticket.channel, "language": ticket.language,
        "team": ticket.team.slug, "team_names": ticket.team.names, "status": ticket.status,
        "sensitivity": ticket.sensitivity, "opened_at": _iso(ticket.opened_at), "closed_at": _iso(ticket.closed_at),
    }  # fmt: skip


def _customer(ticket: Ticket) -> dict[str, Any] | None:
    customer = ticket.customer
    if customer is None:
        return None
    known = Identity.objects.filter(organisation=ticket.organisation_id, customer__in=together(customer))
    return {
        "name": customer.name, "sort": customer.sort,
        "identities": sorted(known.values_list("sort", "value", "verified")),
    }  # fmt: skip


def _entries(ticket: Ticket, notes: bool) -> list[dict[str, Any]]:
    rows = Entry.objects.filter(ticket=ticket)
    if not notes:
        rows = rows.exclude(kind=Entry.Kind.NOTE)
    rows = rows.select_related("message", "event", "note", "contact__contact", "by_member__user", "by_customer")
    rows = rows.prefetch_related("message__recipients", "attachments__blob", "contact__contact__intervals")
    found = list(rows.order_by("position")[:MOST])
    names = _step_names(found, ticket.procedure_id)
    return [_entry(one, names) for one in found]


def _step_names(entries: list[Entry], own: int) -> StepNames:
    """Titles of the steps that were done, in every language of their procedure."""
    done = [one.event.facts for one in entries if one.kind == Entry.Kind.EVENT and one.event.code == "step_done"]
    ids = {facts.get("procedure_id") or own for facts in done}
    procedures = Procedure.objects.in_bulk(ids) if ids else {}
    steps = {(key, step.code): step.names for key, row in procedures.items() for step in rules_of(row).steps}
    return {(facts.get("procedure_id"), facts.get("step")): steps.get(
        (facts.get("procedure_id") or own, str(facts.get("step"))), {}) for facts in done}  # fmt: skip


def _entry(entry: Entry, names: StepNames) -> dict[str, Any]:
    by = "colleague" if entry.by_member_id else "customer" if entry.by_customer_id else "system"
    name = entry.by_member.user.name if entry.by_member else entry.by_customer.name if entry.by_customer else ""
    found: dict[str, Any] = {
        "position": entry.position, "kind": entry.kind, "visibility": entry.visibility,
        "at": _iso(entry.happened_at), "by": by, "name": name,
        "files": [_file(one) for one in sorted(entry.attachments.all(), key=lambda one: one.pk)],
    }  # fmt: skip
    if entry.kind == Entry.Kind.MESSAGE:
        found["message"] = _message(entry.message)
    elif entry.kind == Entry.Kind.NOTE:
        found["note"] = entry.note.text
    elif entry.kind == Entry.Kind.EVENT:
        event = entry.event
        found["event"] = {"code": event.code, "facts": event.facts, "reason": event.reason}
        if event.code == "step_done":
            found["event"]["step_names"] = names.get((event.facts.get("procedure_id"), event.facts.get("step")), {})
    elif entry.kind == Entry.Kind.CONTACT:
        found["contact"] = _contact(entry)
    return found


def _message(message: Message) -> dict[str, Any]:
    return {
        "direction": message.direction, "channel": message.channel, "subject": message.subject, "text": message.text,
        "quoted": message.quoted, "signature": message.signature, "language": message.language,
        "from": [message.sender_name, message.sender_address], "message_id": message.rfc_id,
        "machine": message.is_machine, "notice": message.notice_moment,
        "to": [[one.role, one.name, one.address] for one in sorted(message.recipients.all(), key=lambda one: one.pk)],
    }  # fmt: skip


def _contact(entry: Entry) -> dict[str, Any]:
    contact = entry.contact.contact
    served = [one for one in contact.intervals.all() if one.state == ContactInterval.State.SERVING and one.ended_at]
    return {
        "channel": contact.channel, "direction": contact.direction, "summary": entry.contact.summary,
        "identified": contact.identified, "started_at": _iso(contact.started_at),
        "served_seconds": sum(int((one.ended_at - one.began_at).total_seconds()) for one in served if one.ended_at),
    }  # fmt: skip


def _file(one: Attachment) -> dict[str, Any]:
    blob: Blob = one.blob
    return {"name": one.filename, "sha256": blob.sha256, "size": blob.size, "type": blob.content_type}


def _terms(ticket: Ticket) -> dict[str, Any]:
    return {
        "terms": [
            {"kind": one.kind, "starts_at": _iso(one.starts_at), "due_at": _iso(one.due_at), "met_at": _iso(one.met_at),
             "ended_at": _iso(one.ended_at), "source": one.source, "steps": one.steps}
            for one in Term.objects.filter(ticket=ticket).order_by("pk")
        ],
        "suspensions": [
            {"cause": one.cause, "effect": one.effect, "began_at": _iso(one.began_at), "until_at": _iso(one.until_at),
             "ended_at": _iso(one.ended_at), "ended_how": one.ended_how, "reason": one.reason,
             "document": one.document, "end_reason": one.end_reason, "end_document": one.end_document}
            for one in Suspension.objects.filter(ticket=ticket).order_by("pk")
        ],
        "extensions": [
            {"sort": one.sort, "cause": one.cause, "from": _iso(one.due_before), "to": _iso(one.due_after),
             "made_at": _iso(one.made_at), "reason": one.reason, "document": one.document}
            for one in Extension.objects.filter(ticket=ticket).order_by("pk")
        ],
        "service_levels": [
            {"metric": one.metric, "started_at": _iso(one.started_at), "due_at": _iso(one.due_at),
             "met_at": _iso(one.met_at), "breached_at": _iso(one.breached_at)}
            for one in ServiceLevel.objects.filter(ticket=ticket).order_by("pk")
        ],
    }  # fmt: skip


def _notices(ticket: Ticket) -> list[dict[str, Any]]:
    return [
        {"moment": one.moment, "state": one.state, "due_at": _iso(one.due_at), "given_at": _iso(one.given_at),
         "how": one.how, "party": one.party, "party_name": one.party_name, "proof": one.proof}
        for one in Notice.objects.filter(ticket=ticket).order_by("pk")
    ]  # fmt: skip


def _closures(ticket: Ticket) -> list[dict[str, Any]]:
    return [
        {"outcome": one.outcome, "reason": one.reason, "closed_at": _iso(one.closed_at),
         "confirmed_at": _iso(one.confirmed_at), "reopened_at": _iso(one.reopened_at)}
        for one in Closure.objects.filter(ticket=ticket).order_by("pk")
    ]  # fmt: skip


def mails(ticket: Ticket) -> list[IncomingMail]:
    """Mail of the ticket byte for byte: what came in, its duplicates, and receipts of what was sent."""
    found = mails_of(Q(entry__ticket=ticket))
    return list(IncomingMail.objects.filter(pk__in=found).select_related("raw").order_by("pk"))


def _mail(ticket: Ticket) -> list[dict[str, Any]]:
    return [
        {"received_at": _iso(one.received_at), "state": one.state, "sha256": one.raw.sha256, "size": one.raw.size}
        for one in mails(ticket)
    ]


def _proofs(ticket: Ticket) -> dict[str, Any]:
    """What became of each letter, and what PEC providers certified."""
    certified = CertifiedMail.objects.filter(
        Q(dispatch__in=_dispatches(ticket)) | Q(mail__in=[one.pk for one in mails(ticket)])
    ).select_related("mail__raw")
    return {
        "deliveries": [
            {"address": one.address, "state": one.state, "status_code": one.status_code, "answer": one.answer,
             "at": _iso(one.changed_at), "position": one.dispatch.message.entry.position}
            for one in Delivery.objects.filter(dispatch__in=_dispatches(ticket)).order_by("pk")
            .select_related("dispatch__message__entry")
        ],
        "certified": [
            {"kind": one.kind, "error": one.error, "about": one.about, "identifier": one.identifier,
             "certified_at": _iso(one.certified_at), "signature": one.signature, "issuer": one.issuer,
             "sha256": one.mail.raw.sha256}
            for one in certified.order_by("pk")
        ],
    }  # fmt: skip


def _dispatches(ticket: Ticket) -> list[int]:
    return list(Dispatch.objects.filter(message__entry__ticket=ticket).values_list("pk", flat=True))


def _filing(ticket: Ticket) -> dict[str, Any] | None:
    filing = Filing.objects.filter(ticket=ticket).select_related("file_class").first()
    if filing is None:
        return None
    return {
        "code": filing.code, "version": filing.file_class.version, "titles": filing.file_class.titles,
        "closed_at": _iso(filing.closed_at),
        "keep_until": filing.keep_until.isoformat() if filing.keep_until else None,
    }  # fmt: skip

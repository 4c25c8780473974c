"""Which rows of the back office hang on a ticket: told in its dossier, emptied when it is disposed of or erased.

The rows are found by their keys; what of them is words is written down in `EMPTIED`, and what stays although it is text
in `KEPT`, each with its reason. `tests/architecture/test_disposal.py` fails for a column of text that stands in
neither: nobody adds one that a disposal would forget.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db import models

from sportello.foundation.files.actions import keep
from sportello.foundation.files.dropping import drop
from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets.models import Entry, Message, Ticket

#: Model of the back office → its columns that hold words about somebody's request, or files.
EMPTIED: Final[Mapping[str, tuple[str, ...]]] = {
    "Complaint": ("annulled_why",),
    "ComplaintStage": ("text",),
    "ComplaintReply": ("blocks", "composed", "left_out_why"),
    "CorrectiveAction": ("lesson", "action", "effect"),
    "Instance": ("reference", "result_text"),
    "OfferedRemedy": ("text", "reason", "decision_reason", "steps"),
    "ShopRequest": ("contract", "goods"),
    "Document": ("title", "recipient", "text", "blob", "filename", "plainness", "why_replaced"),
    "LetterDraft": ("title", "recipient", "text", "why"),
    "FilledForm": ("answers",),
    "ProtocolRequest": ("matter", "answer"),
    "Approval": ("held_words",),
    "ApprovalText": ("text", "to", "cc", "reason"),
    "ApprovalFile": ("blob", "filename"),
    "ApprovalVerdict": ("words",),
    "Checklist": ("taken_off_reason",),
    "Forwarding": ("beyond_reason", "recall_reason"),
    "ForwardingExtension": ("reason",),
    "UnknownCase": ("case", "needed", "meanwhile", "words"),
}
#: Text that stays: registers, codes, names of offices and rules.
KEPT: Final[Mapping[str, str]] = {
    "Complaint.legal_basis": "the register says by which rule it was handled; names nobody",
    "ComplaintReply.left_out": "codes of blocks",
    "CorrectiveAction.public_text": "how the annual report tells it: written without names",
    "Instance.code": "which outside body: statistics of the register",
    "Instance.names": "the body's name",
    "Instance.sort": "a code",
    "Document.sha256": "the digest of what was issued: it proves a copy that somebody holds",
    "Document.language": "a code",
    "Document.standards": "a code",
    "LetterDraft.language": "a code",
    "FilledForm.language": "a code",
    **dict.fromkeys(
        (f"ProtocolEntry.{name}" for name in (
            "outside_number", "correspondents", "subject", "means", "digest", "digest_of", "attachments",
            "sender_number", "sender_date", "sender_office", "annulled_why", "annulled_act")),
        "the register is kept for ever and nothing in it is changed (DPR 445/2000 art. 53)",
    ),
    "ProtocolRequest.trouble": "a code",
    "ApprovalText.then": "a code",
    "ApprovalText.outcome": "a code",
    "ApprovalText.digest": "what was approved, by its digest",
    "Checklist.rule": "a code",
    "Checklist.name": "the words of the template: names nobody",
    "ChecklistItem.text": "the words of the template: names nobody",
}
#: The archive's own, which stay: they tell that there was a ticket and on what ground it went.
OWN: Final = frozenset(
    {"Filing", "LegalHold", "Solution", "DisposalLine", "Tombstone", "PackagedTicket", "FaultTicket", "FaultTelling"}
)
#: From these to the ticket.
_ENDS: Final[dict[type[models.Model], str]] = {Ticket: "", Entry: "ticket", Message: "entry__ticket"}
_DEEPEST: Final = 3
_MOST: Final = 1_000


@cache
def paths() -> dict[type[models.Model], tuple[str, ...]]:
    """Model of the back office → the look-ups that lead from its rows to a ticket, shortest first."""
    found = {model: tuple(sorted(_paths(model, _DEEPEST), key=len)) for model in _models()}
    # a key of their own is enough: joined by OR with others it would have the whole table read
    return {model: ways[:1] if ways[0] == "ticket" else ways for model, ways in found.items() if ways}


def _models() -> list[type[models.Model]]:
    return [one for one in apps.get_app_config("backoffice").get_models() if one.__name__ not in OWN]


def _paths(model: type[models.Model], steps: int) -> Iterator[str]:
    for field in model._meta.local_fields:
        target = field.related_model if isinstance(field, models.ForeignKey) else None
        if not isinstance(target, type) or target is model:
            continue
        if target in _ENDS:
            yield "__".join(filter(None, (field.name, _ENDS[target])))
        elif steps > 1 and target._meta.app_label == "backoffice" and target.__name__ not in OWN:
            for rest in _paths(target, steps - 1):
                yield f"{field.name}__{rest}"


def rows_of(ticket: Ticket) -> Iterator[tuple[type[models.Model], list[models.Model]]]:
    """What hangs on `ticket`, model by model, oldest first."""
    for model, ways in sorted(paths().items(), key=lambda pair: pair[0].__name__):
        ids: set[int] = set()
        # each way asked apart: joined by OR they were a dozen outer joins, and the planner took minutes
        for way in ways:
            ids.update(model._default_manager.filter(**{way: ticket.pk}).values_list("pk", flat=True)[:_MOST])
        if not ids:
            continue
        keys = [field.name for field in _blob_keys(model)]
        rows = list(model._default_manager.filter(pk__in=ids).order_by("pk").select_related(*keys)[:_MOST])
        if rows:
            yield model, rows


def told(ticket: Ticket) -> dict[str, list[dict[str, Any]]]:
    """Every row as plain values; keys to other rows are left out, files are told by name of column and digest."""
    return {model.__name__: [_plain(row) for row in rows] for model, rows in rows_of(ticket)}


def files_of(ticket: Ticket) -> Iterator[tuple[str, Blob]]:
    """(name, file) of every file these rows hold."""
    for model, rows in rows_of(ticket):
        for row in rows:
            for key in _blob_keys(model):
                blob = getattr(row, key.name)
                if blob is not None:
                    yield f"{model.__name__.lower()}-{row.pk}-{key.name}", blob


def empty(ticket: Ticket, said: str, *, files_after: timedelta) -> int:
    """Take words and files out of these rows, in the caller's transaction; how many files were let go."""
    dropped = 0
    for model, rows in rows_of(ticket):
        names = EMPTIED.get(model.__name__, ())
        for row in rows if names else ():
            for name in names:
                dropped += _take_out(row, model._meta.get_field(name), said, files_after)
            row.save(update_fields=list(names))
    return dropped


def _take_out(row: Any, field: Any, said: str, after: timedelta) -> int:
    value = getattr(row, field.name)
    if isinstance(field, models.ForeignKey):
        if value is None:
            return 0
        setattr(row, field.name, None if field.null else _stone(row.organisation, said))
        drop(value, after=after)
        return 1
    if isinstance(field, models.JSONField):
        setattr(row, field.name, field.get_default() if field.has_default() else {})
    elif value:
        setattr(row, field.name, said[: field.max_length] if field.max_length else said)
    return 0


def _stone(organisation: Organisation, said: str) -> Blob:
    return keep(organisation, f"{said}\n".encode())


def _blob_keys(model: type[models.Model]) -> list[Any]:
    return [one for one in model._meta.local_fields if one.related_model is Blob]


def _plain(row: models.Model) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in row._meta.local_fields:
        value = getattr(row, field.name) if field.related_model is Blob or not field.is_relation else None
        if value is None or field.primary_key:
            continue
        if isinstance(value, Blob):
            value = {"sha256": value.sha256, "size": value.size}
        elif isinstance(value, (datetime, date)):
            value = value.isoformat()
        found[field.name] = value if isinstance(value, (bool, int, str, dict, list)) else str(value)
    return found

"""Disposal and erasure reach every column that may hold somebody's words: none is forgotten by adding it.

Every model from which keys lead to a ticket is walked through, in every room. A column of text is either emptied when
its ticket is disposed of, or stands here or in `reach.KEPT` with the reason why it stays.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from sportello.foundation.files.models import Blob
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.archive import reach

ROOMS = ("tickets", "channels", "backoffice", "desk", "routing", "customers")

#: Emptied by `tickets/actions/emptying.py` (the story of a disposal looks through the whole database for a word).
TICKETS = {
    "Ticket": ("subject",),
    "Recipient": ("name", "address"),
    "Message": ("subject", "text", "quoted", "signature", "html", "sender_name", "sender_address", "rfc_id", "token"),
    "Note": ("text",), "ContactEntry": ("summary",), "TicketEvent": ("reason",), "Closure": ("reason",),
    "StatedReason": ("text",), "Suspension": ("reason", "document", "end_reason", "end_document"),
    "Extension": ("reason", "document"), "ServicePause": ("reason", "document"), "Notice": ("proof", "party_name"),
    "ImportedTicket": ("reference",), "TicketMerge": ("reason",), "Snooze": ("reason",),
    # rows that go
    "Participant": ("address",), "AccessCode": ("nonce", "digest"), "SearchRow": ("words",),
    "Attachment": ("blob", "filename", "content_id"),
}  # fmt: skip
#: Emptied by `channels/emptying.py`.
CHANNELS = {
    "IncomingMail": ("raw", "envelope_from", "envelope_to", "sender", "subject", "peer", "peer_name", "authenticity",
                     "cause_facts", "rfc_id", "error"),
    "CertifiedMail": ("error_text", "sender", "subject", "identifier", "msgid", "about", "signature_facts"),
    "CertifiedLetter": ("raw",), "Delivery": ("address", "answer"), "Dispatch": ("answer",), "Attempt": ("words",),
    # a ticket with one is spared until it has left
    "WaitingReply": ("held_words", "text", "to", "cc", "reason", "held_code", "outcome", "then"),
    "WaitingFile": ("blob", "filename", "content_id"),
}  # fmt: skip
#: Goes by `desk.actions.drafting.drop_drafts`.
DESK = {"Draft": ("text", "to", "cc", "aside", "used"), "DraftFile": ("blob", "filename", "content_id")}
#: Codes, numbers and figures of ours: they name nobody and are counted.
CODES = {
    "Ticket": ("number", "channel", "language"), "TicketEvent": ("code", "facts"), "Reason": ("about", "code", "facts"),
    "Message": ("channel", "language", "notice_moment"), "Notice": ("moment", "how"), "Suspension": ("cause",),
    "Extension": ("cause", "unit"), "Term": ("unit", "roll", "steps", "source"), "StepDone": ("code",),
    "ReplyBlock": ("code",), "ServiceLevel": ("target_unit",), "Moment": ("code",), "Contact": ("language",),
    "SearchRow": ("sensitivity", "visibility"), "IncomingMail": ("door", "cause"), "Dispatch": ("channel",),
    "CertifiedMail": ("kind", "error", "issuer", "receipt_form"), "Delivery": ("status_code",), "Attempt": ("outcome",),
    "DisposalLine": ("reason",), "Tombstone": ("number", "outcome", "digest", "digest_without_notes", "counts"),
    "Filing": ("code", "outcome"), "LegalHold": ("code", "reason", "lifted_reason"),
    # where the columns of a merged ticket stood: codes and ids; who the office asked is, not the customer; a page's name
    "TicketMerge": ("before",), "Aside": ("name", "channel", "address"), "Draft": ("writer",),
    # the sentence why an update could not be told: ours
    "FaultTelling": ("why",),
    # the key a server gave a mail, and why it could not be fetched; a form's fields are emptied when it is sent
    "CollectedMessage": ("key", "error"), "FormDraft": ("token_digest", "typed"),
    # a part of a package, which goes whole with any of its tickets (`packages.let_go_with`)
    "PackagedTicket": ("blob",),
}  # fmt: skip


def leads_to_a_ticket(model: type[models.Model], steps: int = 4) -> bool:
    for field in model._meta.local_fields:
        target = field.related_model if isinstance(field, models.ForeignKey) else None
        if isinstance(target, type) and (target is Ticket or (steps and target is not model
                                                              and leads_to_a_ticket(target, steps - 1))):
            return True
    return False


def on_tickets() -> list[type[models.Model]]:
    found = [one for one in apps.get_models() if one._meta.app_label in ROOMS]
    return [one for one in found if one is Ticket or leads_to_a_ticket(one)]


def words_of(model: type[models.Model]) -> Iterator[str]:
    for field in model._meta.local_fields:
        if field.related_model is Blob or (isinstance(field, (models.CharField, models.TextField, models.JSONField)) and not field.choices):
            yield field.name


@pytest.mark.parametrize("model", on_tickets(), ids=lambda model: model._meta.label)
def test_every_word_on_a_ticket_is_emptied_or_kept_for_a_reason(model: type[models.Model]) -> None:
    name = model.__name__
    told = {*TICKETS.get(name, ()), *CHANNELS.get(name, ()), *DESK.get(name, ()), *CODES.get(name, ()),
            *reach.EMPTIED.get(name, ())}
    told |= {key.split(".")[1] for key in reach.KEPT if key.startswith(f"{name}.")}
    forgotten = set(words_of(model)) - told
    assert not forgotten, (
        f"{model._meta.label}.{sorted(forgotten)}: say in backoffice/archive/reach.py that a disposal empties it, or why "
        "it stays"
    )


def test_what_the_lists_name_is_there() -> None:
    """No name is left over from a column that is gone."""
    known = {one.__name__: {field.name for field in one._meta.local_fields} for one in apps.get_models()}
    for table in (TICKETS, CHANNELS, DESK, CODES, reach.EMPTIED):
        for name, columns in table.items():
            assert set(columns) <= known.get(name, set(columns)), name
    for key in reach.KEPT:
        name, column = key.split(".")
        assert column in known.get(name, {column}), key
    here = {model.__name__ for model in apps.get_app_config("backoffice").get_models()}
    assert set(reach.EMPTIED) & here <= {model.__name__ for model in reach.paths()}

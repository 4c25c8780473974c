"""Who reacts to what: the one page. Rooms never call upward; they journal, and what follows is listed here.

`IN_TRANSACTION` runs with the change and undoes it when it fails: cheap, and must succeed together.
`DURABLE` reads the journal afterwards, each consumer with its own cursor, idempotent by event id.
"""

from __future__ import annotations

from sportello.foundation.journal.actions import Reaction
from sportello.foundation.journal.consumers import Consumer
from sportello.foundation.journal.reader import Read
from sportello.records.customers import duplicates
from sportello.records.customers.actions.erasing import Hold
from sportello.records.tickets.actions import erasing
from sportello.records.tickets.actions.leaving import free_tickets_of
from sportello.records.tickets.actions.parting import give_back
from sportello.service.backoffice.protocol import by_itself
from sportello.service.channels import erasing as channels
from sportello.service.channels.outbox import enqueue


def _free_what_they_owned(event: Read) -> None:
    free_tickets_of(event.subject_id)


IN_TRANSACTION: tuple[tuple[str, Reaction], ...] = (
    ("message.written", enqueue),  # what is to leave has its dispatch, or was not written
    ("customer.erased", channels.mark),  # whose mail it is cannot be told afterwards
)

DURABLE: tuple[Consumer, ...] = (
    # somebody leaves: their tickets may be many, and leaving must not wait for them
    Consumer("tickets-of-who-left", frozenset({"membership.ended"}), _free_what_they_owned),
    # who may be somebody we know already: proposed to a colleague, never merged by itself
    Consumer("customers-alike", frozenset({"customer.added", "customer.changed", "identity.added"}), duplicates.after),
    # a merge was undone: tickets opened meanwhile go back to whose address they came from
    Consumer("tickets-of-who-parted", frozenset({"customer.parted"}), give_back),
    # an erasure ordered by law: words on tickets may be many
    Consumer("words-of-who-was-erased", frozenset({"customer.erased"}), erasing.erase_words),
    # what its kind registers without being asked: numbers are given one after the other, and a mail must not wait
    Consumer("protocol", by_itself.VERBS, by_itself.follow),
    # and their mail, byte for byte
    Consumer("mail-of-who-was-erased", frozenset({"customer.erased"}), channels.erase_channels),
)

#: What must be kept although an erasure is ordered: each says why in a sentence, or nothing.
HOLDS: tuple[Hold, ...] = (erasing.open_tickets, channels.letters_on_their_way)

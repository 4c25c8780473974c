"""Who reacts to what: the one page. Rooms never call upward; they journal, and what follows is listed here.

`IN_TRANSACTION` runs with the change and undoes it when it fails: cheap, and must succeed together.
`DURABLE` reads the journal afterwards, each consumer with its own cursor, idempotent by event id.
"""

from __future__ import annotations

from sportello.faces.desk.actions import drafting, searching
from sportello.foundation.journal.actions import Reaction
from sportello.foundation.journal.consumers import Consumer
from sportello.foundation.journal.reader import Read
from sportello.records.customers import duplicates
from sportello.records.customers.actions.erasing import Hold
from sportello.records.tickets.actions import erasing
from sportello.records.tickets.actions.leaving import free_tickets_of
from sportello.records.tickets.actions.parting import give_back
from sportello.service.backoffice import erasing_offices
from sportello.service.backoffice.archive import erasing as archive
from sportello.service.backoffice.archive import filing, holds
from sportello.service.backoffice.checklists import ticking
from sportello.service.backoffice.complaints import erasing as complaints
from sportello.service.backoffice.complaints import registering, replies, stages
from sportello.service.backoffice.offices import answering as offices
from sportello.service.backoffice.protocol import by_itself
from sportello.service.channels import erasing as channels
from sportello.service.channels.outbox import enqueue
from sportello.service.notifications import telling


def _free_what_they_owned(event: Read) -> None:
    free_tickets_of(event.subject_id)


def _drop_drafts(event: Read) -> None:
    drafting.drop_drafts(event.payload["ticket_id"])


IN_TRANSACTION: tuple[tuple[str, Reaction], ...] = (
    ("aside.written", enqueue),  # so has a letter to an office
    ("aside.answered", offices.heard),  # what an office says answers what it was asked
    ("message.written", enqueue),  # what is to leave has its dispatch, or was not written
    ("message.written", replies.on_written),  # a reply to a complaint has left: what follows it does
    # a complaint enters the register with what made it one: its number has no gaps
    ("ticket.opened", registering.on_opened),
    ("ticket.kind_changed", registering.on_opened),
    ("ticket.closed", stages.on_closed),
    ("ticket.reopened", stages.on_reopened),
    ("ticket.merged", stages.on_merged),  # a line of the register ends with its ticket, and is open again with it
    ("ticket.parted", stages.on_parted),
    ("customer.erased", channels.mark),  # whose mail it is cannot be told afterwards
    ("customer.erased", searching.forget_erased),  # nor what was searched with their name
)

DURABLE: tuple[Consumer, ...] = (
    # somebody leaves: their tickets may be many, and leaving must not wait for them
    Consumer("tickets-of-who-left", frozenset({"membership.ended"}), _free_what_they_owned),
    # who may be somebody we know already: proposed to a colleague, never merged by itself
    Consumer("customers-alike", frozenset({"customer.added", "customer.changed", "identity.added"}), duplicates.after),
    # a merge was undone: tickets opened meanwhile go back to whose address they came from
    Consumer("tickets-of-who-parted", frozenset({"customer.parted"}), give_back),
    # the tick says that an office is to be reminded
    Consumer("reminders-to-offices", frozenset({"ticket.warned"}), offices.remind),
    # the checklists of its kind and of its procedure; one that has none costs two looks
    Consumer(
        "checklists-of-kinds", frozenset({"ticket.opened", "ticket.kind_changed", "ticket.procedure_changed"}),
        ticking.hang_by_kind,
    ),
    # words about the customer in approvals, checklists, cases
    Consumer("offices-of-who-was-erased", frozenset({"customer.erased"}), erasing_offices.erase),
    # an erasure ordered by law: words on tickets may be many
    Consumer("words-of-who-was-erased", frozenset({"customer.erased"}), erasing.erase_words),
    # what colleagues had begun to write to them
    Consumer("drafts-to-who-was-erased", frozenset({"customer.erased"}), drafting.erase),
    # what colleagues wrote of their complaints
    Consumer("complaints-of-who-was-erased", frozenset({"customer.erased"}), complaints.erase_complaints),
    # what its kind registers without being asked: numbers are given one after the other, and a mail must not wait
    Consumer("protocol", by_itself.VERBS, by_itself.follow),
    # and their mail, byte for byte
    Consumer("mail-of-who-was-erased", frozenset({"customer.erased"}), channels.erase_channels),
    # and what the back office holds: documents, complaints, packages
    Consumer("papers-of-who-was-erased", frozenset({"customer.erased"}), archive.erase_papers),
    # what closed has its class and its last day
    Consumer("file-plan", filing.VERBS, filing.follow),
    # colleagues whom it concerns are told, in the desk, by mail, by their browsers
    Consumer("notifications", telling.VERBS, telling.follow),
    # nobody goes on writing on what was disposed of
    Consumer("drafts-of-what-was-disposed-of", frozenset({"disposal.ticket_emptied"}), _drop_drafts),
)

#: What must be kept although an erasure is ordered: each says why in a sentence, or nothing.
HOLDS: tuple[Hold, ...] = (
    erasing.open_tickets,
    complaints.open_matters,
    channels.letters_on_their_way,
    holds.keeps_customer,
)

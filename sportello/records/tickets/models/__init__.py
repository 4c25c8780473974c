from .closure import Closure
from .contact import Contact, ContactEntry, ContactInterval
from .entry import Entry, TicketEvent
from .ledger import Notice
from .link import Link
from .message import Attachment, Message, Note, Recipient
from .participant import Named, Participant
from .reason import Reason
from .search import SearchRow
from .term import Term
from .ticket import AccessCode, Ticket, TicketCounter

__all__ = [
    "AccessCode",
    "Attachment",
    "Closure",
    "Contact",
    "ContactEntry",
    "ContactInterval",
    "Entry",
    "Link",
    "Message",
    "Named",
    "Note",
    "Notice",
    "Participant",
    "Reason",
    "Recipient",
    "SearchRow",
    "Term",
    "Ticket",
    "TicketCounter",
    "TicketEvent",
]

from .aside import Aside
from .closure import Closure
from .completeness import ReplyBlock, StatedReason, StepDone
from .contact import Contact, ContactEntry, ContactInterval
from .delegation import ContactDelegate
from .entry import Entry, TicketEvent
from .imported import ImportedTicket
from .kept_calendar import KeptCalendar
from .ledger import Notice
from .link import Link
from .mention import Mention
from .message import Attachment, Message, Note, Recipient
from .moment import Moment
from .moving import EntryMove, TicketMerge
from .participant import Named, Participant
from .reason import Reason
from .search import SearchRow
from .service_level import ServiceLevel, ServicePause
from .snooze import Snooze
from .suspension import Extension, GlobalSuspension, Suspension
from .tag import Tag, TicketTag
from .term import Term
from .ticket import AccessCode, Ticket, TicketCounter

__all__ = [
    "AccessCode",
    "Aside",
    "Attachment",
    "Closure",
    "Contact",
    "ContactDelegate",
    "ContactEntry",
    "ContactInterval",
    "Entry",
    "EntryMove",
    "Extension",
    "GlobalSuspension",
    "ImportedTicket",
    "KeptCalendar",
    "Link",
    "Mention",
    "Message",
    "Moment",
    "Named",
    "Note",
    "Notice",
    "Participant",
    "Reason",
    "Recipient",
    "ReplyBlock",
    "SearchRow",
    "ServiceLevel",
    "ServicePause",
    "Snooze",
    "StatedReason",
    "StepDone",
    "Suspension",
    "Tag",
    "Term",
    "Ticket",
    "TicketCounter",
    "TicketEvent",
    "TicketMerge",
    "TicketTag",
]

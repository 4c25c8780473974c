"""Typed rows for screens. One module a screen's subject."""

from .history import customer_history
from .lists import LISTS, SORTS, Filters, Page, TicketRow, counts, list_page, row_of
from .silent import SilentTicket, silent_tickets
from .timeline import TimelineItem, public_timeline, timeline

__all__ = [
    "LISTS",
    "SORTS",
    "Filters",
    "Page",
    "SilentTicket",
    "TicketRow",
    "TimelineItem",
    "counts",
    "customer_history",
    "list_page",
    "public_timeline",
    "row_of",
    "silent_tickets",
    "timeline",
]

"""Typed rows for screens. One module a screen's subject."""

from .history import customer_history
from .lists import SORTS, Filters, Page, list_page, neighbours
from .rows import TicketRow, row_of, rows_of, with_names
from .silent import SilentTicket, silent_tickets
from .timeline import TimelineItem, newer, public_timeline, timeline
from .work_lists import LISTS, counts

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
    "neighbours",
    "newer",
    "public_timeline",
    "row_of",
    "rows_of",
    "silent_tickets",
    "timeline",
    "with_names",
]

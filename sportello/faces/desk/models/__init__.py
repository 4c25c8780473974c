from .draft import Draft
from .open_ticket import OpenTicket

__all__ = ["Draft", "OpenTicket"]

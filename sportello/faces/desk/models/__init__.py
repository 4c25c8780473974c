from .draft import Draft, DraftFile
from .open_ticket import OpenTicket

__all__ = ["Draft", "DraftFile", "OpenTicket"]

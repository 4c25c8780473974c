from .draft import Draft, DraftFile
from .key_choice import KeyChoice
from .open_ticket import OpenTicket
from .saved_view import SavedView

__all__ = ["Draft", "DraftFile", "KeyChoice", "OpenTicket", "SavedView"]

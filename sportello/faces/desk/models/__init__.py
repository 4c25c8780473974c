from .draft import Draft, DraftFile
from .kept_search import KeptSearch
from .key_choice import KeyChoice
from .open_ticket import OpenTicket
from .saved_view import SavedView

__all__ = ["Draft", "DraftFile", "KeptSearch", "KeyChoice", "OpenTicket", "SavedView"]

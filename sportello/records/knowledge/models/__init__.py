from .saved_reply import SavedReply, SavedReplyText
from .service_sheet import ServiceSheet, ServiceSheetText

__all__ = ["SavedReply", "SavedReplyText", "ServiceSheet", "ServiceSheetText"]

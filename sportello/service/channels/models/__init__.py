from ..webform.models import DoorCount, DraftFile, FormDraft
from .dispatch import Delivery, Dispatch
from .incoming import IncomingMail
from .mailbox import Mailbox
from .outtray import OutTrayMail

__all__ = [
    "Delivery",
    "Dispatch",
    "DoorCount",
    "DraftFile",
    "FormDraft",
    "IncomingMail",
    "Mailbox",
    "OutTrayMail",
]

from ..webform.models import DoorCount, DraftFile, FormDraft
from .collecting import CollectedMessage, Collector, FolderPosition
from .dispatch import Delivery, Dispatch
from .incoming import IncomingMail
from .mailbox import Mailbox
from .outtray import OutTrayMail

__all__ = [
    "CollectedMessage",
    "Collector",
    "Delivery",
    "Dispatch",
    "DoorCount",
    "DraftFile",
    "FolderPosition",
    "FormDraft",
    "IncomingMail",
    "Mailbox",
    "OutTrayMail",
]

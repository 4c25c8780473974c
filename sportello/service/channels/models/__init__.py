from ..webform.models import DoorCount, DraftFile, FormDraft
from .certified import CertifiedLetter, CertifiedMail, CertifiedOutcome
from .collecting import CollectedMessage, Collector, FolderPosition
from .dispatch import Attempt, Delivery, Dispatch
from .erased import ErasedRow
from .incoming import IncomingMail
from .mailbox import Mailbox
from .outtray import OutTrayMail
from .senders import BlockedSender, FormSender
from .server import LearnedServer
from .waiting import WaitingFile, WaitingReply

__all__ = [
    "Attempt",
    "BlockedSender",
    "CertifiedLetter",
    "CertifiedMail",
    "CertifiedOutcome",
    "CollectedMessage",
    "Collector",
    "Delivery",
    "Dispatch",
    "DoorCount",
    "DraftFile",
    "ErasedRow",
    "FolderPosition",
    "FormDraft",
    "FormSender",
    "IncomingMail",
    "LearnedServer",
    "Mailbox",
    "OutTrayMail",
    "WaitingFile",
    "WaitingReply",
]

from .dispatch import Delivery, Dispatch
from .incoming import IncomingMail
from .mailbox import Mailbox
from .outtray import OutTrayMail

__all__ = ["Delivery", "Dispatch", "IncomingMail", "Mailbox", "OutTrayMail"]

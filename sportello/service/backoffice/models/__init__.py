from .complaint import Complaint, ComplaintCounter, ComplaintStage, CorrectiveAction, Instance
from .disposal import DisposalLine, DisposalList, DroppedFile, Tombstone
from .document import Document, DocumentSort, LetterDraft, Letterhead, LetterTemplate
from .file_plan import FileClass, KindClass
from .filing import Archive, Filing, LegalHold, Solution
from .form import FilledForm, Form, FormVersion
from .known_fault import FaultTelling, FaultTicket, FaultUpdate, KnownFault
from .package import Package, PackagedTicket
from .protocol import (
    KindProtocol,
    ProtocolCounter,
    ProtocolEntry,
    ProtocolRequest,
    ProtocolSettings,
    RegisterPrint,
)
from .remedy import OfferedRemedy, RemedyLimit
from .shop_request import ShopRequest

__all__ = [
    "Archive",
    "Complaint",
    "ComplaintCounter",
    "ComplaintStage",
    "CorrectiveAction",
    "DisposalLine",
    "DisposalList",
    "Document",
    "DocumentSort",
    "DroppedFile",
    "FaultTelling",
    "FaultTicket",
    "FaultUpdate",
    "FileClass",
    "Filing",
    "FilledForm",
    "Form",
    "FormVersion",
    "Instance",
    "KindClass",
    "KindProtocol",
    "KnownFault",
    "LegalHold",
    "LetterDraft",
    "LetterTemplate",
    "Letterhead",
    "OfferedRemedy",
    "Package",
    "PackagedTicket",
    "ProtocolCounter",
    "ProtocolEntry",
    "ProtocolRequest",
    "ProtocolSettings",
    "RegisterPrint",
    "RemedyLimit",
    "ShopRequest",
    "Solution",
    "Tombstone",
]

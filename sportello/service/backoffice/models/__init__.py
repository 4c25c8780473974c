from .approval import (
    Approval,
    ApprovalFile,
    ApprovalRule,
    ApprovalRuleStep,
    ApprovalStep,
    ApprovalText,
    ApprovalVerdict,
)
from .checklist import Checklist, ChecklistItem, ChecklistTemplate, ChecklistTick
from .complaint import Complaint, ComplaintCounter, ComplaintReply, ComplaintStage, CorrectiveAction, Instance
from .disposal import DisposalLine, DisposalList, Tombstone
from .document import Document, DocumentSort, LetterDraft, Letterhead, LetterTemplate
from .file_plan import FileClass, KindClass
from .filing import Archive, Filing, LegalHold, Solution
from .form import FilledForm, Form, FormVersion
from .known_fault import FaultTelling, FaultTicket, FaultUpdate, KnownFault
from .office import ForwardedItem, Forwarding, ForwardingExtension, ForwardingReminder, Office
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
from .unknown_case import UnknownCase

__all__ = [
    "Approval",
    "ApprovalFile",
    "ApprovalRule",
    "ApprovalRuleStep",
    "ApprovalStep",
    "ApprovalText",
    "ApprovalVerdict",
    "Archive",
    "Checklist",
    "ChecklistItem",
    "ChecklistTemplate",
    "ChecklistTick",
    "Complaint",
    "ComplaintCounter",
    "ComplaintReply",
    "ComplaintStage",
    "CorrectiveAction",
    "DisposalLine",
    "DisposalList",
    "Document",
    "DocumentSort",
    "FaultTelling",
    "FaultTicket",
    "FaultUpdate",
    "FileClass",
    "Filing",
    "FilledForm",
    "Form",
    "FormVersion",
    "ForwardedItem",
    "Forwarding",
    "ForwardingExtension",
    "ForwardingReminder",
    "Instance",
    "KindClass",
    "KindProtocol",
    "KnownFault",
    "LegalHold",
    "LetterDraft",
    "LetterTemplate",
    "Letterhead",
    "OfferedRemedy",
    "Office",
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
    "UnknownCase",
]

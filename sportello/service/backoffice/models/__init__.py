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
from .complaint import Complaint, ComplaintCounter, ComplaintStage, CorrectiveAction, Instance
from .disposal import DisposalLine, DisposalList, DroppedFile, Tombstone
from .file_plan import FileClass, KindClass
from .filing import Archive, Filing, LegalHold, Solution
from .known_fault import FaultTelling, FaultTicket, FaultUpdate, KnownFault
from .office import ForwardedItem, Forwarding, ForwardingExtension, ForwardingReminder, Office
from .package import Package, PackagedTicket
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
    "ComplaintStage",
    "CorrectiveAction",
    "DisposalLine",
    "DisposalList",
    "DroppedFile",
    "FaultTelling",
    "FaultTicket",
    "FaultUpdate",
    "FileClass",
    "Filing",
    "ForwardedItem",
    "Forwarding",
    "ForwardingExtension",
    "ForwardingReminder",
    "Instance",
    "KindClass",
    "KnownFault",
    "LegalHold",
    "OfferedRemedy",
    "Office",
    "Package",
    "PackagedTicket",
    "RemedyLimit",
    "ShopRequest",
    "Solution",
    "Tombstone",
    "UnknownCase",
]

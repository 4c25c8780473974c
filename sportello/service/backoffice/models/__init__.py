from .complaint import Complaint, ComplaintCounter, ComplaintReply, ComplaintStage, CorrectiveAction, Instance
from .disposal import DisposalLine, DisposalList, DroppedFile, Tombstone
from .file_plan import FileClass, KindClass
from .filing import Archive, Filing, LegalHold, Solution
from .known_fault import FaultTelling, FaultTicket, FaultUpdate, KnownFault
from .package import Package, PackagedTicket
from .remedy import OfferedRemedy, RemedyLimit
from .shop_request import ShopRequest

__all__ = [
    "Archive",
    "Complaint",
    "ComplaintCounter",
    "ComplaintReply",
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
    "Instance",
    "KindClass",
    "KnownFault",
    "LegalHold",
    "OfferedRemedy",
    "Package",
    "PackagedTicket",
    "RemedyLimit",
    "ShopRequest",
    "Solution",
    "Tombstone",
]

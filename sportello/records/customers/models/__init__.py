from .consent import Consent
from .customer import Customer
from .identity import Identity
from .importing import ImportFault, ImportRun
from .merge import Merge, Proposal
from .note import CustomerNote
from .reading import Erasure, Reading
from .relation import Relation
from .side import SideRow, SideSource

__all__ = [
    "Consent", "Customer", "CustomerNote", "Erasure", "Identity", "ImportFault", "ImportRun", "Merge", "Proposal",
    "Reading", "Relation", "SideRow", "SideSource",
]

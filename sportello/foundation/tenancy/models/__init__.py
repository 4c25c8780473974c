from .base import OrganisationModel, OwnedKey, OwnedOneToOne
from .organisation import Organisation

__all__ = ["Organisation", "OrganisationModel", "OwnedKey", "OwnedOneToOne"]

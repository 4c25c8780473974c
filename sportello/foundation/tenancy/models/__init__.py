from .base import HangingModel, OrganisationModel, OwnedKey, OwnedOneToOne
from .organisation import Organisation

__all__ = ["HangingModel", "Organisation", "OrganisationModel", "OwnedKey", "OwnedOneToOne"]

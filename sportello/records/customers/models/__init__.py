from .customer import Customer
from .identity import Identity

__all__ = ["Customer", "Identity"]

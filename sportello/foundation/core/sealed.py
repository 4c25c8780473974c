"""Small secrets that must be had again, kept so that a copy of the database does not tell them.

Each purpose has a key of its own, made of the installation's: what one room sealed, another cannot open by mistake.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class Broken(Exception):
    """It was sealed with another key, or is no sealed thing: a database restored without its keys."""


def seal(purpose: str, text: str) -> str:
    """`text` sealed for `purpose`."""
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(purpose: str, kept: str) -> str:
    """What `seal` was given. Raises Broken."""
    try:
        return _box(purpose).decrypt(kept.encode()).decode()
    except InvalidToken as error:
        raise Broken(purpose) from error


def _box(purpose: str) -> Fernet:
    material = purpose.encode() + b"\0" + settings.SECRET_KEY.encode()
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(material).digest()))

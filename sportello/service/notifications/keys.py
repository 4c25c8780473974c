"""The installation's key as a sender of pushes: made at first use, kept sealed, the same for all processes."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from sportello.foundation.core import sealed

from .models import PushKey
from .push.encryption import point
from .push.vapid import encoded

_PURPOSE = "push key"


def own_key() -> ec.EllipticCurvePrivateKey:
    """Raises sealed.Broken when the database came without the installation's keys: browsers must say yes anew."""
    kept = PushKey.objects.filter(place=1).first()
    if kept is None:
        made = ec.generate_private_key(ec.SECP256R1())
        pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        # two processes at once: the one row is the key
        PushKey.objects.bulk_create([PushKey(place=1, sealed=sealed.seal(_PURPOSE, pem))], ignore_conflicts=True)
        kept = PushKey.objects.get(place=1)
    key = load_pem_private_key(sealed.unseal(_PURPOSE, kept.sealed).encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise sealed.Broken(_PURPOSE)
    return key


def public_words() -> str:
    """The public half, as a browser takes it."""
    return encoded(point(own_key().public_key()))

"""Message encryption for Web Push (RFC 8291) in one record of the `aes128gcm` content coding (RFC 8188).

Pure: bytes in, bytes out. The push service that carries the message cannot read it.
"""

from __future__ import annotations

import os
import struct

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

#: One record, and no service is bound to take a longer body (RFC 8030, 7.2).
RECORD = 4096
#: Salt, record size, length of the key, key; the delimiter; the tag.
MOST_BYTES = RECORD - (16 + 4 + 1 + 65) - 1 - 16
SECRET_BYTES = 16
_LAST = b"\x02"


def encrypt(
    words: bytes, browser_key: bytes, secret: bytes, *, own: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b""
) -> bytes:
    """`words` sealed for the browser whose public key (65 bytes, uncompressed P-256) and authentication secret (16
    bytes) these are. `own` and `salt` are made anew for every message and given by tests only.

    Raises ValueError for a key that is none, a secret of another length, or too many words.
    """
    if len(words) > MOST_BYTES or len(secret) != SECRET_BYTES:
        raise ValueError("too long a message, or a secret that is none")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), browser_key)
    once = own or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(16)
    ours = point(once.public_key())
    key, nonce = keys(once.exchange(ec.ECDH(), theirs), secret, browser_key, ours, salt)
    sealed = AESGCM(key).encrypt(nonce, words + _LAST, None)
    return salt + struct.pack("!LB", RECORD, len(ours)) + ours + sealed


def keys(shared: bytes, secret: bytes, browser_key: bytes, ours: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """(content encryption key, nonce) of RFC 8291, 3.3 and 3.4, and RFC 8188, 2.2 and 2.3."""
    material = _derived(secret, b"WebPush: info\0" + browser_key + ours, shared, 32)
    return (
        _derived(salt, b"Content-Encoding: aes128gcm\0", material, 16),
        _derived(salt, b"Content-Encoding: nonce\0", material, 12),
    )


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(salt: bytes, info: bytes, material: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(material)

"""Who sends a push (RFC 8292, VAPID): a token signed with a key whose public half the browser was given. Pure."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from .encryption import point

#: A token must end within a day (RFC 8292, 2); half of it leaves room for clocks that differ.
SECONDS = 12 * 3600


def authorization(key: ec.EllipticCurvePrivateKey, endpoint: str, contact: str, now: int) -> str:
    """The Authorization header for a push to `endpoint` at the second `now`; `contact`: a mailto: or https: address."""
    place = urlsplit(endpoint)
    claims = {"aud": f"{place.scheme}://{place.netloc}", "exp": now + SECONDS, "sub": contact}
    signed = b".".join(encoded(json.dumps(part, separators=(",", ":")).encode()).encode()
                       for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = utils.decode_dss_signature(key.sign(signed, ec.ECDSA(SHA256())))
    token = signed.decode() + "." + encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={token}, k={encoded(point(key.public_key()))}"


def encoded(raw: bytes) -> str:
    """Base64 for addresses, without its padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of `encoded`; ValueError for anything else."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
